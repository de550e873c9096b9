"""Dates and times of the language. All clocks show Asia/Shanghai.

Periods of months and years end on the corresponding day; where a month lacks that day, on its last day
(民法典 第二百零二条): a month from 31 January is full on 28 February, and who is born on 29 February is a year
older on 28 February of a common year.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_ID_NUMBER: Final = re.compile(r"[1-9]\d{16}[\dXx]", re.ASCII)


def local(moment: datetime) -> datetime:
    """The moment on the clock of Shanghai; a naive one is taken to be there already."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def moment_of(value: object) -> date | None:
    """The date or aware time that a value or an ISO text states; None if it states none."""
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else local(datetime.fromisoformat(value))
    except ValueError:
        return None


def stated(value: object) -> date:
    """The date or time of a value. Raises ValueError where there is none."""
    moment = moment_of(value)
    if moment is None:
        raise ValueError("not a date")
    return moment


def day_of(moment: date) -> date:
    """The calendar day of a date or a time."""
    return moment.date() if isinstance(moment, datetime) else moment


def instant_of(moment: date) -> datetime:
    """The moment itself; a date begins at midnight."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), SHANGHAI)


def comparable(a: date, b: date) -> tuple[date, date]:
    """Two moments made comparable: two times to the second, everything else by the day."""
    if isinstance(a, datetime) and isinstance(b, datetime):
        return a.replace(microsecond=0), b.replace(microsecond=0)
    return day_of(a), day_of(b)


def days_between(a: date, b: date) -> Decimal:
    """b - a in days, with the fraction of a day."""
    return _between(a, b) / Decimal(86_400_000_000)


def hours_between(a: date, b: date) -> Decimal:
    """b - a in hours, with the fraction of an hour."""
    return _between(a, b) / Decimal(3_600_000_000)


def _between(a: date, b: date) -> Decimal:
    """b - a in microseconds."""
    return Decimal((instant_of(b) - instant_of(a)) // timedelta(microseconds=1))


def add_days(moment: date, days: int | Decimal) -> date:
    """So many days later; a date moves by whole days only."""
    if not isinstance(moment, datetime) and days != int(days):
        raise ValueError("a date moves by whole days")
    return moment + timedelta(days=float(days))


def add_months(moment: date, months: int) -> date:
    """So many months later, on the corresponding day or the last of the month."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise ValueError("year out of range")
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def months_between(a: date, b: date) -> int:
    """Full months from a to b (足月), negative where b lies before a."""
    start, end = day_of(a), day_of(b)
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def years_between(a: date, b: date) -> int:
    """Full years from a to b (足年), negative where b lies before a."""
    months = months_between(a, b)
    return months // 12 if months >= 0 else -(-months // 12)


def birth_date(value: object) -> date:
    """The day of birth in an 18-digit identity number (GB 11643), or the date itself. Raises ValueError."""
    if isinstance(value, str) and _ID_NUMBER.fullmatch(value):
        return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return day_of(stated(value))


def age(value: object, today: date) -> int:
    """Full years of age (周岁) today. Raises ValueError for somebody not born yet."""
    born = birth_date(value)
    if born > today:
        raise ValueError("born in the future")
    return years_between(born, today)
