"""The national calendar: years known to the package, then the announced years of the library over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar.constants as package
from django.db import transaction

from bundles.loading.entries import is_loaded, mark_of, read_file, remember
from bundles.models import CalendarDay, CalendarYear, DayKind

YEARS_AHEAD = 3
PACKAGE_SOURCE = "历年国务院办公厅放假安排"


@dataclass(frozen=True, slots=True)
class Year:
    """A year as shipped: (day, kind, name) of every day that differs from the plain week."""

    number: int
    source: str
    days: tuple[tuple[date, str, str], ...]
    announced: bool = True


def load_calendar(library: Path) -> int:
    """Bring in the years whose shipped days are new; the number of years written. Edited years stay as they are."""
    if is_loaded(library, "calendar.yaml"):
        return 0
    held = dict(CalendarYear.objects.values_list("year", "shipped"))
    years = {**_package_years(), **_library_years(read_file(library / "calendar.yaml"))}
    wanted = [*years.values(), *_coming_years(max(years))]
    changed = [year for year in wanted if held.get(year.number) != _mark(year)]
    with transaction.atomic():
        for year in changed:
            write_year(year)
        remember(library, "calendar.yaml")
    return len(changed)


def write_year(year: Year) -> None:
    """Put a national year in place of what stands there."""
    values = {"announced": year.announced, "source": year.source, "shipped": _mark(year)}
    CalendarYear.objects.update_or_create(year=year.number, defaults=values)
    CalendarDay.objects.filter(region="", date__year=year.number).delete()
    CalendarDay.objects.bulk_create(CalendarDay(date=day, kind=kind, name=name) for day, kind, name in year.days)


def _coming_years(last: int) -> Iterator[Year]:
    """Years not announced yet: only weekends are known, due days in them are provisional."""
    for number in range(last + 1, last + 1 + YEARS_AHEAD):
        yield Year(number, "尚未公布，按“仅周末休息”预计", (), announced=False)


@lru_cache(maxsize=1)
def _package_years() -> Mapping[int, Year]:
    days: dict[int, list[tuple[date, str, str]]] = {}
    for day, name in package.holidays.items():
        days.setdefault(day.year, []).append((day, DayKind.HOLIDAY, _chinese(name)))
    for day, name in package.workdays.items():
        days.setdefault(day.year, []).append((day, DayKind.MAKEUP, f"{_chinese(name)}调休"))
    return {number: Year(number, PACKAGE_SOURCE, tuple(sorted(found))) for number, found in days.items()}


def _chinese(name: str) -> str:
    return next((kind.chinese for kind in package.Holiday if kind.value == name), name)


def _library_years(document: Mapping[str, Any]) -> Mapping[int, Year]:
    return {number: _library_year(number, entry) for number, entry in document["years"].items()}


def _library_year(number: int, entry: Mapping[str, Any]) -> Year:
    off = [(day, DayKind.HOLIDAY.value, h["zh"]) for h in entry["holidays"] for day in span(h["from"], h["to"])]
    work = [(date.fromisoformat(day), DayKind.MAKEUP.value, "调休上班") for day in entry["makeup_workdays"]]
    return Year(number, entry["notice"]["zh"], tuple(sorted(off + work)))


def span(first: str, last: str) -> Iterator[date]:
    """Every day from one to another, both included."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += timedelta(days=1)


def _mark(year: Year) -> str:
    return mark_of([year.number, year.source, year.days, year.announced])
