"""Why the expected day is that day: the count, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import clock
from cases.models import Case
from cases.queries.wording import day_words


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """A line of the explanation; `is_last` is the expected day itself."""

    day: date
    words: str
    text: str
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class WhyDay:
    """The explanation of an expected day. `is_provisional`: the holidays of that year are not announced yet."""

    due_on: date
    days: tuple[ExplainedDay, ...]
    is_provisional: bool
    by_item: bool


def why_due(case: Case) -> WhyDay | None:
    """How the expected day of a filed case was counted; None where there is no such day.

    Working days: 行政许可法 第八十二条; the first day is not counted: 民法典 第二百零一条.
    """
    start = case.accepted_at or case.submitted_at
    limit = queries.version(case.bundle_version_id).spec.clock.committed
    if start is None or limit is None or case.due_on is None or limit.unit != "workday":
        return None
    known = queries.working_calendar(case.region)
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    due = clock.due(timezone.localtime(start), limit, calendar)
    return WhyDay(
        due_on=case.due_on,
        days=tuple(_explained(counted, case.accepted_at is not None, due.on) for counted in due.days),
        is_provisional=due.provisional,
        by_item=case.due_on > due.on,
    )


def _explained(counted: clock.Counted, is_accepted: bool, last: date) -> ExplainedDay:
    if counted.kind == "start":
        text = _("受理，当天不算") if is_accepted else _("提交，当天不算")
    elif counted.kind == "counted":
        text = _("第 %(number)s 个工作日") % {"number": counted.number}
    else:
        text = _("休息日，不算")
    return ExplainedDay(counted.day, day_words(counted.day), text, counted.day == last)
