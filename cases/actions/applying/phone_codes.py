"""Codes sent to a phone number: who has no account shows that the number is theirs. Digests only, few tries."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notices
from cases.errors import NotReady
from cases.models import PhoneCode
from cases.protection import blind_index

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
MOST_AN_HOUR = 3
DIGITS = 6


@transaction.atomic
def send_code(phone: str) -> None:
    """Send a new code; older ones of the number do not open any more. Raises NotReady for too many an hour."""
    index, now = blind_index(phone), timezone.now()
    recent = PhoneCode.objects.filter(phone_index=index, sent_at__gt=now - timedelta(hours=1))
    if recent.count() >= MOST_AN_HOUR:
        raise NotReady(_("这个号码一小时内已经发过 3 次，请稍后再试"))
    PhoneCode.objects.filter(phone_index=index, used_at=None).update(expires_at=now)
    PhoneCode.objects.filter(phone_index=index, sent_at__lt=now - timedelta(days=1)).delete()
    clear = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    PhoneCode.objects.create(phone_index=index, digest=_digest(phone, clear), sent_at=now, expires_at=now + LASTS)
    notices.tell_account(None, phone, "stuck_code", code=clear)


def is_right(phone: str, typed: str) -> bool:
    """Whether a code is the one sent last; it opens once, and five wrong ones end it."""
    now = timezone.now()
    with transaction.atomic():
        held = PhoneCode.objects.select_for_update().filter(
            phone_index=blind_index(phone), used_at=None, expires_at__gt=now, tries__lt=MOST_TRIES
        )
        code = held.order_by("-sent_at").first()
        if code is None:
            return False
        if not secrets.compare_digest(code.digest, _digest(phone, "".join(typed.split()))):
            PhoneCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
            return False
        PhoneCode.objects.filter(pk=code.pk).update(used_at=now)
        return True


def _digest(phone: str, clear: str) -> str:
    return blind_index(f"code|{phone}|{clear}")
