"""What a department says becomes what is: one door for answers, callbacks, queries and people at a worklist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils import timezone

from cases.actions import attention, limits, progress, results, supplements
from cases.actions.events import record
from cases.models import Attention, Case, SubApplication
from cases.ports import Actor, Answer
from cases.states import SUB_DECIDED, SUB_FINAL, SubState

DECISIONS = {
    "approved": SubState.APPROVED,
    "rejected": SubState.REJECTED,
    "not_accepted": SubState.NOT_ACCEPTED,
    "withdrawn": SubState.WITHDRAWN,
}


class Effect(StrEnum):
    """What an answer did: applied, nothing new, too old, against an earlier decision, after the end."""

    APPLIED = "applied"
    REPEATED = "repeated"
    STALE = "stale"
    CONTRADICTION = "contradiction"
    LATE = "late"


def apply_answer(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, *, by: Actor) -> Effect:
    """Let an answer take effect on a locked case, then carry the case on.

    The first decision stands: another one after it changes nothing and a person is told. An answer after a
    withdrawal is kept and shown, never applied.
    """
    effect = _judge(sub, answer)
    if effect is Effect.APPLIED:
        _keep_receipt(sub, answer)
        HANDLERS[answer.status](case, sub, answer, by)
        _look_again(sub)
        if sub.state in SUB_FINAL:
            progress.became_final(case, subs, sub)
        attention.close(case, Attention.Reason.SILENT, Attention.Reason.NOT_DELIVERED, sub=sub)
        progress.advance(case, subs)
    elif effect is Effect.CONTRADICTION:
        attention.raise_attention(case, Attention.Reason.CONTRADICTION, sub=sub, detail=f"{sub.state}/{answer.status}")
    elif effect is Effect.LATE:
        attention.raise_attention(case, Attention.Reason.LATE_ANSWER, sub=sub, detail=answer.status)
    return effect


def _judge(sub: SubApplication, answer: Answer) -> Effect:
    decided = DECISIONS.get(answer.status)
    if sub.state in SUB_FINAL:
        if decided is None:
            return Effect.STALE
        if decided == sub.state:
            return Effect.REPEATED
        return Effect.CONTRADICTION if sub.state in SUB_DECIDED else Effect.LATE
    if answer.seq is not None and sub.last_event_seq is not None and answer.seq < sub.last_event_seq:
        return Effect.STALE
    return Effect.APPLIED


def _keep_receipt(sub: SubApplication, answer: Answer) -> None:
    sub.receipt_no = answer.receipt_no or sub.receipt_no
    if answer.seq is not None:
        sub.last_event_seq = answer.seq
    sub.version += 1
    sub.save(update_fields=["receipt_no", "last_event_seq", "version"])


def _look_again(sub: SubApplication) -> None:
    if sub.state not in SUB_FINAL:
        sub.next_at = progress.next_query(sub, timezone.now())
        sub.save(update_fields=["next_at"])


def _received(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    if sub.state != SubState.DISPATCHED:
        return
    sub.receive(at=timezone.now(), receipt_no=answer.receipt_no)
    sub.save(update_fields=["state", "received_at", "receipt_no"])
    record(case, "item.received", by=by, sub=sub)


def _accepted(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Accepted: from here the limits count, once; after a supplement they run on. 行政许可法 第三十二条第一款第五项."""
    if sub.state not in (SubState.DISPATCHED, SubState.RECEIVED):
        return
    now = timezone.now()
    is_first = sub.accepted_at is None
    sub.accept(at=sub.accepted_at or now)
    if is_first:
        sub.due_on = limits.committed_due(case, sub, now).on
        sub.statutory_due_on = limits.statutory_due(case, sub, now)
    sub.save(update_fields=["state", "received_at", "accepted_at", "due_on", "statutory_due_on"])
    if case.accepted_at is None:
        case.accepted_at = now
        case.save(update_fields=["accepted_at"])
    record(case, "item.accepted", by=by, sub=sub, due_on=str(sub.due_on))


def _procedure(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """A special procedure, told with the time it needs. 行政许可法 第四十五条."""
    if sub.state == SubState.SPECIAL_PROCEDURE:
        return
    _accepted(case, sub, answer, by)
    sub.begin_procedure(name=answer.procedure)
    sub.save(update_fields=["state", "procedure"])
    record(
        case,
        "item.procedure_began",
        by=by,
        sub=sub,
        procedure=answer.procedure,
        expected_days=answer.expected_days,
        in_clock=answer.in_clock,
    )


def _procedure_ended(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    if sub.state != SubState.SPECIAL_PROCEDURE:
        return
    procedure = sub.procedure
    sub.end_procedure()
    sub.save(update_fields=["state", "procedure"])
    record(case, "item.procedure_ended", by=by, sub=sub, procedure=procedure)


def _supplement(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    if sub.state != SubState.SUPPLEMENT_REQUESTED:
        supplements.request(case, sub, answer.reasons, by=by)


def _approved(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    now = timezone.now()
    _count_as_accepted(case, sub)
    results.issue(case, sub, answer.result, at=now, by=by)
    sub.approve(at=now)
    sub.save(update_fields=["state", "closed_at", "next_at", "received_at", "accepted_at"])
    record(case, "item.approved", by=by, sub=sub)
    supplements.drop_points_of(case, sub)


def _rejected(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Refused, with reasons and remedy. 行政许可法 第三十八条第二款."""
    sub.reasons = _reasons(answer)
    _count_as_accepted(case, sub)
    sub.reject(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons", "received_at", "accepted_at"])
    record(case, "item.rejected", by=by, sub=sub, codes=[reason.code for reason in answer.reasons])
    supplements.drop_points_of(case, sub)


def _not_accepted(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Not accepted, in writing. 行政许可法 第三十二条第一款第一、二项, 第二款."""
    sub.reasons = _reasons(answer)
    sub.refuse_acceptance(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons"])
    record(case, "item.not_accepted", by=by, sub=sub, codes=[reason.code for reason in answer.reasons])
    supplements.drop_points_of(case, sub)


def _withdrawn(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    sub.withdraw(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at"])
    record(case, "item.withdrawn", by=by, sub=sub)
    supplements.drop_points_of(case, sub)


def _count_as_accepted(case: Case, sub: SubApplication) -> None:
    """A department that decides at once has also received and accepted."""
    now = timezone.now()
    sub.received_at, sub.accepted_at = sub.received_at or now, sub.accepted_at or now
    if case.accepted_at is None:
        case.accepted_at = now
        case.save(update_fields=["accepted_at"])


def _reasons(answer: Answer) -> list[dict[str, str]]:
    stated = [{"code": r.code, "about": r.about, "text": r.text} for r in answer.reasons]
    return stated or [{"code": "", "about": "", "text": "部门没有写明理由，我们已请部门补充"}]


Handler = Callable[[Case, SubApplication, Answer, Actor], None]
HANDLERS: Mapping[str, Handler] = {
    "received": _received,
    "accepted": _accepted,
    "special_procedure": _procedure,
    "special_procedure_ended": _procedure_ended,
    "supplement": _supplement,
    "approved": _approved,
    "rejected": _rejected,
    "not_accepted": _not_accepted,
    "withdrawn": _withdrawn,
}
