"""Whether copies and closings are being dealt with: for the health of the portal."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from portal.accounts.models import Closure, DataExport

PATIENCE = timedelta(minutes=30)


def alarms() -> tuple[str, ...]:
    """`accounts_late` where something has been due for half an hour: nobody makes the round of the accounts."""
    since = timezone.now() - PATIENCE
    late = any(model.objects.filter(next_at__lt=since).exists() for model in (DataExport, Closure))
    return ("accounts_late",) if late else ()
