"""An arrangement of holidays from a file: what the State Council announces late in the year, or a region its own days.

The shape is that of the library's `calendar.yaml`: `years: {2027: {notice: {zh}, holidays: [{zh, from, to}],
makeup_workdays: []}}`. Open cases are counted again by the sweep as soon as the days have changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from bundles import queries
from bundles.errors import Fault
from bundles.loading.calendar import Year, span, write_year
from bundles.loading.entries import read_file
from bundles.models import CalendarDay, CalendarYear, DayKind

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the years written and how many of their days deviate from the plain week."""

    years: tuple[int, ...]
    days: int


class WrongCalendar(Exception):
    """The file cannot be imported; `faults` say where and why, in people's words."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("；".join(f"{fault.path}：{fault.message}" for fault in faults))
        self.faults = faults


def import_calendar(path: Path, *, region: str = "") -> Imported:
    """Replace the days of the years in a file, for the country or one region; national years become announced.

    Raises UnreadableFile for what is no YAML, WrongCalendar with every fault otherwise; then nothing is written.
    """
    document = read_file(path)
    faults = tuple(_faults(document))
    if faults:
        raise WrongCalendar(faults)
    years = [_year(int(number), entry) for number, entry in document["years"].items()]
    with transaction.atomic():
        for year in years:
            _write(year, region)
    queries.recheck()
    return Imported(tuple(year.number for year in years), sum(len(year.days) for year in years))


def _write(year: Year, region: str) -> None:
    if not region:
        write_year(year)
        return
    CalendarYear.objects.get_or_create(year=year.number)
    CalendarDay.objects.filter(region=region, date__year=year.number).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind=kind, name=name, region=region) for day, kind, name in year.days
    )


def _year(number: int, entry: Mapping[str, Any]) -> Year:
    off = [
        (day, holiday.get("kind", DayKind.HOLIDAY.value), str(holiday["zh"]))
        for holiday in entry.get("holidays") or ()
        for day in span(str(holiday["from"]), str(holiday["to"]))
    ]
    work = [
        (date.fromisoformat(str(day)), DayKind.MAKEUP.value, "调休上班") for day in entry.get("makeup_workdays") or ()
    ]
    notice = entry.get("notice") or {}
    return Year(number, str(notice.get("zh", "导入的放假安排"))[:200], tuple(sorted((*off, *work))))


def _faults(document: Any) -> Iterator[Fault]:
    years = document.get("years") if isinstance(document, Mapping) else None
    if not isinstance(years, Mapping) or not years:
        yield Fault("years", "应为 {年份: {holidays, makeup_workdays}}")
        return
    for number, entry in years.items():
        if not str(number).isdigit() or not isinstance(entry, Mapping):
            yield Fault(f"years.{number}", "应为四位年份和它的放假安排")
        else:
            yield from _year_faults(int(number), entry)


def _year_faults(number: int, entry: Mapping[str, Any]) -> Iterator[Fault]:
    off: set[date] = set()
    for position, holiday in enumerate(entry.get("holidays") or ()):
        path = f"years.{number}.holidays[{position}]"
        days = _days_of(holiday)
        if not days:
            yield Fault(path, "要写名称 zh 和起止日期 from、to，止日不早于起日，最长 31 天")
        elif any(day.year != number for day in days):
            yield Fault(path, f"不在 {number} 年里")
        elif off & set(days):
            yield Fault(path, "与前面的假期重叠")
        elif holiday.get("kind", DayKind.HOLIDAY) not in (DayKind.HOLIDAY, DayKind.CLOSURE):
            yield Fault(f"{path}.kind", "可写 holiday（放假）或 closure（临时停办）")
        off |= set(days)
    for position, text in enumerate(entry.get("makeup_workdays") or ()):
        yield from _makeup_faults(f"years.{number}.makeup_workdays[{position}]", _day(text), number, off)


def _makeup_faults(path: str, day: date | None, number: int, off: set[date]) -> Iterator[Fault]:
    if day is None or day.year != number:
        yield Fault(path, f"应为 {number} 年里的日期")
    elif day.weekday() < SATURDAY:
        yield Fault(path, f"{day} 本来就是工作日，不用调休")
    elif day in off:
        yield Fault(path, f"{day} 又放假又上班")


def _days_of(holiday: Any) -> list[date]:
    """The days of a holiday, none where it is not one."""
    if not isinstance(holiday, Mapping) or not holiday.get("zh"):
        return []
    first, last = _day(holiday.get("from")), _day(holiday.get("to"))
    if first is None or last is None or not 0 <= (last - first).days < 31:
        return []
    return list(span(first.isoformat(), last.isoformat()))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
