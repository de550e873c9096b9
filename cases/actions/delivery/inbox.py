"""The door for callbacks of departments: what is verified is stored for good, and applied by the pump (`arrivals`).

The door decides what the committed state decides by itself: a repetition, somebody else's application, and whether an
answer stands against a decision. It locks no case, so that it never waits for anybody who works on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
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

# Everything that the door has to know, read at once, and what is new written with it. Another department's
# application and nobody's look the same. What is told twice at once is stored once.
_store = Prepared(
    """
    WITH told AS (
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
               AS v (id, department, event_id, sub_id, key, status, words, headers)
    ), standing AS (
        SELECT t.*, s.case_id, s.state, s.last_event_seq,
               EXISTS (SELECT FROM cases_heldanswer h WHERE h.sub_id = s.id AND h.released_at IS NULL) AS is_held,
               EXISTS (SELECT FROM cases_inboxmessage m WHERE m.department = t.department AND m.event_id = t.event_id)
            OR EXISTS (SELECT FROM cases_arrival a WHERE a.department = t.department AND a.event_id = t.event_id)
               AS is_known
        FROM told t JOIN cases_subapplication s ON s.id = t.sub_id AND s.department = t.department
        WHERE t.key IS NULL OR EXISTS (SELECT FROM cases_delivery d WHERE d.sub_id = s.id AND d.target_key = t.key)
    ), stored AS (
        INSERT INTO cases_arrival (id, department, event_id, case_id, sub_id, status, words, headers, received_at,
                                   next_at, lease_no, last_error)
        SELECT id, department, event_id, case_id, sub_id, status, words, headers, $9, $9, 0, ''
        FROM standing WHERE NOT is_known ON CONFLICT (department, event_id) DO NOTHING RETURNING id
    )
    SELECT id, state, last_event_seq, is_held, id IN (SELECT id FROM stored) FROM standing
    """,
    "uuid[]", "varchar[]", "varchar[]", "uuid[]", "uuid[]", "varchar[]", "bytea[]", "jsonb[]", "timestamptz",
)  # fmt: skip


class Verdict(StrEnum):
    """What the department is told: stored, stored before, against its own decision, or no such application."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Standing:
    """How the application of a callback stands, as committed, and whether the callback was new and is stored."""

    state: SubState
    last_seq: int | None
    is_held: bool
    is_stored: bool


def receive_callback(callback: Callback) -> Verdict:
    """Store one verified callback."""
    return receive_callbacks([callback])[0]


def receive_callbacks(callbacks: Sequence[Callback]) -> list[Verdict]:
    """Store verified callbacks together. The caller answers 2xx only for STORED and DUPLICATE, once it has committed.

    A contradiction is stored as well: applied, it becomes evidence and a person is told.
    """
    rows = [_arrival(callback) for callback in callbacks]
    standing = _stored(rows, callbacks)
    if any(one.is_stored for one in standing.values()):
        outbox.nudge()
    return [_verdict(callback, standing.get(row.pk)) for callback, row in zip(callbacks, rows, strict=True)]


def _verdict(callback: Callback, standing: _Standing | None) -> Verdict:
    if standing is None:
        return Verdict.UNKNOWN
    if not standing.is_stored:
        return Verdict.DUPLICATE
    return Verdict.CONTRADICTION if _contradicts(callback.answer, standing) else Verdict.STORED


def _arrival(callback: Callback) -> Arrival:
    said = {"body": callback.body.decode(errors="replace"), "answer": written_answers.written(callback.answer)}
    return Arrival(
        department=callback.department,
        event_id=callback.event_id,
        sub_id=callback.answer.sub_application_id,
        status=callback.answer.status,
        words=said,
        headers=dict(callback.headers),
    )


def _stored(rows: Sequence[Arrival], callbacks: Sequence[Callback]) -> dict[UUID, _Standing]:
    """Write those arrivals that are new; how the application of each stands, where there is one, by the row's id.

    In the order of their events: two processes that store the same ones never wait for each other crosswise.
    """
    told = sorted(zip(rows, callbacks, strict=True), key=lambda pair: (pair[0].department, pair[0].event_id))
    found = _store(*map(list, zip(*(_columns(row, callback) for row, callback in told), strict=True)), timezone.now())
    return {pk: _Standing(SubState(state), *rest) for pk, state, *rest in found}


def _columns(row: Arrival, callback: Callback) -> tuple[Any, ...]:
    key = str(_uuid(callback.key)) if callback.key else None
    words, headers = (field.get_db_prep_save(field.pre_save(row, True), connection) for field in MADE_BY_THEIR_FIELDS)
    return str(row.pk), row.department, row.event_id, str(row.sub_id), key, row.status, words, headers


MADE_BY_THEIR_FIELDS = [field for field in Arrival._meta.concrete_fields if field.name in ("words", "headers")]


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
