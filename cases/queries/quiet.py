"""Quiet hours: at night no message goes to a phone but those that somebody is waiting for."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from cases.queries.message_texts import sending


def after_quiet(template: str, moment: datetime) -> datetime:
    """The moment itself, or the next morning where it falls into the quiet hours."""
    local = timezone.localtime(moment)
    if template in sending().asked or not _is_quiet(local.time()):
        return moment
    morning = local.replace(hour=settings.MESSAGES_QUIET_UNTIL, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def _is_quiet(at: time) -> bool:
    begins, ends = settings.MESSAGES_QUIET_FROM, settings.MESSAGES_QUIET_UNTIL
    if begins == ends:
        return False
    return begins <= at.hour < ends if begins < ends else at.hour >= begins or at.hour < ends
