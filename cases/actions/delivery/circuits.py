"""The circuit breaker of each line to a department: five failures in a row open it, one probe at a time closes it.

What counts is whether the other side is there, not whether it likes what it gets: any reply below 500, garbage too,
is a sign of life. Refused connections, an unknown host, 503 are failures of the line for sure. A time-out, a cut
and any other 5xx may be the fault of one sub-application, so each of those counts once however often it is tried:
one poisoned case opens nothing. `Retry-After` keeps the whole department quiet and is no failure.

A line that carries has no row and costs no statement but one small read a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import NotReady
from cases.models import Circuit, Line, Maintenance, Outage
from cases.ports import Actor, Contact, Outcome
from cases.queries import circuits

log = structlog.get_logger(__name__)

OPENS_AFTER = 5
FIRST_WAIT_S = 30
LONGEST_QUIET_S = 3600.0


@dataclass(frozen=True, slots=True)
class Tally:
    """What a batch showed of one line. `suspect`: the one delivery that failed, where it may be its own fault."""

    ok: int = 0
    failed: int = 0
    pause_s: float = 0.0
    error: str = ""
    suspect: UUID | None = None


# One row a line, in the order of departments, so that no two processes wait for each other. Where something got
# through, the line carries, whatever else failed in the batch.
_NOTE = """
WITH seen AS (
    SELECT * FROM unnest(%(departments)s::varchar[], %(ok)s::int[], %(failed)s::int[], %(pauses)s::float8[],
                         %(errors)s::varchar[], %(suspects)s::uuid[])
        AS s (department, ok, failed, pause_s, error, suspect)
), noted AS (
    INSERT INTO cases_circuit AS c
        (department, line, failures, last_failed, wait_s, error, quiet_until, opened_at, probe_at, changed_at)
    SELECT department, %(line)s, CASE WHEN ok > 0 THEN 0 ELSE failed END, CASE WHEN ok = 0 THEN suspect END,
           %(first_wait)s, error,
           CASE WHEN pause_s > 0 THEN {moment} + make_interval(secs => pause_s) END,
           CASE WHEN ok = 0 AND failed >= %(opens_after)s THEN {moment} END,
           CASE WHEN ok = 0 AND failed >= %(opens_after)s
                THEN {moment} + make_interval(secs => %(first_wait)s) END,
           {moment}
    FROM seen
    WHERE pause_s > 0 OR (ok = 0 AND failed > 0)
       OR EXISTS (SELECT 1 FROM cases_circuit k WHERE k.department = seen.department AND k.line = %(line)s)
    ORDER BY department
    ON CONFLICT (department, line) DO UPDATE SET
        failures = {failures}, last_failed = EXCLUDED.last_failed, changed_at = {moment},
        error = CASE WHEN EXCLUDED.failures = 0 THEN c.error ELSE EXCLUDED.error END,
        quiet_until = GREATEST(c.quiet_until, EXCLUDED.quiet_until),
        wait_s = CASE WHEN EXCLUDED.failures = 0 THEN %(first_wait)s ELSE c.wait_s END,
        opened_at = CASE WHEN EXCLUDED.failures = 0 THEN NULL WHEN c.opened_at IS NOT NULL THEN c.opened_at
                         WHEN {failures} >= %(opens_after)s THEN {moment} END,
        probe_at = CASE WHEN EXCLUDED.failures = 0 THEN NULL WHEN c.opened_at IS NOT NULL THEN c.probe_at
                        WHEN {failures} >= %(opens_after)s
                        THEN {moment} + make_interval(secs => c.wait_s) END
    WHERE c.failures > 0 OR c.opened_at IS NOT NULL OR EXCLUDED.failures > 0 OR EXCLUDED.quiet_until IS NOT NULL
    RETURNING c.department, c.line, c.opened_at, c.error
), begun AS (
    INSERT INTO cases_outage (department, line, began_at, cause, probes)
    SELECT department, line, opened_at, error, 0 FROM noted WHERE opened_at = {moment}
    ON CONFLICT DO NOTHING RETURNING department, 'opened' AS became
), ended AS (
    UPDATE cases_outage o SET ended_at = {moment} FROM noted n
    WHERE o.department = n.department AND o.line = n.line AND o.ended_at IS NULL AND n.opened_at IS NULL
    RETURNING o.department, 'closed' AS became
)
SELECT * FROM begun UNION ALL SELECT * FROM ended
UNION ALL SELECT department, 'stays' FROM noted WHERE opened_at < {moment}
""".replace("{moment}", "GREATEST(statement_timestamp(), %(now)s)").replace(
    "{failures}",
    "CASE WHEN EXCLUDED.failures = 0 THEN 0 WHEN EXCLUDED.last_failed = c.last_failed THEN c.failures"
    " ELSE LEAST(c.failures + EXCLUDED.failures, 100000) END",
)

# What had to wait longer and longer goes at once when its line carries again; rows that somebody holds are let be.
_BRING_FORWARD = """
UPDATE cases_delivery SET next_at = clock_timestamp() WHERE id IN (
    SELECT id FROM cases_delivery
    WHERE state = 'due' AND department = ANY(%s) AND tries > 0 AND next_at > clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp()) FOR UPDATE SKIP LOCKED)
