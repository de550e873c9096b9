"""`import_calendar`: the holidays of a year that has been announced, or of a region."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bundles import queries
from bundles.models import CalendarDay, CalendarYear

pytestmark = pytest.mark.django_db
GOOD = """
years:
  2027:
    notice: {zh: 国务院办公厅关于2027年部分节假日安排的通知, date: 2026-11-20, src: page}
    holidays:
      - {zh: 元旦, en: New Year, from: 2027-01-01, to: 2027-01-03}
      - {zh: 春节, en: Spring Festival, from: 2027-02-05, to: 2027-02-12}
    makeup_workdays: [2027-01-30, 2027-02-14]
"""


@pytest.fixture
def arrange(tmp_path: Path) -> object:
    def write(text: str, **how: str) -> None:
        file = tmp_path / "calendar.yaml"
        file.write_text(text, encoding="utf-8")
        call_command("import_calendar", file, verbosity=0, **how)

    return write


def test_an_announced_year_is_no_longer_provisional(arrange) -> None:  # type: ignore[no-untyped-def]
    mark = queries.calendar_mark()
    assert not CalendarYear.objects.get(year=2027).announced
    arrange(GOOD)
    known = queries.working_calendar()
    assert 2027 in known.announced_years
    assert date(2027, 2, 8) in known.holidays and known.names[date(2027, 2, 8)] == "春节"
    assert date(2027, 1, 30) in known.makeup
    assert queries.calendar_mark() != mark


def test_the_same_file_twice_leaves_the_same_days(arrange) -> None:  # type: ignore[no-untyped-def]
    arrange(GOOD)
    before = set(CalendarDay.objects.filter(date__year=2027).values_list("date", "kind"))
    arrange(GOOD)
    assert set(CalendarDay.objects.filter(date__year=2027).values_list("date", "kind")) == before
    assert len(before) == 13


def test_a_region_has_its_own_days_and_the_year_stays_unannounced(arrange) -> None:  # type: ignore[no-untyped-def]
    text = "years: {2027: {holidays: [{zh: 三月三, from: 2027-04-09, to: 2027-04-09}]}}"
    arrange(text, region="450000")
    assert date(2027, 4, 9) in queries.working_calendar("450100").holidays
    assert date(2027, 4, 9) not in queries.working_calendar("350200").holidays
    assert not CalendarYear.objects.get(year=2027).announced


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("years: {}", "应为"),
        ("years: {2027: {holidays: [{zh: 元旦, from: 2026-12-31, to: 2027-01-02}]}}", "不在 2027 年里"),
        ("years: {2027: {holidays: [{zh: 元旦, from: 2027-01-03, to: 2027-01-01}]}}", "止日不早于起日"),
        ("years: {2027: {holidays: [{from: 2027-01-03, to: 2027-01-03}]}}", "要写名称"),
        ("years: {2027: {makeup_workdays: [2027-01-04]}}", "本来就是工作日"),
        (
            "years: {2027: {holidays: [{zh: 元旦, from: 2027-01-01, to: 2027-01-03}], makeup_workdays: [2027-01-02]}}",
            "又放假又上班",
        ),
        ("years: [2027", "第"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_changes_nothing(  # type: ignore[no-untyped-def]
    arrange, text: str, why: str
) -> None:
    before = CalendarDay.objects.count()
    with pytest.raises(CommandError, match=why):
        arrange(text)
    assert CalendarDay.objects.count() == before
    assert not CalendarYear.objects.get(year=2027).announced


def test_a_region_is_a_code_of_six_digits(arrange) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CommandError, match="6 位数字"):
        arrange(GOOD, region="广西")
