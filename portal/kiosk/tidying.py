"""What the terminals need no more; called by the sweep once an hour (`TIDY_UP`)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from portal.kiosk import stays
from portal.kiosk.models import CardRead, PhotoLink, SignInCode

KEPT = timedelta(days=1)


def forget_old() -> int:
    """End stays that nobody ended; drop used readings, codes and links. Returns how many rows."""
    before = timezone.now() - KEPT
    dropped = sum(
        rows.delete()[0]
        for rows in (
            CardRead.objects.filter(at__lt=before),
            SignInCode.objects.filter(sent_at__lt=before),
            PhotoLink.objects.filter(expires_at__lt=before),
        )
    )
    return stays.end_forgotten() + dropped
