"""Lines to departments as they are now: which carry, which are probed, which rest, and why.

The breaker itself is in cases.actions.delivery.circuits. Two ways to ask it: the claim of the outbox joins `DOORS`,
which lets nothing through to a department whose line is shut but one probe; whoever calls from a page asks
`shut_lines`, a view of this process that is a second old at most.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection
from django.utils import timezone

from cases.models import Circuit, Line, Maintenance, Outage

VIEW_S = 1.0
LONGEST_WAIT_S = 120
State = Literal["open", "quiet", "maintenance"]

# What is due is due by either clock, ours or the database's; the caller of the statement gives ours as `now`.
MOMENT = "GREATEST(clock_timestamp(), %(now)s)"
# Parts of the claim (cases.outbox), to be put after WITH or WITH RECURSIVE. `probing` leases the probe of a line: the
# row lock lets one process win, `probe_at` moves on at once, so that a prober who dies costs one wait. `doors` names
# departments that get less than their quota, and how many may pass.
DOORS = f"""
probing AS (
    UPDATE cases_circuit SET
        probe_at = {MOMENT} + make_interval(secs => wait_s), wait_s = LEAST(wait_s * 2, {LONGEST_WAIT_S})
    WHERE id IN (
        SELECT c.id FROM cases_circuit c
        WHERE c.line = 'applications' AND c.probe_at <= {MOMENT}
          AND (c.quiet_until IS NULL OR c.quiet_until <= {MOMENT})
          AND NOT EXISTS (
            SELECT 1 FROM cases_maintenance m WHERE m.department = c.department AND m.lifted_at IS NULL
              AND m.starts_at <= {MOMENT} AND m.ends_at > {MOMENT})
          AND EXISTS (
            SELECT 1 FROM cases_delivery w WHERE w.state = 'due' AND w.department = c.department
              AND w.next_at <= {MOMENT} AND (w.lease_until IS NULL OR w.lease_until < clock_timestamp()))
        FOR UPDATE SKIP LOCKED)
    RETURNING department
), probed AS (
    UPDATE cases_outage o SET probes = o.probes + 1 FROM probing p
    WHERE o.department = p.department AND o.line = 'applications' AND o.ended_at IS NULL
), doors AS MATERIALIZED (
    SELECT shut.department, count(p.department) AS places FROM (
        SELECT department FROM cases_circuit
        WHERE line = 'applications' AND (opened_at IS NOT NULL OR quiet_until > {MOMENT})
        UNION
        SELECT department FROM cases_maintenance
        WHERE lifted_at IS NULL AND starts_at <= {MOMENT} AND ends_at > {MOMENT}
    ) shut LEFT JOIN probing p USING (department) GROUP BY shut.department
)
"""
# How many deliveries may go to the department `d.department`: to be combined with the quota by LEAST.
PLACES = "COALESCE((SELECT places FROM doors WHERE doors.department = d.department), 32767)"

_NOW = f"""
SELECT department, line, failures, opened_at, CASE WHEN quiet_until > {MOMENT} THEN quiet_until END,
       probe_at, '', error
FROM cases_circuit WHERE failures > 0 OR opened_at IS NOT NULL OR quiet_until > {MOMENT}
UNION ALL
SELECT department, '', 0, NULL, ends_at, NULL, notice, '' FROM cases_maintenance
WHERE lifted_at IS NULL AND starts_at <= {MOMENT} AND ends_at > {MOMENT}
"""


@dataclass(frozen=True, slots=True)
class LineState:
    """One line that does not simply carry. `until`: when silence or maintenance ends, or the next probe goes."""

    department: str
    line: str  # "" for the department as a whole
    failures: int
    since: datetime | None
    until: datetime | None
    notice: str
    error: str

    @property
    def state(self) -> State | None:
        """None while failures are only counted."""
        if not self.line:
            return "maintenance"
        if self.since is not None:
            return "open"
        return "quiet" if self.until is not None else None


@dataclass(frozen=True, slots=True)
class OpenOutage:
    """What operators are told of, once for all that waits: whose line, since when, why, when it is tried next."""

    department: str
    line: str
    began_at: datetime
    cause: str
    probes: int
    next_probe_at: datetime | None


_seen: tuple[float, tuple[LineState, ...]] | None = None


def line_states() -> tuple[LineState, ...]:
    """Every line that does not simply carry, read now."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"now": timezone.now()})
        rows = cursor.fetchall()
    return tuple(
        LineState(department, line, failures, opened_at, until or probe_at, notice, error)
        for department, line, failures, opened_at, until, probe_at, notice, error in rows
    )


