"""The `recurring` key: what repeats every month after an approval, and what ends or suspends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Entitlement(Node):
    """From the approval of `item` on, its `result` repeats: `amount` a month (an expression), since the month `from`.

    `holder` is the party who is entitled; `payer` the item whose department pays, `item` itself where none is named.
    """

    item: str
    result: str
    holder: str
    amount: str
    from_: str
    payer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ending(Node):
    """A reason on data: `expr` true ends (or suspends); `final_month` gives a day of the last month still paid."""

    id: str
    expr: str
    zh: str = ""
    en: str | None = None
    final_month: str | None = None


@dataclass(frozen=True, kw_only=True)
class Returned(Node):
    """What a payment that came back means: tried again after a correction or not; after how many in a row it ends."""

    retry: bool = True
    stop_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Recurring(Node):
    """Prose for people (`stop`, `suspend`, `recover`, `upgrade`, `fail`) and beside it what the engine acts on."""

    entitlement: Entitlement | None = None
    pay: Mapping[str, Any] | None = None
    run: Mapping[str, Any] | None = None
    recheck: Mapping[str, Any] | None = None
    stop_when: tuple[Ending, ...] = ()
    suspend_when: tuple[Ending, ...] = ()
    returned: Returned = Returned()

    parts: ClassVar[Mapping[str, Any]] = {
        "entitlement": Entitlement,
        "stop_when": [Ending],
        "suspend_when": [Ending],
        "returned": Returned,
    }

    @property
    def pay_day(self) -> int | str:
        """The day of the month it is paid on, or the field that holds it."""
        rhythm = self.pay or self.run or {}
        return rhythm.get("day_field") or rhythm.get("day") or 15

    @property
    def recheck_day(self) -> int:
        """The day of the month from which the facts are looked at again, before the payment of that month."""
        return int((self.recheck or {}).get("day") or 1)

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Every expression with its place in the file."""
        if self.entitlement:
            yield "entitlement.amount", self.entitlement.amount
            yield "entitlement.from", self.entitlement.from_
        for key in ("stop_when", "suspend_when"):
            for ending in getattr(self, key):
                yield f"{key}[{ending.id}].expr", ending.expr
                if ending.final_month:
                    yield f"{key}[{ending.id}].final_month", ending.final_month
