"""How many tasks there are of each kind on a worklist; of a long one as counted beside the pages, with its moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles import queries
from cases.models import DeskTally, SubApplication
from cases.queries.people import StaffPerson
from cases.queries.wording import named
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT, SubState

ON_THE_LIST = sorted(SUB_WITH_DEPARTMENT | {SubState.SUPPLEMENT_REQUESTED})
# (key of the item, version, item, who has it, colour, how many)
Counted = tuple[str, UUID, str, UUID | None, str, int]


@dataclass(frozen=True, slots=True)
class ItemCount:
    """An item with tasks on the list; `key` names the bundle and the item in it."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each, over everything on the list and not only what is shown.

    `counted_at`: when, for a list too long to count for every page; None: just now.
    """

    total: int
    mine: int
    free: int
    by_colour: Mapping[str, int] = field(default_factory=dict)
    items: tuple[ItemCount, ...] = ()
    done_today: int = 0
    counted_at: datetime | None = None


def counts_of(account: StaffPerson, tasks: Iterable[Counted], hands: frozenset[UUID]) -> Counts:
    """Counts of tasks that were read anyway."""
    found = list(tasks)
    titles = {key: named(queries.version(version).spec.item(item)) for key, version, item, *_ in found}
    per_item: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    for key, _version, _item, _holder, colour, count in found:
        per_item[key] += count
        colours[colour] += count
    return Counts(
        total=sum(task[-1] for task in found),
        mine=sum(task[-1] for task in found if task[3] in hands),
        free=sum(task[-1] for task in found if task[3] is None),
        by_colour=dict(colours),
        items=tuple(ItemCount(key, titles[key], count) for key, count in per_item.most_common()),
        done_today=_done_today(account),
    )


def is_tallied(account: StaffPerson) -> bool:
    """Whether the list of this department is so long that it is counted beside the pages."""
    return DeskTally.objects.filter(department=account.department or "-").exists()


def kept_counts(account: StaffPerson, hands: frozenset[UUID]) -> Counts:
    """Counts of a long list from its tally; where there is none yet, the totals alone."""
    mine = _open_tasks(account).filter(assigned_to__in=hands).count()
    tally = DeskTally.objects.filter(department=account.department).first()
    if tally is None:
        return Counts(total=_open_tasks(account).count(), mine=mine, free=0, done_today=_done_today(account))
    told: Mapping[str, Any] = tally.counts
    return Counts(
        total=told["total"],
        mine=mine,
        free=told["free"],
        by_colour=told["by_colour"],
        items=tuple(ItemCount(key, _title(version, item), count) for key, version, item, count in told["items"]),
        done_today=_done_today(account),
        counted_at=tally.counted_at,
    )


def _title(version: str, item: str) -> str:
    return named(queries.version(UUID(version)).spec.item(item))


def _open_tasks(account: StaffPerson) -> Any:
    return SubApplication.objects.filter(department=account.department, connect="manual", state__in=ON_THE_LIST)


def _done_today(account: StaffPerson) -> int:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = SubApplication.objects.filter(department=account.department or "-", connect="manual")
    return done.filter(closed_at__gte=midnight, state__in=sorted(SUB_FINAL)).count()
