"""E-mail to the people of departments: written down with what it tells of, carried outside of any transaction.

A mail system that is away loses nothing: what is due stays due, one mail tries whether it is back, the rest follows.
Mails name counts, items, case numbers and addresses of pages; nothing about a person (个人信息保护法 第六条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from cases import outbox, ports
from cases.models import DeskPost, StaffMail
from cases.ports import GatewayError, Mail

log = structlog.get_logger(__name__)
Kind, State = StaffMail.Kind, StaffMail.State
BATCH = 20
LEASE = timedelta(seconds=30)


def write(people: Iterable[UUID], kind: StaffMail.Kind, about: str, subject: str, words: Mapping[str, Any]) -> int:
    """Write a mail to each of them who has an address; the same `about` is written once. Returns for how many."""
    reached = DeskPost.objects.filter(account_id__in=list(people), email__isnull=False, account__is_active=True)
    accounts = list(reached.values_list("account_id", flat=True))
    if not accounts:
        return 0
    now = timezone.now()
    with override("zh-hans"):
        body = render_to_string(f"staff_mail/{kind}.txt", {**words, "portal": settings.PORTAL_URL})
    mails = [
        StaffMail(
            key=f"{about}:{account}", account_id=account, kind=kind, subject=subject[:200], body=body,
            next_at=now, created_at=now,
        )
        for account in accounts
    ]  # fmt: skip
    StaffMail.objects.bulk_create(mails, ignore_conflicts=True)
    return len(accounts)


def carry() -> int:
    """ON_SWEEP: send what is due; once the mail system proves to be away, everything waits for a later probe."""
    now = timezone.now()
    due = StaffMail.objects.filter(state=State.DUE, next_at__lte=now).order_by("created_at")
    done = 0
    for mail in due.select_related("account")[:BATCH]:
        if not _lease(mail):
            continue
        if not _send(mail):
            break
        done += 1
    return done


def _lease(mail: StaffMail) -> bool:
    held = timezone.now() + LEASE
    return bool(StaffMail.objects.filter(pk=mail.pk, state=State.DUE, next_at=mail.next_at).update(next_at=held))


def _send(mail: StaffMail) -> bool:
    """One mail; False where the mail system is away."""
    post = DeskPost.objects.filter(account=mail.account, account__is_active=True).first()
    if post is None or not post.email:
        _close(mail, State.DROPPED, "没有邮箱地址")
        return True
    try:
        ports.mailer().send(Mail(post.email, mail.subject, mail.body, mail.key))
    except GatewayError as error:
        if error.permanent:
            _close(mail, State.DROPPED, str(error))
            return True
        _put_off(mail, str(error))
        return False
    _close(mail, State.SENT, "")
    return True


def _close(mail: StaffMail, state: StaffMail.State, error: str) -> None:
    StaffMail.objects.filter(pk=mail.pk, state=State.DUE).update(
        state=state, next_at=None, tries=mail.tries + 1, last_error=error[:200], closed_at=timezone.now()
    )


def _put_off(mail: StaffMail, error: str) -> None:
    """This one is the next probe; the others wait until after it."""
    tries = mail.tries + 1
    probe = timezone.now() + timedelta(seconds=outbox.backoff_s(tries))
    StaffMail.objects.filter(pk=mail.pk, state=State.DUE).update(next_at=probe, tries=tries, last_error=error[:200])
    behind = Q(next_at__isnull=True) | Q(next_at__lt=probe)
    StaffMail.objects.filter(behind, state=State.DUE).exclude(pk=mail.pk).update(
        next_at=probe + timedelta(seconds=1), last_error=error[:200]
    )
    log.warning("staff_mail.away", tries=tries, error=error)
