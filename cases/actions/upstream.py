"""Results that flow: what a sub-application hands to those that wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bundles.forms import Row
from bundles.rules import UNKNOWN
from cases.models import Case, Need, Result, SubApplication
from cases.states import SubState


class CaseResults:
    """Results of a case as forms and rules ask for them: by item and field, for the row where there is one."""

    def __init__(self, case: Case) -> None:
        self._fields: dict[tuple[str, int | None], dict[str, Any]] = defaultdict(dict)
        for result in Result.objects.filter(sub__case=case, revoked_at=None).select_related("sub"):
            self._fields[(result.sub.item_id, result.sub.row_index)].update(result.fields)

    def get(self, item: str, field: str, row: Row | None) -> object:
        """A result field; UNKNOWN where the item has no result yet or several rows would answer."""
        if row is not None and (item, row.index) in self._fields:
            return self._fields[(item, row.index)].get(field, UNKNOWN)
        rows = [fields for (of_item, _), fields in self._fields.items() if of_item == item]
        return rows[0].get(field, UNKNOWN) if len(rows) == 1 else UNKNOWN


def flows_into(sub: SubApplication) -> dict[str, Any]:
    """Upstream result fields that the bundle lets flow into `sub`, by upstream item; nothing else.

    One instance upstream gives a mapping, several give a list of mappings.
    """
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for need in Need.objects.filter(sub=sub).select_related("upstream").order_by("upstream__seq"):
        if need.flow and need.upstream.state == SubState.APPROVED and _counts(need):
            values = fields_of(need.upstream_id)
            found[need.upstream.item_id].append({name: values[name] for name in need.flow if name in values})
    return {item: rows[0] if len(rows) == 1 else rows for item, rows in found.items()}


def fields_of(sub_id: UUID) -> Mapping[str, Any]:
    """All result fields of a sub-application, over its results."""
    merged: dict[str, Any] = {}
    for result in Result.objects.filter(sub_id=sub_id, revoked_at=None):
        merged.update(result.fields)
    return merged


def _counts(need: Need) -> bool:
    """An alternative edge carries values only where the main path did not."""
    if not need.alternative_of:
        return True
    main = Need.objects.filter(sub_id=need.sub_id, upstream__item_id=need.alternative_of, alternative_of="")
    return not main.filter(upstream__state=SubState.APPROVED).exists()
