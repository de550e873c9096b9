"""Working days, limits and stretches off the clock. Pure: calendar and ledger come in as data, never the time.

Sources: 行政许可法 第八十二条 (limits count in working days), 第四十五条 (special procedures do not count);
民法典 第二百零一条 (the day itself is not counted), 第二百零三条 (a calendar-day limit that ends on a rest day ends on
the next working day).
"""

from __future__ import annotations

import calendar as months
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

ONE_DAY = timedelta(days=1)
SATURDAY = 5
ONE_TIME_NOTICE_DAYS = 5
Kind = Literal["start", "counted", "extended", "rest", "paused", "moved"]
RESUMED = "resumed"  # why a last day moved: the clock had stopped on it


class Limit(Protocol):
    """A length of time as bundles state it: `n` of `unit`."""

    @property
    def n(self) -> float: ...

    @property
    def unit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Length:
    """A limit that the law states itself."""

    n: float
    unit: str


ONE_TIME_NOTICE = Length(ONE_TIME_NOTICE_DAYS, "workday")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Rest days and make-up days (调休) that deviate from the plain week; years whose arrangement is announced.

    `names` says what a deviating day is called: 国庆节, 调休上班, 台风停办. `counted` keeps counts that nothing
    stopped: the same day and limit come again and again.
    """

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    announced_years: frozenset[int] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict)
    counted: dict[tuple[date, int], Due] = field(default_factory=dict, compare=False, repr=False)

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
class Stretch:
    """Time off the clock, from a beginning to an end, both aware and local; `reason` is a key of the ledger.

    The day of the stop still counts, the day on which it goes on does not: Monday to Thursday is three days.
    """

    began: datetime
    ended: datetime
    reason: str = ""

    def covers(self, day: date) -> bool:
        return self.began.date() < day <= self.ended.date()


@dataclass(frozen=True, slots=True)
class Counted:
    """One day of the count: the start, counted with its number, or not counted for a reason.

    `reason`: the name of a holiday or make-up day (empty for a plain weekend), the key of a stretch, or of a move.
    """

    day: date
    kind: Kind
    number: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends, whether that is provisional, and how it was counted. `at` only where the clock runs on."""

    on: date
    at: datetime | None = None
    provisional: bool = False
    days: tuple[Counted, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the count that follow each other and have the same reason; `first_number` to `last_number` counted."""

    first: date
    last: date
    kind: Kind
    reason: str = ""
    first_number: int = 0
    last_number: int = 0

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def notice_deadline(received: date, calendar: WorkingCalendar) -> date:
    """Last day to tell the applicant, all at once, what must be supplemented.

    After it, the application counts as accepted on the day it was received.
    Source: 行政许可法 第三十二条第一款第四项; working days: 第八十二条.
    """
    return calendar.add_working_days(received, ONE_TIME_NOTICE_DAYS)


def due(
    start: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    pauses: Sequence[Stretch] = (),
    extension_days: int = 0,
) -> Due:
    """When a limit that starts at `start` (aware, local time) ends; `pauses` do not count, overlaps only once.

    Seconds, minutes and hours run by the clock; working days by the calendar; days, months and years by the
    calendar date, moved off a rest day. Part of a working day counts as a whole one. An extension is in working days.
    """
    if limit.unit in ("second", "minute", "hour"):
        return _by_the_clock(start, timedelta(**{f"{limit.unit}s": limit.n}), calendar, pauses, extension_days)
    if limit.unit == "workday" and not pauses and not extension_days:
        return _plain_working_days(start.date(), math.ceil(limit.n), calendar)
    if limit.unit == "workday":
        return _working_days(start.date(), math.ceil(limit.n), calendar, pauses, extension_days)
    return _calendar_days(start.date(), limit, calendar, pauses, extension_days)


def explain(counted: Due) -> tuple[Span, ...]:
    """The count in as few lines as it can be told: equal days that follow each other are one line."""
    spans: list[Span] = []
    for day in counted.days:
        one = Span(day.day, day.day, day.kind, day.reason, day.number, day.number)
        if spans and _goes_on(spans[-1], one):
            before = spans.pop()
            one = Span(before.first, one.last, one.kind, one.reason, before.first_number, one.last_number)
        spans.append(one)
    return tuple(spans)


def _goes_on(before: Span, one: Span) -> bool:
    follows = before.last + ONE_DAY == one.first
    return follows and (before.kind, before.reason) == (one.kind, one.reason)


def _by_the_clock(
    start: datetime, length: timedelta, calendar: WorkingCalendar, pauses: Sequence[Stretch], extension_days: int
) -> Due:
    """Time that passed while the clock stood still is added, to the second."""
    at = start + length
    for began, ended in merged(pauses):
        if ended > start and began <= at:
            at += ended - max(began, start)
    day = calendar.add_working_days(at.date(), extension_days)
    return Due(day, datetime.combine(day, at.timetz()))


def merged(pauses: Iterable[Stretch]) -> list[tuple[datetime, datetime]]:
    """Stretches without their overlaps, in order."""
    found: list[tuple[datetime, datetime]] = []
    for stretch in sorted(pauses, key=lambda one: one.began):
        if found and stretch.began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stretch.ended))
        else:
            found.append((stretch.began, stretch.ended))
    return found


def _plain_working_days(start: date, count: int, calendar: WorkingCalendar) -> Due:
    found = calendar.counted.get((start, count))
    if found is None:
        found = calendar.counted[start, count] = _working_days(start, count, calendar, (), 0)
    return found


def _working_days(
    start: date, count: int, calendar: WorkingCalendar, pauses: Sequence[Stretch], extension_days: int
) -> Due:
    """行政许可法 第八十二条: only working days count, and of those only the ones on which the clock ran."""
    days = [Counted(start, "start")]
    number = 0
    while number < count + extension_days:
        day = days[-1].day + ONE_DAY
        off = _off(day, calendar, pauses)
        number += off is None
        kind: Kind = "counted" if number <= count else "extended"
        days.append(off or Counted(day, kind, number, calendar.names.get(day, "")))
    return _ended(days, calendar, pauses)


def _off(day: date, calendar: WorkingCalendar, pauses: Sequence[Stretch]) -> Counted | None:
    """The day as one that does not count, None where it does."""
    if not calendar.is_working_day(day):
        return Counted(day, "rest", 0, calendar.names.get(day, ""))
    stretch = next((one for one in pauses if one.covers(day)), None)
    return Counted(day, "paused", 0, stretch.reason) if stretch else None


def _calendar_days(
    start: date, limit: Limit, calendar: WorkingCalendar, pauses: Sequence[Stretch], extension_days: int
) -> Due:
    """Every date counts but those on which the clock stood still; a last day of rest moves. 民法典 第二百零三条."""
    count = (_calendar_end(start, limit) - start).days
    days, number = [Counted(start, "start")], 0
    while number < count:
        day = days[-1].day + ONE_DAY
        stretch = next((one for one in pauses if one.covers(day)), None)
        number += stretch is None
        days.append(Counted(day, "paused", 0, stretch.reason) if stretch else Counted(day, "counted", number))
    for extra in range(1, extension_days + 1):
        days += _until_working(days[-1].day + ONE_DAY, calendar, pauses, "extended", number + extra)
    return _ended(_off_rest(days, calendar), calendar, pauses)


def _until_working(
    day: date, calendar: WorkingCalendar, pauses: Sequence[Stretch], kind: Kind, number: int
) -> Iterator[Counted]:
    """The days up to the next one that counts, that one included."""
    while (off := _off(day, calendar, pauses)) is not None:
        yield off
        day += ONE_DAY
    yield Counted(day, kind, number, calendar.names.get(day, ""))


def _off_rest(days: list[Counted], calendar: WorkingCalendar) -> list[Counted]:
    last = days[-1]
    if len(days) == 1 or calendar.is_working_day(last.day):
        return days
    on = calendar.next_working_day(last.day)
    rest = [Counted(day, "rest", 0, calendar.names.get(day, "")) for day in _between(last.day, on)]
    return [*days, *rest, Counted(on, "moved", last.number, "rest")]


def _ended(days: list[Counted], calendar: WorkingCalendar, pauses: Sequence[Stretch]) -> Due:
    """A clock that stopped on its very last day ends on the working day on which it goes on."""
    while (stopped := _stop_on(days[-1].day, pauses)) is not None:
        on = calendar.next_working_day(stopped.ended.date())
        for day in _between(days[-1].day, on):
            days.append(_off(day, calendar, pauses) or Counted(day, "paused", 0, stopped.reason))
        days.append(Counted(on, "moved", 0, RESUMED))
    end = days[-1].day
    return Due(end, None, calendar.is_provisional(end), tuple(days))


def _stop_on(day: date, pauses: Sequence[Stretch]) -> Stretch | None:
    stopped = (one for one in pauses if one.began.date() <= day < one.ended.date())
    return max(stopped, key=lambda one: one.ended, default=None)


def _between(first: date, last: date) -> list[date]:
    """The days after `first` and before `last`."""
    return [first + ONE_DAY * n for n in range(1, (last - first).days)]


def _calendar_end(start: date, limit: Limit) -> date:
    count = math.ceil(limit.n)
    if limit.unit == "day":
        return start + timedelta(days=count)
    return add_months(start, count * (12 if limit.unit == "year" else 1))


def add_months(start: date, count: int) -> date:
    """The same day `count` months later, or the last of a shorter month. 民法典 第二百零二条."""
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))
