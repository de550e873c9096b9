"""Green, blue, yellow, red: how a deadline stands by the rules of electronic supervision (电子监察), kept as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from bundles import queries
from bundles.queries import DeadlineRule
from cases import clock
from cases.models import SubApplication
from cases.queries.reckoning import calendar_of
from cases.states import SUB_FINAL, SubState

GREEN, BLUE, YELLOW, RED, PAUSED = "green", "blue", "yellow", "red", "paused"
WORSE = (GREEN, BLUE, YELLOW, RED)
FAR_DAYS = 400
NOT_ACCEPTED = frozenset({SubState.DISPATCHED, SubState.RECEIVED})


@dataclass(frozen=True, slots=True)
class Deadline:
    """What the rules look at. `received`: since when the department has it and has neither accepted nor asked."""

    today: date
    start: date
    due_on: date | None
    statutory_due_on: date | None
    received: date | None
    calendar: clock.WorkingCalendar

    @property
    def working_days_left(self) -> int:
        """Working days from today to the due day, the day itself not counted; below zero after it."""
        return days_left(self.today, self.due_on, self.calendar) if self.due_on else FAR_DAYS

    @property
    def percent_left(self) -> float:
        """What is left of the working days from start to due day; all of it where there is no due day."""
        if self.due_on is None:
            return 100.0
        whole = days_left(self.start, self.due_on, self.calendar)
        return 100.0 * self.working_days_left / whole if whole > 0 else 100.0


def days_left(today: date, due: date, calendar: clock.WorkingCalendar) -> int:
    """Working days from one day to another, the first not counted; below zero, at least one, where it is over."""
    first, last = sorted((today, due))
    span = min((last - first).days, FAR_DAYS)
    count = sum(calendar.is_working_day(first + timedelta(days=n)) for n in range(1, span + 1))
    return count if due >= today else -max(count, 1)


def _not_accepted_in_time(deadline: Deadline) -> bool:
    """行政许可法 第三十二条第一款第四项: five working days to accept or to say what is missing."""
    received = deadline.received
    return received is not None and clock.notice_deadline(received, deadline.calendar) < deadline.today


APPLIES: Mapping[str, Callable[[Deadline, int], bool]] = {
    "working_days_left": lambda deadline, n: deadline.due_on is not None and deadline.working_days_left <= n,
    "percent_left": lambda deadline, n: deadline.percent_left <= n,
    "past_committed": lambda deadline, n: deadline.due_on is not None and deadline.due_on < deadline.today,
    "past_statutory": lambda deadline, n: (
        deadline.statutory_due_on is not None and deadline.statutory_due_on < deadline.today
    ),
    "not_accepted_in_time": lambda deadline, n: _not_accepted_in_time(deadline),
}


def worst_colour(deadline: Deadline, rules: Iterable[DeadlineRule]) -> str:
    """The worst colour of the rules that apply; green where none does."""
    found = [rule.colour for rule in rules if APPLIES[rule.trigger](deadline, rule.threshold or 0)]
    return max(found, key=WORSE.index, default=GREEN)


def colour_of(state: str, deadline: Deadline) -> str:
    """The colour of an item: finished is green, waiting for the applicant is paused, else the rules say."""
    if state in SUB_FINAL:
        return GREEN
    if state == SubState.SUPPLEMENT_REQUESTED:
        return PAUSED
    return worst_colour(deadline, queries.deadline_rules())


def colour(sub: SubApplication, today: date | None = None) -> str:
    """How the deadline of an item stands today: green, blue, yellow, red, or paused."""
    today = today or timezone.localdate()
    return colour_of(
        sub.state,
        Deadline(
            today=today,
            start=_day(sub.accepted_at or sub.dispatched_at) or today,
            due_on=sub.due_on,
            statutory_due_on=sub.statutory_due_on,
            received=received_on(sub.state, sub.dispatched_at, sub.accepted_at),
            calendar=calendar_of(sub.case.region),
        ),
    )


def received_on(state: str, dispatched_at: datetime | None, accepted_at: datetime | None) -> date | None:
    """Since when the department has had it, or its latest supplement, unaccepted; None where that is not so."""
    return None if state not in NOT_ACCEPTED or accepted_at is not None else _day(dispatched_at)


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
