"""The ledger adds up, whatever stands in it: properties of the clock over random limits and stretches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cases.clock import Stretch, WorkingCalendar, due
from cases.critical_path import Step, Wait, longest, project
from tests.cases.test_clock import CALENDAR, SHANGHAI, Limit

FIRST = datetime(2025, 1, 2, 9, 0, tzinfo=SHANGHAI)
limits = st.builds(Limit, st.integers(0, 30), st.sampled_from(["workday", "day"]))
starts = st.integers(0, 200).map(lambda days: FIRST + timedelta(days=days))


@st.composite
def stretches(draw: st.DrawFn, *, most: int = 4) -> list[Stretch]:
    """Stretches anywhere around the limits, overlapping or not."""
    found = []
    for _ in range(draw(st.integers(0, most))):
        began = FIRST + timedelta(days=draw(st.integers(0, 240)), hours=draw(st.integers(0, 8)))
        found.append(Stretch(began, began + timedelta(hours=draw(st.integers(0, 24 * 20))), "supplement"))
    return found


@st.composite
def in_a_row(draw: st.DrawFn, start: datetime) -> list[Stretch]:
    """Stretches one after another, each on working days, with at least a day of work between them."""
    found, day = [], start.date()
    for _ in range(draw(st.integers(0, 4))):
        began = CALENDAR.add_working_days(day, draw(st.integers(1, 5)))
        ended = CALENDAR.add_working_days(began, draw(st.integers(0, 6)))
        found.append(Stretch(_at(began), _at(ended), "supplement"))
        day = ended
    return found


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=SHANGHAI)


def _stood_still(one: Stretch) -> int:
    span = (one.ended.date() - one.began.date()).days
    return sum(CALENDAR.is_working_day(one.began.date() + timedelta(days=n)) for n in range(1, span + 1))


@given(start=starts, count=st.integers(1, 30), data=st.data())
def test_the_due_day_at_once_equals_the_due_day_pause_by_pause(
    start: datetime, count: int, data: st.DataObject
) -> None:
    pauses = data.draw(in_a_row(start))
    step_by_step = due(start, Limit(count, "workday"), CALENDAR).on
    for one in pauses:
        if one.began.date() <= step_by_step:
            step_by_step = CALENDAR.add_working_days(step_by_step, _stood_still(one))
    assert due(start, Limit(count, "workday"), CALENDAR, pauses).on == step_by_step


@given(start=starts, limit=limits, pauses=stretches(), which=st.integers(0, 3), longer=st.integers(0, 24 * 15))
def test_a_longer_pause_never_makes_the_day_earlier(
    start: datetime, limit: Limit, pauses: list[Stretch], which: int, longer: int
) -> None:
    before = due(start, limit, CALENDAR, pauses).on
    if pauses:
        one = pauses[which % len(pauses)]
        pauses[which % len(pauses)] = Stretch(one.began, one.ended + timedelta(hours=longer), one.reason)
    assert due(start, limit, CALENDAR, pauses).on >= before


@given(start=starts, limit=limits, pauses=stretches())
def test_every_day_is_told_once_and_the_last_one_is_a_working_day(
    start: datetime, limit: Limit, pauses: list[Stretch]
) -> None:
    found = due(start, limit, CALENDAR, pauses)
    days = [one.day for one in found.days]
    assert days == [start.date() + timedelta(days=n) for n in range(len(days))]
    assert days[-1] == found.on
    assert found.on == start.date() or CALENDAR.is_working_day(found.on)


@given(start=starts, count=st.integers(0, 30), pauses=stretches(), extension=st.integers(0, 15))
def test_as_many_days_are_counted_as_the_limit_has_行政许可法_82(
    start: datetime, count: int, pauses: list[Stretch], extension: int
) -> None:
    found = due(start, Limit(count, "workday"), CALENDAR, pauses, extension)
    kinds = [one.kind for one in found.days]
    assert (kinds.count("counted"), kinds.count("extended")) == (count, extension)
    assert all(CALENDAR.is_working_day(one.day) for one in found.days if one.kind in ("counted", "extended"))


@given(start=starts, limit=limits, pauses=stretches())
def test_the_order_of_the_ledger_means_nothing(start: datetime, limit: Limit, pauses: list[Stretch]) -> None:
    assert due(start, limit, CALENDAR, pauses).on == due(start, limit, CALENDAR, pauses[::-1]).on


@given(start=starts, minutes=st.integers(0, 600), pauses=stretches())
def test_time_by_the_clock_grows_by_what_stood_still_in_it(
    start: datetime, minutes: int, pauses: list[Stretch]
) -> None:
    end = due(start, Limit(minutes, "minute"), CALENDAR, pauses).at
    assert end is not None
    still = timedelta()
    cursor = start
    for one in sorted(pauses, key=lambda one: one.began):
        began, ended = max(one.began, cursor), min(one.ended, end)
        if ended > began:
            still, cursor = still + (ended - began), ended
    assert end - start == timedelta(minutes=minutes) + still


A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = datetime(2025, 11, 24, 9, 0, tzinfo=SHANGHAI)
PLAIN = WorkingCalendar()


def test_what_waits_counts_from_the_end_of_what_it_waits_for() -> None:
    three, one = Limit(3, "workday"), Limit(1, "workday")
    found = project([Step(A, three, started=MONDAY), Step(B, one, (Wait(A),)), Step(C, one)], PLAIN, MONDAY)
    assert [found[key].end.date().day for key in (A, B, C)] == [27, 28, 25]
    assert longest(found) == (A, B)


def test_a_step_that_only_wants_acceptance_starts_with_what_it_waits_for() -> None:
    found = project(
        [Step(A, Limit(3, "workday"), started=MONDAY), Step(B, Limit(1, "workday"), (Wait(A, until_start=True),))],
        PLAIN,
        MONDAY,
    )
    assert found[B].end.date() == date(2025, 11, 25)
    assert longest(found) == (A,)


def test_a_late_step_carries_what_waits_along() -> None:
    now = MONDAY + timedelta(days=14)
    steps = [Step(A, Limit(3, "workday"), started=MONDAY), Step(B, Limit(1, "workday"), (Wait(A),))]
    assert project(steps, PLAIN, now)[B].end.date() == (now + timedelta(days=1)).date()


def test_a_finished_step_no_longer_decides() -> None:
    steps = [
        Step(A, Limit(9, "workday"), started=MONDAY, ended=MONDAY + timedelta(hours=2)),
        Step(B, Limit(1, "workday"), (Wait(A),), started=MONDAY + timedelta(hours=2)),
    ]
    found = project(steps, PLAIN, MONDAY + timedelta(hours=3))
    assert longest(found) == (B,)
    assert found[B].end.date() == date(2025, 11, 25)
