"""Codes by SMS for signing in at a terminal: six digits, five minutes, five tries; nobody learns who has an account."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.actions.dialogue import telling
from cases.errors import CaseError
from portal.accounts.models import Account, Role
from portal.accounts.terminal import AtTerminal
from portal.kiosk.models import SignInCode

GOOD_FOR = timedelta(minutes=5)
WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_TERMINAL, TRIES = 3, 30, 5
LATER = "验证码要得太勤了，请过 15 分钟再试，或者用身份证登录"
WRONG = "验证码不对或者已经过期，请看最新一条短信"


def send(terminal: AtTerminal, account: Account | None, *, means: str) -> SignInCode:
    """Send a code to the phone of an account. Where there is none, nothing is sent and nothing is said.

    Raises CaseError when the terminal or the account asks too often.
    """
    since = timezone.now() - WINDOW
    if SignInCode.objects.filter(terminal=terminal.id, sent_at__gte=since).count() >= PER_TERMINAL:
        raise CaseError(LATER)
    reached = account if account is not None and account.is_active and account.phone else None
    if reached and SignInCode.objects.filter(account=reached, sent_at__gte=since).count() >= PER_ACCOUNT:
        raise CaseError(LATER)
    clear = f"{secrets.randbelow(10**6):06d}"
    code = SignInCode(terminal_id=terminal.id, account=reached, means=means)
    code.digest = _digest(code.pk, clear)
    code.save(force_insert=True)
    if reached:
        telling.tell_account(reached.pk, reached.phone or "", "terminal_code", code=clear, place=terminal.place)
    return code


def check(terminal: AtTerminal, code_id: UUID, typed: str) -> SignInCode:
    """The code that was typed right, used up by it. Raises CaseError for a wrong, old or used one."""
    fresh = SignInCode.objects.filter(
        pk=code_id, terminal=terminal.id, used_at=None, tries__lt=TRIES, sent_at__gt=timezone.now() - GOOD_FOR
    )
    if not fresh.update(tries=F("tries") + 1):
        raise CaseError(WRONG)
    code = SignInCode.objects.select_related("account").get(pk=code_id)
    is_right = constant_time_compare(code.digest, _digest(code.pk, "".join(typed.split())))
    if not is_right or code.account is None:
        raise CaseError(WRONG)
    if not SignInCode.objects.filter(pk=code_id, used_at=None).update(used_at=timezone.now()):
        raise CaseError(WRONG)
    return code


def holder_of(id_no: str) -> Account | None:
    """The person with an ID number, where one has signed in here before."""
    account = Account.objects.with_id_no(id_no.strip())
    return account if account and account.is_active and account.role == Role.CITIZEN else None


def _digest(code_id: UUID, clear: str) -> str:
    return salted_hmac("portal.kiosk.code", f"{code_id}:{clear}", algorithm="sha256").hexdigest()
