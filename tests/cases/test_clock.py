"""Working days and limits, on the announced calendar of 2025 and 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.clock import Due, Span, Stretch, WorkingCalendar, due, explain, notice_deadline
from tests.factories.library import read

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIBRARY = Path(__file__).resolve().parents[2] / "bundles" / "library"
DOCUMENT = read(LIBRARY / "calendar.yaml")


@dataclass(frozen=True)
class Limit:
    n: float
    unit: str


def announced() -> WorkingCalendar:
    off: dict[date, str] = {}
    makeup: dict[date, str] = {}
    for year in DOCUMENT["years"].values():
        makeup |= dict.fromkeys(year["makeup_workdays"], "调休上班")
        for holiday in year["holidays"]:
            span = (holiday["to"] - holiday["from"]).days
            off |= {holiday["from"] + timedelta(days=n): holiday["zh"] for n in range(span + 1)}
    return WorkingCalendar(frozenset(off), frozenset(makeup), frozenset(DOCUMENT["years"]), off | makeup)


CALENDAR = announced()


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=SHANGHAI)


def stretch(first: date, last: date, reason: str = "supplement") -> Stretch:
    return Stretch(at(first), at(last), reason)


def working(accepted: date, days: float, *pauses: Stretch, extension: int = 0) -> Due:
    return due(at(accepted), Limit(days, "workday"), CALENDAR, pauses, extension)


@pytest.mark.parametrize("example", DOCUMENT["worked_examples"], ids=lambda e: str(e["accepted"]))
def test_working_days_are_counted_as_the_calendar_notice_works_them_out(example: dict) -> None:
    found = due(at(example["accepted"]), Limit(example["workdays"], "workday"), CALENDAR)
    assert found.on == example["due"]


@pytest.mark.parametrize(
    ("accepted", "days", "expected"),
    [
        (date(2025, 9, 30), 5, date(2025, 10, 14)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2025, 1, 24), 20, date(2025, 2, 27)),
    ],
)
def test_make_up_days_count_and_holidays_do_not_民法典_201(accepted: date, days: int, expected: date) -> None:
    assert due(at(accepted), Limit(days, "workday"), CALENDAR).on == expected


def test_a_calendar_day_limit_that_ends_on_a_rest_day_moves_民法典_203() -> None:
    assert due(at(date(2026, 9, 20)), Limit(10, "day"), CALENDAR).on == date(2026, 9, 30)
    assert due(at(date(2026, 9, 22)), Limit(10, "day"), CALENDAR).on == date(2026, 10, 8)


def test_hours_and_seconds_run_by_the_clock() -> None:
    found = due(at(date(2026, 10, 1)), Limit(2, "hour"), CALENDAR)
    assert found.at == at(date(2026, 10, 1)) + timedelta(hours=2)


def test_a_month_ends_on_the_last_day_of_a_shorter_month_民法典_202() -> None:
    assert due(at(date(2026, 8, 31)), Limit(1, "month"), CALENDAR).on == date(2026, 9, 30)


def test_part_of_a_working_day_counts_as_a_whole_one() -> None:
    assert due(at(date(2026, 11, 19)), Limit(0.5, "workday"), CALENDAR).on == date(2026, 11, 20)


def test_a_day_in_a_year_not_announced_yet_is_provisional() -> None:
    found = due(at(date(2026, 12, 28)), Limit(10, "workday"), CALENDAR)
    assert found.provisional and found.on.year == 2027


def test_the_one_time_notice_is_due_within_five_working_days_行政许可法_32() -> None:
    assert notice_deadline(date(2026, 9, 18), CALENDAR) == date(2026, 9, 24)


def test_every_day_between_start_and_end_is_explained() -> None:
    found = due(at(date(2026, 2, 13)), Limit(3, "workday"), CALENDAR)
    assert [day.number for day in found.days if day.kind == "counted"] == [1, 2, 3]
    assert sum(day.kind == "rest" for day in found.days) == 9
    assert found.days[0].kind == "start"


def test_three_days_of_supplement_move_the_due_day_by_exactly_three_working_days_行政许可法_45() -> None:
    plain = working(date(2025, 11, 24), 5)
    paused = working(date(2025, 11, 24), 5, stretch(date(2025, 11, 25), date(2025, 11, 28)))
    assert (plain.on, paused.on) == (date(2025, 12, 1), date(2025, 12, 4))
    assert [day.day.day for day in paused.days if day.kind == "paused"] == [26, 27, 28]


def test_a_stop_on_the_very_last_day_moves_it_too() -> None:
    last = working(date(2025, 11, 24), 3).on
    assert last == date(2025, 11, 27)
    assert working(date(2025, 11, 24), 3, stretch(last, date(2025, 12, 2))).on == date(2025, 12, 2)
    on_a_sunday = working(date(2025, 11, 24), 3, stretch(last, date(2025, 11, 30)))
    assert on_a_sunday.on == date(2025, 12, 1)
    assert (on_a_sunday.days[-1].kind, on_a_sunday.days[-1].reason) == ("moved", "resumed")


def test_stretches_that_overlap_are_not_counted_twice_行政许可法_45() -> None:
    first, second = stretch(date(2025, 11, 25), date(2025, 11, 27)), stretch(date(2025, 11, 26), date(2025, 11, 28))
    both = working(date(2025, 11, 24), 5, first, second)
    assert both.on == working(date(2025, 11, 24), 5, stretch(date(2025, 11, 25), date(2025, 11, 28))).on


def test_a_stretch_within_one_day_or_before_the_start_moves_nothing() -> None:
    plain = working(date(2025, 11, 24), 5).on
    assert working(date(2025, 11, 24), 5, stretch(date(2025, 11, 26), date(2025, 11, 26))).on == plain
    assert working(date(2025, 11, 24), 5, stretch(date(2025, 11, 17), date(2025, 11, 21))).on == plain


def test_an_extension_adds_working_days_行政许可法_42() -> None:
    plain, longer = working(date(2025, 9, 8), 20), working(date(2025, 9, 8), 20, extension=10)
    assert longer.on == CALENDAR.add_working_days(plain.on, 10)
    assert [day.number for day in longer.days if day.kind == "extended"] == list(range(21, 31))


def test_calendar_days_of_a_stop_do_not_count_and_the_end_still_moves_off_rest_民法典_203() -> None:
    start, limit = at(date(2026, 9, 1)), Limit(20, "day")
    assert due(start, limit, CALENDAR).on == date(2026, 9, 21)
    paused = due(start, limit, CALENDAR, [stretch(date(2026, 9, 10), date(2026, 9, 14))])
    assert paused.on == date(2026, 9, 28)  # the 25th begins the mid-autumn holiday
    assert (paused.days[-1].kind, paused.days[-1].reason) == ("moved", "rest")


def test_a_month_is_extended_by_the_days_of_a_stop() -> None:
    limit = Limit(1, "month")
    assert due(at(date(2026, 10, 9)), limit, CALENDAR).on == date(2026, 11, 9)
    paused = due(at(date(2026, 10, 9)), limit, CALENDAR, [stretch(date(2026, 10, 12), date(2026, 10, 14))])
    assert paused.on == date(2026, 11, 11)


def test_an_extension_of_a_calendar_day_limit_is_in_working_days() -> None:
    assert due(at(date(2026, 9, 1)), Limit(20, "day"), CALENDAR, (), 3).on == date(2026, 9, 24)


def test_hours_run_on_by_the_time_the_clock_stood_still() -> None:
    start = at(date(2026, 10, 1))
    still = Stretch(start + timedelta(minutes=30), start + timedelta(minutes=75), "payment")
    inside = Stretch(start + timedelta(minutes=40), start + timedelta(minutes=50), "visit")
    found = due(start, Limit(2, "hour"), CALENDAR, [inside, still])
    assert found.at == start + timedelta(hours=2, minutes=45)


def test_regional_holidays_and_closures_are_named_like_national_ones() -> None:
    third = date(2026, 4, 20)
    here = WorkingCalendar(CALENDAR.holidays | {third}, CALENDAR.makeup, CALENDAR.announced_years, {third: "三月三"})
    found = due(at(date(2026, 4, 17)), Limit(1, "workday"), here)
    assert found.on == date(2026, 4, 21)
    assert [(day.kind, day.reason) for day in found.days if day.day == third] == [("rest", "三月三")]


def test_the_count_is_told_in_few_lines_民法典_201() -> None:
    told = explain(working(date(2025, 9, 30), 5, stretch(date(2025, 10, 9), date(2025, 10, 10))))
    assert told == (
        Span(date(2025, 9, 30), date(2025, 9, 30), "start"),
        Span(date(2025, 10, 1), date(2025, 10, 8), "rest", "国庆节、中秋节"),
        Span(date(2025, 10, 9), date(2025, 10, 9), "counted", "", 1, 1),
        Span(date(2025, 10, 10), date(2025, 10, 10), "paused", "supplement"),
        Span(date(2025, 10, 11), date(2025, 10, 11), "counted", "调休上班", 2, 2),
        Span(date(2025, 10, 12), date(2025, 10, 12), "rest"),
        Span(date(2025, 10, 13), date(2025, 10, 15), "counted", "", 3, 5),
    )
