"""Nonces of departments: each counts once in 24 hours, whichever process it reaches."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from integrations.models import Nonce

KEPT = timedelta(hours=24)
TIDY_EVERY_S = 600.0

_tidied = 0.0


def first_use_of_nonce(department: str, nonce: str) -> bool:
    """Remember a nonce in the running transaction; False when it was used before. Rolled back, it may come again."""
    _forget_old()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_nonce (department, nonce, seen_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [department, nonce, timezone.now()],
        )
        return bool(cursor.rowcount)


def _forget_old() -> None:
    """Delete what is past its time, now and then: the callbacks themselves drive it, no clock is needed."""
    global _tidied
    if time.monotonic() - _tidied < TIDY_EVERY_S:
        return
    _tidied = time.monotonic()
    Nonce.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