"""
# Where few wait, all of them may be put off beyond the next probe: the first of them carries it.
_GIVE_THE_PROBE_A_CARRIER = """
UPDATE cases_delivery d SET next_at = first.probe_at FROM (
    SELECT w.id, c.probe_at FROM cases_circuit c CROSS JOIN LATERAL (
        SELECT id, next_at FROM cases_delivery WHERE state = 'due' AND department = c.department
        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ) w WHERE c.line = 'applications' AND c.department = ANY(%s) AND w.next_at > c.probe_at
) first WHERE d.id = first.id
"""

_TAKE_PROBE = f"""
WITH probing AS (
    UPDATE cases_circuit SET
        probe_at = {circuits.MOMENT} + make_interval(secs => wait_s), wait_s = LEAST(wait_s * 2, %(longest)s)
    WHERE id IN (
        SELECT id FROM cases_circuit WHERE department = %(department)s AND line = %(line)s
          AND probe_at <= {circuits.MOMENT} AND (quiet_until IS NULL OR quiet_until <= {circuits.MOMENT})
        FOR UPDATE SKIP LOCKED)
    RETURNING department, line
), probed AS (
    UPDATE cases_outage o SET probes = o.probes + 1 FROM probing p
    WHERE o.department = p.department AND o.line = p.line AND o.ended_at IS NULL
)
SELECT count(*) FROM probing
"""


def tally(ended: Iterable[tuple[str, UUID, Outcome]]) -> dict[str, Tally]:
    """What tries (department, delivery, outcome) show of the lines; lines they show nothing of are left out."""
    by_department: dict[str, list[tuple[UUID, Outcome]]] = {}
    for department, delivery_id, outcome in ended:
        if outcome.contact:
            by_department.setdefault(department, []).append((delivery_id, outcome))
    return {department: _tally_of(tries) for department, tries in by_department.items()}


def _tally_of(tries: list[tuple[UUID, Outcome]]) -> Tally:
    alive = sum(outcome.contact == "alive" for _delivery_id, outcome in tries)
    broken = sum(outcome.contact == "broken" for _delivery_id, outcome in tries)
    unsure = {delivery_id for delivery_id, outcome in tries if outcome.contact == "unsure"}
    errors = [outcome.detail for _delivery_id, outcome in tries if outcome.contact != "alive"]
    pause_s = max((outcome.retry_after_s or 0.0 for _delivery_id, outcome in tries), default=0.0)
    suspect = next(iter(unsure)) if len(unsure) == 1 and not broken else None
    return Tally(alive, broken + len(unsure), pause_s, errors[-1] if errors else "", suspect)


def note_outcomes(ended: Iterable[tuple[str, UUID, Outcome]]) -> None:
    """Note what a batch of tries showed of the lines of applications; outside of any transaction that holds a case."""
    note(tally(ended))


def note_calls(ended: Iterable[tuple[str, Contact, str]], *, line: str = Line.DATA) -> None:
    """Note what single calls (department, contact, detail) showed of the lines of data sharing."""
    found: dict[str, Tally] = {}
    for department, contact, detail in ended:
        if contact:
            before, alive = found.get(department, Tally()), contact == "alive"
            error = before.error if alive else detail
            found[department] = replace(before, ok=before.ok + alive, failed=before.failed + (not alive), error=error)
    note(found, line=line)


def note(results: Mapping[str, Tally], *, line: str = Line.APPLICATIONS) -> None:
    """Note what was seen of some departments, all in one statement; none at all while everything carries.

    When a line opens, fails again or closes, what waits for it is moved to fit.
    """
    troubled = circuits.troubled_lines(line)
    worth = {d: one for d, one in results.items() if d in troubled or one.pause_s > 0 or (one.failed and not one.ok)}
    if not worth:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, _columns(worth, line))
        changed = cursor.fetchall()
    circuits.forget()
    for department, became in changed:
        if became != "stays":
            log.warning(f"circuit.{became}", department=department, line=str(line), error=worth[department].error)
    if line == Line.APPLICATIONS:
        _move_waiting({department: became for department, became in changed})


def _move_waiting(changed: Mapping[str, str]) -> None:
    """What waits for a line follows it: all of it when the line carries again, the next probe while it does not."""
    again = [department for department, became in changed.items() if became == "closed"]
    open_ones = [department for department, became in changed.items() if became != "closed"]
    with connection.cursor() as cursor:
        if again:
            cursor.execute(_BRING_FORWARD, [again])
        if open_ones:
            cursor.execute(_GIVE_THE_PROBE_A_CARRIER, [open_ones])


def _columns(results: Mapping[str, Tally], line: str) -> dict[str, Any]:
    return {
        "departments": list(results),
        "ok": [one.ok for one in results.values()],
        "failed": [one.failed for one in results.values()],
        "pauses": [min(one.pause_s, LONGEST_QUIET_S) for one in results.values()],
        "errors": [one.error[:100] for one in results.values()],
        "suspects": [str(one.suspect) if one.suspect else None for one in results.values()],
        "now": timezone.now(),
        "line": str(line),
        "first_wait": FIRST_WAIT_S,
        "opens_after": OPENS_AFTER,
    }


def may_pass(department: str, *, line: str = Line.DATA) -> bool:
    """Whether a call may be made over a line now; where it is open, exactly one caller each wait is let through.

    Whoever is let through notes how it ended. Costs nothing while the line carries.
    """
    states = [one for one in circuits.recent_line_states() if one.department == department and one.line in {"", line}]
    shut = {one.state: one for one in states if one.state}
    if not shut:
        return True
    probe = shut.get("open")
    if "maintenance" in shut or probe is None or (probe.until is not None and probe.until > timezone.now()):
        return False
    return _take_probe(department, line)


def _take_probe(department: str, line: str) -> bool:
    bounds = {"longest": circuits.LONGEST_WAIT_S, "now": timezone.now()}
    values: dict[str, Any] = {"department": department, "line": str(line), **bounds}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_PROBE, values)
        (won,) = cursor.fetchone()
    circuits.forget()
    return bool(won)


@transaction.atomic
def close_now(department: str, *, by: Actor) -> int:
    """Let everything pass again at once, on a person's word; returns how many lines were open."""
    was_open = Circuit.objects.filter(department=department).exclude(opened_at=None).count()
    Circuit.objects.filter(department=department).update(
        failures=0, last_failed=None, opened_at=None, probe_at=None, quiet_until=None, wait_s=FIRST_WAIT_S
    )
    going_on = Outage.objects.filter(department=department, ended_at=None)
    going_on.update(ended_at=timezone.now(), ended_by_id=by.id or None)
    _move_waiting({department: "closed"})
    circuits.forget()
    transaction.on_commit(circuits.forget)  # whoever looked meanwhile saw it open
    return was_open


def announce_maintenance(
    department: str, *, starts_at: datetime, ends_at: datetime, notice: str, by: Actor
) -> Maintenance:
    """Rest a department's lines for a time it has announced; `notice` is what people read. Raises NotReady."""
    if ends_at <= max(starts_at, timezone.now()):
        raise NotReady(_("维护的结束时间要晚于开始时间和现在"))
    made = Maintenance.objects.create(
        department=department, starts_at=starts_at, ends_at=ends_at, notice=notice, announced_by_id=by.id or None
    )
    circuits.forget()
    return made


def lift_maintenance(maintenance_id: UUID, *, by: Actor) -> bool:
    """End or cancel a maintenance early; False where it was over already."""
    still = Maintenance.objects.filter(pk=maintenance_id, lifted_at=None, ends_at__gt=timezone.now())
    lifted = still.update(lifted_at=timezone.now(), lifted_by_id=by.id or None)
    circuits.forget()
    return bool(lifted)
