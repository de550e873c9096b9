"""Limits of items and cases, computed from the calendar and the definition, never typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from bundles import queries
from cases import clock
from cases.models import Case, SubApplication
from cases.states import SUB_FINAL


def calendar_of(case: Case) -> clock.WorkingCalendar:
    """The working calendar of the region a case belongs to."""
    known = queries.working_calendar(case.region)
    return clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)


def committed_due(case: Case, sub: SubApplication, start: datetime) -> clock.Due:
    """When the department has promised to be done, counted from `start`."""
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    return clock.due(timezone.localtime(start), item.committed, calendar_of(case))


def statutory_due(case: Case, sub: SubApplication, start: datetime) -> date | None:
    """When the law wants it done, None where no law sets a limit."""
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    return clock.due(timezone.localtime(start), item.statutory, calendar_of(case)).on if item.statutory else None


def case_due(case: Case, subs: Sequence[SubApplication]) -> date | None:
    """The expected day of the whole case: the published promise, or later where an item runs longer."""
    start = case.accepted_at or case.submitted_at
    if start is None:
        return None
    committed = queries.version(case.bundle_version_id).spec.clock.committed
    days = [sub.due_on for sub in subs if sub.due_on and sub.state not in SUB_FINAL]
    if committed is not None:
        days.append(clock.due(timezone.localtime(start), committed, calendar_of(case)).on)
    return max(days, default=None)


def after_pause(case: Case, due_on: date, paused: date, resumed: date) -> date:
    """A due day moved by the working days the clock stood still, the day of the stop not counted.

    Time for a supplement does not count against the department. 行政许可法 第三十二条第一款第四项, 第四十五条.
    """
    calendar = calendar_of(case)
    stood = sum(calendar.is_working_day(paused + clock.ONE_DAY * n) for n in range(1, (resumed - paused).days + 1))
    return calendar.add_working_days(due_on, stood)
