"""What `paid("ITEM")` says in the rules of a case: read from its charges, for the row where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from bundles.forms import Row
from bundles.rules import UNKNOWN
from cases.models import Case, Charge

SETTLED = frozenset({Charge.State.PAID, Charge.State.WAIVED})
NOT_OURS = frozenset({Charge.State.PASSTHROUGH})


class CasePaid:
    """True where everything asked for an item is paid or waived, False while something is still to be paid.

    Unknown for an item that has no charge here, and for one whose fee somebody else collects.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._charges: list[tuple[str, str, str]] | None = None

    def __call__(self, item: str, row: Row | None) -> object:
        states = self._states(item, row)
        if not states or any(state in NOT_OURS for state in states):
            return UNKNOWN
        return all(state in SETTLED for state in states)

    def _states(self, item: str, row: Row | None) -> Sequence[str]:
        if self._charges is None:
            rows = Charge.objects.filter(case=self._case).order_by("plan")
            self._charges = list(rows.values_list("item_id", "instance_key", "state"))
        mine = {key: state for of_item, key, state in self._charges if of_item == item}
        own = mine.get(f"{row.group}.{row.index}") if row else None
        return [own] if own is not None else list(mine.values())