def recent_line_states() -> tuple[LineState, ...]:
    """As `line_states`, a second old at most: for those who ask at every call."""
    global _seen
    if _seen is None or time.monotonic() - _seen[0] > VIEW_S:
        _seen = (time.monotonic(), line_states())
    return _seen[1]


def forget() -> None:
    """Read anew at the next use: something was just noted."""
    global _seen
    _seen = None


def shut_lines(line: str = Line.APPLICATIONS) -> frozenset[str]:
    """Departments to which nothing may be sent over this line now; a second old at most."""
    return frozenset(one.department for one in recent_line_states() if one.line in {"", line} and one.state)


def troubled_lines(line: str) -> frozenset[str]:
    """Departments of which a failure is on record: their next success has to be noted."""
    return frozenset(one.department for one in recent_line_states() if one.line == line)


def open_outages() -> tuple[OpenOutage, ...]:
    """Outages that go on, the oldest first."""
    found = list(Outage.objects.filter(ended_at=None).order_by("began_at"))
    open_ones = Circuit.objects.exclude(opened_at=None) if found else ()
    probes = {(one.department, one.line): one.probe_at for one in open_ones}
    return tuple(
        OpenOutage(
            one.department, one.line, one.began_at, one.cause, one.probes, probes.get((one.department, one.line))
        )
        for one in found
    )


@dataclass(frozen=True, slots=True)
class PastOutage:
    """An outage as it stands in the history of a department."""

    line: str
    began_at: datetime
    ended_at: datetime | None
    cause: str
    probes: int
    ended_by: str  # the login of whoever closed it by hand


def outages_of(department: str, limit: int = 20) -> tuple[PastOutage, ...]:
    """The latest outages of a department, the newest first."""
    found = Outage.objects.filter(department=department).select_related("ended_by")[:limit]
    return tuple(
        PastOutage(
            one.get_line_display(),
            one.began_at,
            one.ended_at,
            one.cause,
            one.probes,
            one.ended_by.get_username() if one.ended_by else "",
        )
        for one in found
    )


@dataclass(frozen=True, slots=True)
class PlannedRest:
    """Maintenance that a department announced, going on or to come."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    notice: str
    by: str

    @property
    def is_now(self) -> bool:
        return self.starts_at <= timezone.now() < self.ends_at


def maintenance_of(department: str) -> tuple[PlannedRest, ...]:
    """Maintenance of a department that is not over, the next first."""
    found = Maintenance.objects.filter(department=department, lifted_at=None, ends_at__gt=timezone.now())
    return tuple(
        PlannedRest(
            one.pk,
            one.starts_at,
            one.ends_at,
            one.notice,
            one.announced_by.get_username() if one.announced_by else "",
        )
        for one in found.select_related("announced_by").order_by("starts_at")
    )


def waiting_words(departments: Collection[str]) -> Mapping[str, LineState]:
    """Of these departments those that nothing is sent to now: what a page says why an item waits."""
    states = [one for one in recent_line_states() if one.line in {"", Line.APPLICATIONS} and one.state]
    return {
        one.department: one
        for one in sorted(states, key=lambda one: one.state == "maintenance")
        if one.department in departments
    }
