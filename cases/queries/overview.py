"""All sub-applications of a case side by side, as the window needs them: state, clock, and how the department works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.models import Case, SubApplication
from cases.queries.task_clock import Clocks, TaskClock


@dataclass(frozen=True, slots=True)
class SubLine:
    """`connect`: manual, api-sync or api-callback; `latest` is when something last happened to it."""

    sub_id: UUID
    connect: str
    clock: TaskClock
    accepted_at: datetime | None
    latest: datetime | None


def sub_lines(case: Case) -> dict[UUID, SubLine]:
    """By sub-application. One query."""
    clocks = Clocks()
    subs = SubApplication.objects.filter(case=case).defer("trace", "reasons", "instance_label")
    return {sub.pk: _line(sub, clocks, case.region) for sub in subs}


def _line(sub: SubApplication, clocks: Clocks, region: str) -> SubLine:
    moments = (sub.closed_at, sub.accepted_at, sub.received_at, sub.dispatched_at, sub.released_at)
    latest = max((moment for moment in moments if moment), default=None)
    clock = clocks.of_sub(sub, region)
    return SubLine(sub.pk, sub.connect, clock, sub.accepted_at, latest)
