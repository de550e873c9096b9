"""After the working calendar has changed, every open case is counted again, in batches, and people are told.

Holidays are announced late in the year before; until then days in that year are provisional (暂估).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import queries
from cases.actions.deadlines import limits
from cases.actions.engine import rounds
from cases.actions.engine.locking import lock_case, lock_subs
from cases.models import CalendarRound, Case
from cases.states import CASE_OPEN

BATCH = 200
NAME = "deadlines.calendar_rounds.recount"


def recount() -> int:
    """The next batch of a recount, or nothing while the calendar is the one everything was counted with."""
    mark = queries.calendar_mark()
    row = CalendarRound.objects.filter(pk=CalendarRound.THE_ONE).first() or CalendarRound()
    failed = [UUID(case_id) for case_id in rounds.failed_before(NAME)]
    if mark is None or mark == row.counted_with:
        return _count_all(failed, None)
    if row.counting_with != mark:
        row.counting_with, row.after, row.moved = mark, None, 0
    queries.recheck()
    ids = _next(row.after)
    row.moved += _count_all([*failed, *ids], _announced_since(row))
    row.after = ids[-1] if ids else row.after
    if len(ids) < BATCH:
        row.counted_with, row.counting_with, row.after, row.finished_at = mark, None, None, timezone.now()
        row.announced_years = _announced()
    row.save()
    return len(ids)


def _next(after: UUID | None) -> list[UUID]:
    cases = Case.objects.filter(state__in=CASE_OPEN, submitted_at__isnull=False).order_by("pk")
    return list((cases.filter(pk__gt=after) if after else cases).values_list("pk", flat=True)[:BATCH])


def _count_all(ids: Iterable[UUID], year: int | None) -> int:
    """Count each by itself; how many days moved."""
    return sum(rounds.one(NAME, pk, partial(_count_again, pk, year), about=pk) for pk in ids)


def _count_again(case_id: UUID, year: int | None) -> bool:
    with transaction.atomic():
        case = lock_case(case_id)
        return limits.recompute(case, lock_subs(case), reason=limits.CALENDAR, year=year)


def _announced() -> list[int]:
    return sorted(queries.working_calendar().announced_years)


def _announced_since(row: CalendarRound) -> int | None:
    """The first year whose holidays were announced since the last recount, None where another day was changed."""
    fresh = set(_announced()) - set(row.announced_years)
    return min(fresh) if fresh and row.announced_years else None
