"""Callbacks of departments: stored as evidence and effective once, in one transaction; 2xx only after commit."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import outbox
from cases.actions.answers import Effect, apply_answer
from cases.actions.locking import lock_case_of, lock_subs
from cases.models import Delivery, InboxMessage, SubApplication
from cases.ports import Actor, Answer, Callback

VERDICTS = {
    Effect.APPLIED: InboxMessage.Verdict.APPLIED,
    Effect.REPEATED: InboxMessage.Verdict.APPLIED,
    Effect.STALE: InboxMessage.Verdict.STALE,
    Effect.CONTRADICTION: InboxMessage.Verdict.CONTRADICTION,
    Effect.LATE: InboxMessage.Verdict.LATE,
}


class Verdict(StrEnum):
    """What the department is told: stored, stored before, against its own decision, or no such application."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"


def receive_callback(callback: Callback) -> Verdict:
    """Take in a verified callback. The caller answers 2xx only for STORED and DUPLICATE, after this returns."""
    sub_id = _addressee(callback)
    if sub_id is None:
        return Verdict.UNKNOWN
    try:
        with transaction.atomic():
            return _take_in(callback, sub_id)
    except IntegrityError:
        if _seen(callback):
            return Verdict.DUPLICATE
        raise


def _addressee(callback: Callback) -> UUID | None:
    """The sub-application meant, if it is this department's own; another's case and nobody's look the same."""
    sub = SubApplication.objects.filter(pk=callback.answer.sub_application_id, department=callback.department).first()
    if sub is None:
        return None
    if callback.key and not Delivery.objects.filter(sub=sub, target_key=_uuid(callback.key)).exists():
        return None
    return sub.pk


def _take_in(callback: Callback, sub_id: UUID) -> Verdict:
    case, sub = lock_case_of(sub_id)
    if _seen(callback):
        return Verdict.DUPLICATE
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    actor = Actor("department", department=callback.department)
    effect = apply_answer(case, subs, mine, callback.answer, by=actor)
    InboxMessage.objects.create(
        department=callback.department,
        event_id=callback.event_id,
        sub=sub,
        status=callback.answer.status,
        body=callback.body.decode(errors="replace"),
        headers=dict(callback.headers),
        verdict=VERDICTS[effect],
        received_at=timezone.now(),
    )
    outbox.nudge()
    return Verdict.CONTRADICTION if effect is Effect.CONTRADICTION else Verdict.STORED


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
            "body": json.dumps(asdict(answer), cls=DjangoJSONEncoder, ensure_ascii=False),
            "verdict": VERDICTS[effect],
            "received_at": timezone.now(),
        },
    )


def _seen(callback: Callback) -> bool:
    return InboxMessage.objects.filter(department=callback.department, event_id=callback.event_id).exists()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
