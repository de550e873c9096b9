"""Allocation (派位): one run for all filings of a batch; groups in order, choices within their capacities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class AllocationGroup(Node):
    """People who are served before the next group: those of whom `expr` holds, ordered by `rank`, more first.

    Without `rank` they are ordered by the table's tie-breaks alone.
    """

    id: str
    expr: str
    zh: str = ""
    en: str | None = None
    rank: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unranked(Node):
    """Filings that no run decides: where `expr` holds, the item goes to its department like any other."""

    expr: str
    zh: str = ""
    en: str | None = None


@dataclass(frozen=True, kw_only=True)
class Allocation(Node):
    """The structured keys the engine acts on; `run`, `order`, `rank`, `choices`, `note` are prose for people.

    `item` waits for the run and is decided by it; `groups` in order; `choice_fields` are the fields of a person's
    choices, best first; `adjust_field` says whether the person takes any seat left over; `result` gives the fields
    of the result, each an expression or `@choice`, `@group`, `@batch`, `@number`; `not_placed` is the reason code
    for those who get no seat; `publicity` how long points and ranks are shown before the seats are given.
    """

    item: str | None = None
    groups: tuple[AllocationGroup, ...] = ()
    choice_fields: tuple[str, ...] = ()
    adjust_field: str | None = None
    result: Mapping[str, Any] | None = None
    not_placed: str | None = None
    publicity: Duration | None = None
    except_: tuple[Unranked, ...] = ()
    run: Any = None
    order: Any = None
    rank: Any = None
    choices: Any = None
    note: Any = None

    parts: ClassVar[Mapping[str, Any]] = {
        "groups": [AllocationGroup],
        "publicity": Duration,
        "except": [Unranked],
    }
