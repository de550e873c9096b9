"""Time as the pretended departments see it: always Asia/Shanghai, and a day the demo world hangs on."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ANCHOR_MAX_AGE_DAYS = 7
_RELATIVE = re.compile(r"^([+-])(\d+)([dmy])(?: (\d{2}):(\d{2}))?$")


_ahead = timedelta()  # by how much the city's calendar runs ahead of the machine's, see `run_ahead`


def now() -> datetime:
    """The present moment in Shanghai, to the second."""
    return (datetime.now(SHANGHAI) + _ahead).replace(microsecond=0)


def run_ahead(seconds: float) -> None:
    """Let the city live so many seconds ahead of the machine: rules see that day, signatures and delays do not."""
    global _ahead
    _ahead = timedelta(seconds=seconds)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from one day to another, negative when the end comes first."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)


def fresh_anchor(stored: str | None, today: date) -> date:
    """The day that demo facts count from: kept over restarts, renewed once it is a week old.

    Facts such as a baby's hour of birth must not move while a case is running over midnight.
    """
    if stored and 0 <= (today - date.fromisoformat(stored)).days <= ANCHOR_MAX_AGE_DAYS:
        return date.fromisoformat(stored)
    return today


def resolve_day(text: str, anchor: date) -> str:
    """A relative day ("-22d", "+2y", "-22d 03:42") written out in full; any other text as it is."""
    found = _RELATIVE.match(text)
    if not found:
        return text
    sign, count, unit, hour, minute = found.groups()
    amount = int(count) * (1 if sign == "+" else -1)
    day = anchor + timedelta(days=amount) if unit == "d" else add_months(anchor, amount * (12 if unit == "y" else 1))
    return f"{day.isoformat()}T{hour}:{minute}:00+08:00" if hour else day.isoformat()


def resolve_days(value: object, anchor: date) -> object:
    """Relative days inside any nested value written out in full."""
    if isinstance(value, str):
        return resolve_day(value, anchor)
    if isinstance(value, list):
        return [resolve_days(entry, anchor) for entry in value]
    if isinstance(value, dict):
        return {name: resolve_days(entry, anchor) for name, entry in value.items()}
    return value
