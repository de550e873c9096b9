"""How much time is left of a task, counted once for many tasks on one day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from django.utils import timezone

from cases import clock
from cases.models import SubApplication
from cases.queries.alarms import PAUSED, Deadline, colour_of, days_left, received_on
from cases.queries.reckoning import calendar_of


@dataclass(frozen=True, slots=True)
class TaskClock:
    """How much time is left. `colour`: red, yellow, blue by the rules of supervision, green otherwise, paused.

    `kind` says which limit runs: the promised one, or, before acceptance and where they end earlier, the five
    working days for telling the applicant what is missing. `days_left` counts working days, below zero how late it is.
    """

    colour: str
    kind: Literal["promise", "notice"]
    due_on: date | None
    days_left: int
    percent: int


class Clocks:
    """Clocks of many tasks on one day: each calendar is read once, equal tasks are counted once."""

    def __init__(self) -> None:
        self._today = timezone.localdate()
        self._calendars: dict[str, clock.WorkingCalendar] = {}
        self._counted: dict[tuple[object, ...], TaskClock] = {}

    def of_sub(self, sub: SubApplication, region: str, *, stopped: bool = False) -> TaskClock:
        days = (sub.due_on, sub.statutory_due_on, sub.accepted_at, sub.dispatched_at)
        return self.of(sub.state, *days, region, stopped=stopped)

    def of(
        self,
        state: str,
        due_on: date | None,
        statutory_due_on: date | None,
        accepted: datetime | None,
        sent: datetime | None,
        region: str,
        *,
        stopped: bool = False,
    ) -> TaskClock:
        """The clock of a task by its state, its days by promise and law, and when it was accepted and sent.

        `stopped`: a stretch on the ledger stands open, whatever its kind; nobody is late meanwhile.
        """
        began = accepted or sent
        start = timezone.localdate(began) if began else self._today
        deadline = Deadline(
            self._today, start, due_on, statutory_due_on, received_on(state, sent, accepted), self._calendar(region)
        )
        key = (state, due_on, statutory_due_on, start, deadline.received, region, stopped)
        if key not in self._counted:
            counted = self._count(state, deadline)
            self._counted[key] = replace(counted, colour=PAUSED) if stopped else counted
        return self._counted[key]

    def _count(self, state: str, deadline: Deadline) -> TaskClock:
        due, kind = deadline.due_on, "promise"
        if deadline.received is not None:
            notice = clock.notice_deadline(deadline.received, deadline.calendar)
            due, kind = (notice, "notice") if due is None or notice < due else (due, kind)
        left = days_left(self._today, due, deadline.calendar) if due else 0
        colour = colour_of(state, replace(deadline, due_on=due))
        return TaskClock(colour, kind, due, left, _percent(deadline.start, due, self._today))  # type: ignore[arg-type]

    def _calendar(self, region: str) -> clock.WorkingCalendar:
        if region not in self._calendars:
            self._calendars[region] = calendar_of(region)
        return self._calendars[region]


def _percent(start: date, due: date | None, today: date) -> int:
    """How much of the time has been used, 0 to 100."""
    if due is None:
        return 0
    whole = max((due - start).days, 1)
    return max(4, min(100, round(100 * ((today - start).days + 0.5) / (whole + 0.5))))
