"""Signs of life of the engine, for the health page: the sweep goes round, workers hear the bell.

A worker that is alive and deaf (its connection to Redis is broken) looks well from outside. So the sweep rings
once in a while even where nothing is due, and whoever takes the nudge says so.
"""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.utils import timezone

from cases import outbox
from cases.models import Heartbeat

SWEEP, NUDGE, RUNG = "sweep", "nudge", "rung"
EVERY_S = 5.0
RING_AFTER = timedelta(seconds=30)
_written: dict[str, float] = {}


def beat(name: str) -> None:
    """Say that a part is at work; at most one write every few seconds from each process."""
    now = monotonic()
    if now - _written.get(name, -EVERY_S) < EVERY_S:
        return
    _written[name] = now
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=timezone.now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def nudge_taken() -> None:
    """A worker heard the bell (the first thing its carrying thread does)."""
    beat(NUDGE)


def look_round() -> int:
    """The sweep is at work (ON_SWEEP); it rings where no nudge was heard for a while. Nothing of it is a step."""
    beat(SWEEP)
    if settings.NUDGE_THROUGH_BROKER:
        heard = Heartbeat.objects.filter(name=NUDGE, at__gt=timezone.now() - RING_AFTER).exists()
        if not heard:
            # Since when nobody listens, where nobody ever has.
            Heartbeat.objects.bulk_create([Heartbeat(name=RUNG, at=timezone.now())], ignore_conflicts=True)
            outbox.nudge()
    return 0


def forget() -> None:
    """Write the next sign of life at once, however recent the last one of this process."""
    _written.clear()
