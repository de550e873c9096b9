"""Whether anything waits to be carried: asked at every nudge, so it costs one small statement and locks nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from cases.prepared import Prepared

_ASK = Prepared(
    """
SELECT EXISTS (SELECT 1 FROM cases_arrival WHERE next_at <= GREATEST(clock_timestamp(), $1)),
       EXISTS (SELECT 1 FROM cases_delivery WHERE state = 'due' AND next_at <= GREATEST(clock_timestamp(), $1)
               AND (lease_until IS NULL OR lease_until < clock_timestamp()))
""",
    "timestamptz",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Callbacks that have come and were not applied; promises that nobody carries, be their line shut or not."""

    arrivals: bool
    promises: bool


def to_carry() -> Waiting:
    """What waits at this moment, by the clock of the portal or of the database."""
    ((arrivals, promises),) = _ASK(timezone.now())
    return Waiting(arrivals, promises)
