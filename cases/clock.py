"""Working days and limits. Pure: the calendar comes in as data, nothing here reads a database or the time.

Sources: 行政许可法 第八十二条 (limits count in working days); 民法典 第二百零一条 (the day itself is not counted),
第二百零三条 (a calendar-day limit that ends on a rest day ends on the next working day).
"""

from __future__ import annotations

import calendar as months
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

ONE_DAY = timedelta(days=1)
SATURDAY = 5
ONE_TIME_NOTICE_DAYS = 5


class Limit(Protocol):
    """A length of time as bundles state it: `n` of `unit`."""

    @property
    def n(self) -> float: ...

    @property
    def unit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Rest days and make-up days (调休) that deviate from the plain week; years whose arrangement is announced."""

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    announced_years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.makeup or (day.weekday() < SATURDAY and day not in self.holidays)

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`; the start itself is not counted. 民法典 第二百零一条."""
        day = start
        for _ in range(count):
            day = self.next_working_day(day + ONE_DAY)
        return day

    def next_working_day(self, day: date) -> date:
        """`day` itself, or the first working day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def is_provisional(self, day: date) -> bool:
        """Whether the day falls into a year whose holidays are not announced yet."""
        return bool(self.announced_years) and day.year not in self.announced_years


@dataclass(frozen=True, slots=True)
class Counted:
    """One day of the explanation: counted (with its number), skipped as rest, or the start."""

    day: date
    kind: Literal["start", "counted", "rest", "moved"]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends, whether that is provisional, and how it was counted."""

    on: date
    at: datetime | None = None
    provisional: bool = False
    days: tuple[Counted, ...] = field(default=())


def notice_deadline(received: date, calendar: WorkingCalendar) -> date:
    """Last day to tell the applicant, all at once, what must be supplemented.

    After it, the application counts as accepted on the day it was received.
    Source: 行政许可法 第三十二条第一款第四项; working days: 第八十二条.
    """
    return calendar.add_working_days(received, ONE_TIME_NOTICE_DAYS)


def due(start: datetime, limit: Limit, calendar: WorkingCalendar) -> Due:
    """When a limit that starts at `start` (aware, local time) ends.

    Seconds, minutes and hours run by the clock; working days by the calendar; days, months and years by the
    calendar date, moved off a rest day. Part of a working day counts as a whole one.
    """
    if limit.unit in ("second", "minute", "hour"):
        ends = start + timedelta(**{f"{limit.unit}s": limit.n})
        return Due(ends.date(), ends)
    if limit.unit == "workday":
        return _working_days(start.date(), math.ceil(limit.n), calendar)
    return _moved(start.date(), _calendar_end(start.date(), limit), calendar)


def _working_days(start: date, count: int, calendar: WorkingCalendar) -> Due:
    days = tuple(_count(start, count, calendar))
    end = days[-1].day
    return Due(end, None, calendar.is_provisional(end), days)


def _count(start: date, count: int, calendar: WorkingCalendar) -> Iterator[Counted]:
    yield Counted(start, "start")
    day, number = start, 0
    while number < count:
        day += ONE_DAY
        if calendar.is_working_day(day):
            number += 1
            yield Counted(day, "counted", number)
        else:
            yield Counted(day, "rest")


def _calendar_end(start: date, limit: Limit) -> date:
    count = math.ceil(limit.n)
    if limit.unit == "day":
        return start + timedelta(days=count)
    return add_months(start, count * (12 if limit.unit == "year" else 1))


def add_months(start: date, count: int) -> date:
    """The same day `count` months later, or the last of a shorter month. 民法典 第二百零二条."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))


def _moved(start: date, end: date, calendar: WorkingCalendar) -> Due:
    """民法典 第二百零三条: a last day that is a rest day moves to the next working day."""
    last = calendar.next_working_day(end)
    days = (Counted(start, "start"), Counted(end, "counted" if last == end else "moved"), Counted(last, "counted"))
    return Due(last, None, calendar.is_provisional(last), days)
