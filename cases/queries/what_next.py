"""What happens next, item by item: what begins at once, what waits for which other, and when each is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from cases.critical_path import Projected
from cases.models import Case
from cases.queries.case_page import CaseStanding
from cases.queries.nodes import ItemNode
from cases.queries.reckoning import reckon
from cases.queries.together import items_of
from cases.states import SUB_FINAL


@dataclass(frozen=True, slots=True)
class NextItem:
    """An item of a filed case. `after`: what it waits for, by title; `ends`: the moment it is expected to end by.

    `ends` is None for an item that has ended, and for one nobody can say a day of. `is_short`: its limit is no days.
    """

    node: ItemNode
    after: tuple[str, ...]
    ends: datetime | None
    is_final: bool
    is_short: bool


def what_next(case: Case, page: CaseStanding) -> tuple[NextItem, ...]:
    """The items in the order they are expected to end; four queries."""
    projected = reckon(case, items_of(case), timezone.localtime()).projected
    titles = {str(node.sub_id): node.title for node in page.nodes}
    found = [_next(node, page, titles, projected.get(node.sub_id)) for node in page.nodes]
    return tuple(sorted(found, key=_by_end({key: one.end for key, one in projected.items()}, page.nodes)))


def _next(node: ItemNode, page: CaseStanding, titles: Mapping[str, str], way: Projected | None) -> NextItem:
    is_final = node.state in SUB_FINAL
    waits = node.state == "waiting" and not is_final
    before = (titles[edge.source] for edge in page.edges if edge.target == str(node.sub_id) and edge.source in titles)
    after = tuple(dict.fromkeys(before)) if waits else ()
    is_open = way is not None and not is_final
    is_short = way is not None and way.due is not None and way.due.at is not None
    return NextItem(node, after, way.end if way and is_open else None, is_final, is_short)


def _by_end(
    ends: Mapping[UUID, datetime], nodes: Sequence[ItemNode]
) -> Callable[[NextItem], tuple[datetime, tuple[int, int]]]:
    order = {node.sub_id: (node.wave, position) for position, node in enumerate(nodes)}
    latest = max(ends.values(), default=timezone.now())
    return lambda one: (ends.get(one.node.sub_id, latest), order[one.node.sub_id])
