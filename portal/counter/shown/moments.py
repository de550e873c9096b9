"""A moment typed at the counter as a day and a time."""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time


def moment_in(post: QueryDict, day: str, time: str) -> datetime | None:
    """The moment two inputs name, in local time; None where either is missing or no such day exists."""
    try:
        on, at = parse_date(post.get(day, "").strip()), parse_time(post.get(time, "").strip())
    except ValueError:
        return None
    if on is None or at is None:
        return None
    return timezone.make_aware(datetime.combine(on, at.replace(tzinfo=None)))
