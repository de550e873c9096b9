"""Totals of the home page, counted beside it once there is much to count; for a fiftieth of the time at most."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from cases.models import Case, HomeTally
from cases.queries.totals import count_totals

MANY = 10_000  # cases: fewer are counted by the page itself
SHARE, LEAST = 50, timedelta(minutes=1)


def count_for_home() -> int:
    """ON_SWEEP: count the totals again when it is time; 1 if it was."""
    held = HomeTally.objects.first()
    now = timezone.now()
    if held is not None and now < held.counted_at + max(LEAST, SHARE * timedelta(milliseconds=held.took_ms)):
        return 0
    if held is None and not _are_many():
        return 0
    began = time.monotonic()
    counts = asdict(count_totals())
    counts.pop("counted_at")
    took_ms = int(1000 * (time.monotonic() - began))
    HomeTally.objects.update_or_create(pk=1, defaults={"counts": counts, "took_ms": took_ms, "counted_at": now})
    return 1


def _are_many() -> bool:
    return Case.objects.order_by()[MANY : MANY + 1].exists()
