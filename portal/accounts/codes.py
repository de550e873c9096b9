"""Codes of six digits that prove a phone is in somebody's hand: ten minutes, five tries, a few an hour."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from cases.actions.dialogue import telling
from cases.errors import CaseError
from portal.accounts.models import Account, SentCode

GOOD_FOR = timedelta(minutes=10)
WINDOW = timedelta(hours=1)
PER_WINDOW, TRIES = 6, 5


@transaction.atomic
def send(account: Account, phone: str, purpose: str) -> str:
    """Send a fresh code; the ones before for the same purpose are void. Raises CaseError when asked too often.

    Returns the clear text, which only a demonstration shows.
    """
    Account.objects.select_for_update().only("pk").get(pk=account.pk)
    now = timezone.now()
    if SentCode.objects.filter(account=account, sent_at__gt=now - WINDOW).count() >= PER_WINDOW:
        raise CaseError(_("验证码要得太勤了，请一小时后再试"))
    SentCode.objects.filter(account=account, purpose=purpose, used_at=None).update(used_at=now)
    clear = f"{secrets.randbelow(10**6):06d}"
    code = SentCode(account=account, purpose=purpose, phone=phone, sent_at=now, expires_at=now + GOOD_FOR)
    code.digest = _digest(code, clear)
    code.save(force_insert=True)
    telling.tell_account(account.pk, phone, "phone_code", code=clear, purpose=str(SentCode.For(purpose).label))
    return clear


def check(account: Account, purpose: str, typed: str) -> SentCode:
    """The code as it was sent, used up by being right. Raises CaseError for a wrong, old or used one."""
    now = timezone.now()
    fresh = SentCode.objects.filter(account=account, purpose=purpose, used_at=None, expires_at__gt=now)
    code = fresh.order_by("-sent_at").first()
    if code is None or not SentCode.objects.filter(pk=code.pk, tries__lt=TRIES).update(tries=F("tries") + 1):
        raise CaseError(_("验证码过期了或者试的次数太多，请重新获取"))
    if not constant_time_compare(code.digest, _digest(code, "".join(typed.split()))):
        raise CaseError(_("验证码不对，请看最新一条短信"))
    if not SentCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now):
        raise CaseError(_("这个验证码已经用过了，请重新获取"))
    return code


def _digest(code: SentCode, clear: str) -> str:
    return salted_hmac("portal.accounts.code", f"{code.pk}:{clear}", algorithm="sha256").hexdigest()
