"""Working days and limits, on the announced calendar of 2025 and 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from cases.clock import WorkingCalendar, due, notice_deadline

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIBRARY = Path(__file__).resolve().parents[2] / "bundles" / "library"
DOCUMENT = yaml.safe_load((LIBRARY / "calendar.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Limit:
    n: float
    unit: str


def announced() -> WorkingCalendar:
    off: set[date] = set()
    makeup: set[date] = set()
    for year in DOCUMENT["years"].values():
        makeup |= set(year["makeup_workdays"])
        for holiday in year["holidays"]:
            span = (holiday["to"] - holiday["from"]).days
            off |= {holiday["from"] + timedelta(days=n) for n in range(span + 1)}
    return WorkingCalendar(frozenset(off), frozenset(makeup), frozenset(DOCUMENT["years"]))


CALENDAR = announced()


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=SHANGHAI)


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
