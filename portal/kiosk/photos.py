"""Photographs by one's own phone: a link for minutes that fills one slot of one case, and shows nothing of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import access
from cases.actions.papers import materials
from cases.errors import CaseError
from portal.accounts.models import Account
from portal.kiosk.models import PhotoLink

GOOD_FOR = timedelta(minutes=15)
MOST_FILES = 12
OVER = "这个链接已经过期，请在屏幕上重新扫码"


def offer(account: Account, case_id: UUID, slot: str) -> tuple[PhotoLink, str]:
    """A new link for a slot of an own case; the one before is closed. Returns it and its secret."""
    now = timezone.now()
    PhotoLink.objects.filter(case_id=case_id, slot=slot, closed_at=None).update(closed_at=now)
    secret = secrets.token_urlsafe(18)
    link = PhotoLink.objects.create(
        case_id=case_id, account=account, slot=slot, digest=_digest(secret), expires_at=now + GOOD_FOR
    )
    return link, secret


def opened(secret: str) -> PhotoLink | None:
    """The link behind a secret while it is good; None otherwise."""
    now = timezone.now()
    found = PhotoLink.objects.select_related("account").filter(
        digest=_digest(secret), closed_at=None, expires_at__gt=now
    )
    link = found.first()
    if link is not None and link.opened_at is None:
        PhotoLink.objects.filter(pk=link.pk).update(opened_at=now)
    return link


def take(link: PhotoLink, files: Sequence[Any]) -> int:
    """Put photographs into the slot, as the person who asked for the link would. Returns how many.

    Raises CaseError where the link has taken enough, or the case is no longer the person's to fill; BadUpload for a
    file that cannot be kept.
    """
    if access.case_for(link.account, link.case_id) is None:
        raise CaseError(OVER)
    taken = 0
    for file in files:
        if not PhotoLink.objects.filter(pk=link.pk, files__lt=MOST_FILES).update(files=F("files") + 1):
            raise CaseError(_("一次最多 %(most)s 张，请在屏幕上重新扫码") % {"most": MOST_FILES})
        materials.upload(link.case_id, link.slot, file, by=link.account.actor)
        taken += 1
    return taken


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
