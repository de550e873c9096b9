"""The door for callbacks of departments: what is verified is stored for good, and applied by the pump (`arrivals`).

The door decides what the committed state decides by itself: a repetition, somebody else's application, and whether an
answer stands against a decision. It locks no case, so that it never waits for anybody who works on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.utils import timezone

from cases import outbox
from cases.actions.delivery import written_answers
from cases.actions.engine.answers import DECISIONS, ENDED_HERE, Effect
from cases.models import Arrival, InboxMessage, SubApplication
from cases.ports import Answer, Callback
from cases.prepared import Prepared
from cases.states import SUB_DECIDED, SUB_FINAL, SubState

VERDICTS = {
    Effect.APPLIED: InboxMessage.Verdict.APPLIED,
    Effect.REPEATED: InboxMessage.Verdict.APPLIED,
    Effect.STALE: InboxMessage.Verdict.STALE,
    Effect.CONTRADICTION: InboxMessage.Verdict.CONTRADICTION,
    Effect.LATE: InboxMessage.Verdict.LATE,
}

# Everything that the door has to know, read at once. Another department's application and nobody's look the same.
_standing_of = Prepared(
    """
    SELECT s.case_id, s.state, s.last_event_seq,
           EXISTS (SELECT FROM cases_heldanswer h WHERE h.sub_id = s.id AND h.released_at IS NULL),
           EXISTS (SELECT FROM cases_inboxmessage m WHERE m.department = $2 AND m.event_id = $3)
        OR EXISTS (SELECT FROM cases_arrival a WHERE a.department = $2 AND a.event_id = $3)
    FROM cases_subapplication s
    WHERE s.id = $1 AND s.department = $2
      AND ($4 IS NULL OR EXISTS (SELECT FROM cases_delivery d WHERE d.sub_id = s.id AND d.target_key = $4))
    """,
    "uuid", "varchar", "varchar", "uuid",
)  # fmt: skip
_store_row = Prepared(
    """
    INSERT INTO cases_arrival (id, department, event_id, case_id, sub_id, status, words, headers, received_at, next_at,
                               lease_no, last_error)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 0, '') ON CONFLICT (department, event_id) DO NOTHING RETURNING id
    """,
    "uuid", "varchar", "varchar", "uuid", "uuid", "varchar", "bytea", "jsonb", "timestamptz",
)  # fmt: skip


class Verdict(StrEnum):
    """What the department is told: stored, stored before, against its own decision, or no such application."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Standing:
    """How the application of a callback stands, as committed."""

    case_id: UUID
    state: SubState
    last_seq: int | None
    is_held: bool
    is_known: bool


def receive_callback(callback: Callback) -> Verdict:
    """Store a verified callback. The caller answers 2xx only for STORED and DUPLICATE, once it has committed.

    A contradiction is stored as well: applied, it becomes evidence and a person is told.
    """
    standing = _standing(callback)
    if standing is None:
        return Verdict.UNKNOWN
    if standing.is_known or not _store(callback, standing.case_id):
        return Verdict.DUPLICATE
    outbox.nudge()
    return Verdict.CONTRADICTION if _contradicts(callback.answer, standing) else Verdict.STORED


def _standing(callback: Callback) -> _Standing | None:
    key = _uuid(callback.key) if callback.key else None
    rows = _standing_of(callback.answer.sub_application_id, callback.department, callback.event_id, key)
    return _Standing(rows[0][0], SubState(rows[0][1]), *rows[0][2:]) if rows else None


def _store(callback: Callback, case_id: UUID) -> bool:
    """Write the arrival; False when the same event came a moment ago by another way."""
    said = {"body": callback.body.decode(errors="replace"), "answer": written_answers.written(callback.answer)}
    row = Arrival(words=said, headers=dict(callback.headers))
    words, headers = (field.get_db_prep_save(field.pre_save(row, True), connection) for field in SEALED)
    sub_id, status = callback.answer.sub_application_id, callback.answer.status
    whose = (callback.department, callback.event_id, case_id, sub_id, status)
    return bool(_store_row(row.pk, *whose, words, headers, timezone.now()))


SEALED = [field for field in Arrival._meta.concrete_fields if field.name in ("words", "headers")]


def _contradicts(answer: Answer, standing: _Standing) -> bool:
    """Whether an answer stands against a decision that is committed. One that is only kept may still be dropped."""
    decided = DECISIONS.get(answer.status)
    if decided is None:
        return False
    if standing.state in SUB_FINAL:
        lets_go = decided == SubState.WITHDRAWN and standing.state in ENDED_HERE
        return standing.state in SUB_DECIDED and decided != standing.state and not lets_go
    is_old = answer.seq is not None and standing.last_seq is not None and answer.seq < standing.last_seq
    return standing.is_held and not is_old and decided != SubState.APPROVED


def keep_answer(sub: SubApplication, answer: Answer, effect: Effect, *, event_id: str) -> None:
    """Keep what a department answered and what took no effect: a decision after the end, or against the first one.

    A callback is evidence by itself; an answer to a withdrawal or to a question is kept here, once for each `event_id`.
    """
    if effect not in (Effect.LATE, Effect.CONTRADICTION):
        return
    InboxMessage.objects.get_or_create(
        department=sub.department,
        event_id=event_id,
        defaults={
            "sub": sub,
            "status": answer.status,
            "body": written_answers.as_text(answer),
            "verdict": VERDICTS[effect],
            "received_at": timezone.now(),
        },
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
