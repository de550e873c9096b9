"""Rounds that go over everything once a working day, piece by piece: a death in between repeats one piece.

A piece may run twice; what it does is written once by keys of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

from django.conf import settings
from django.utils import timezone

from cases.models import DeskRound
from cases.queries.reckoning import calendar_of

OPENS_AT = time(8, 30)

# (where the last piece ended, today) -> where this piece ended, None once there is nothing more
Piece = Callable[[str, date], str | None]


def go_on(kind: str, piece: Piece) -> int:
    """Do the next piece of today's round; 1 for a piece done, 0 where it is no working day, too early, or over."""
    now = timezone.localtime()
    if now.time() < OPENS_AT or not calendar_of(settings.REGION_CODE).is_working_day(now.date()):
        return 0
    row, _ = DeskRound.objects.get_or_create(kind=kind, day=now.date())
    if row.done_at is not None:
        return 0
    ended = piece(row.cursor, now.date())
    came_on = DeskRound.objects.filter(pk=row.pk, cursor=row.cursor, done_at=None)
    return came_on.update(cursor=ended or row.cursor, done_at=None if ended else timezone.now())
