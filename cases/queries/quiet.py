"""Quiet hours: at night no message goes to a phone but those that somebody is waiting for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from cases.models import MessageChoice
from cases.queries.message_texts import sending

# Between which hours the quiet may begin and end; nearer to the day than the platform's own is not offered.
EVENING, MORNING = range(18, 24), range(6, 11)
# Why a message stays in the portal: the person has chosen so.
BY_CHOICE = "本人选择只在站内看"


@dataclass(frozen=True, slots=True)
class ChosenMessages:
    """How a person wants messages: on the phone or in the portal alone, and the hours (o'clock) without any."""

    on_phone: bool
    quiet_from: int
    quiet_until: int


def hours_from() -> tuple[int, ...]:
    """From which hours of the evening the quiet may begin: not after that of the platform."""
    begins, ends = settings.MESSAGES_QUIET_FROM, settings.MESSAGES_QUIET_UNTIL
    return tuple(hour for hour in EVENING if begins == ends or hour <= begins) or (EVENING[0],)


def hours_until() -> tuple[int, ...]:
    """Until which hours of the morning it may last: not less than that of the platform."""
    begins, ends = settings.MESSAGES_QUIET_FROM, settings.MESSAGES_QUIET_UNTIL
    return tuple(hour for hour in MORNING if begins == ends or hour >= ends) or (MORNING[-1],)


def chosen_by(account_id: UUID) -> ChosenMessages:
    """What a person chose; the hours of the platform and the phone for whoever chose nothing."""
    row = MessageChoice.objects.filter(account_id=account_id).first()
    if row is None:
        return ChosenMessages(True, hours_from()[-1], hours_until()[0])
    return ChosenMessages(row.on_phone, row.quiet_from, row.quiet_until)


def after_quiet(template: str, moment: datetime) -> datetime:
    """The moment itself, or the next morning where it falls into the quiet hours."""
    if template in sending().asked:
        return moment
    return after_hours(moment, settings.MESSAGES_QUIET_FROM, settings.MESSAGES_QUIET_UNTIL)


def after_hours(moment: datetime, begins: int, ends: int) -> datetime:
    """The moment itself, or when the hours end into which it falls."""
    local = timezone.localtime(moment)
    if not _is_quiet(local.time(), begins, ends):
        return moment
    morning = local.replace(hour=ends, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def _is_quiet(at: time, begins: int, ends: int) -> bool:
    if begins == ends:
        return False
    return begins <= at.hour < ends if begins < ends else at.hour >= begins or at.hour < ends
