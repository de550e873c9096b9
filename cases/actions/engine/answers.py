"""What a department says becomes what is: one door for answers, callbacks, queries and people at a worklist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils import timezone

from cases.actions.deadlines import procedures
from cases.actions.deciding import afterwards, refusing
from cases.actions.desk import attention
from cases.actions.engine import accepting, holding, progress
from cases.actions.engine.events import record
from cases.actions.fees import charging
from cases.actions.scheduling import replanning
from cases.actions.supplementing import supplements
from cases.models import Attention, Case, SubApplication
from cases.ports import Actor, Answer
from cases.states import CASE_FINAL, SUB_DECIDED, SUB_FINAL, SubState

DECISIONS = {
    "approved": SubState.APPROVED,
    "rejected": SubState.REJECTED,
    "not_accepted": SubState.NOT_ACCEPTED,
    "withdrawn": SubState.WITHDRAWN,
}

# Ended on this side, and the department was told: that it lets go of it is no news.
ENDED_HERE = frozenset({SubState.LAPSED, SubState.CANCELLED})


class Effect(StrEnum):
    """What an answer did: applied, nothing new, too old, against an earlier decision, after the end."""

    APPLIED = "applied"
    REPEATED = "repeated"
    STALE = "stale"
    CONTRADICTION = "contradiction"
    LATE = "late"


def apply_answer(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, *, by: Actor) -> Effect:
    """Let an answer take effect on a locked case, then carry the case on (`take_effect` and `carry_on`)."""
    effect = take_effect(case, subs, sub, answer, by=by)
    if effect is Effect.APPLIED:
        carry_on(case, subs)
    return effect


def carry_on(case: Case, subs: list[SubApplication]) -> None:
    """After answers have taken effect: what was held and what waited may go."""
    if case.state not in CASE_FINAL:
        holding.release(case, subs)
        progress.advance(case, subs)


def take_effect(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, *, by: Actor) -> Effect:
    """Let an answer take effect on a locked case; where it was applied the caller carries the case on.

    The first decision stands: another one after it changes nothing and a person is told. An answer after a
    withdrawal is kept and shown, never applied. An approval may have to wait (`holding`), a refusal never does.
    """
    if answer.status in afterwards.LATER_WORDS:
        return Effect.APPLIED if afterwards.hear(case, sub, answer, by) else Effect.STALE
    effect = _judge(sub, answer)
    if effect is Effect.APPLIED:
        _keep_receipt(sub, answer)
        charging.told(case, subs, sub, answer, by=by)
        if replanning.is_refusal_of_change(case, sub, answer):
            replanning.refuse_change(case, subs, sub, answer)
        else:
            HANDLERS[answer.status](case, subs, sub, answer, by)
        _look_again(sub)
        if sub.state in SUB_FINAL:
            progress.became_final(case, subs, sub)
        attention.close(case, Attention.Reason.SILENT, Attention.Reason.NOT_DELIVERED, sub=sub)
    elif effect is Effect.CONTRADICTION:
        attention.raise_attention(case, Attention.Reason.CONTRADICTION, sub=sub, detail=f"{sub.state}/{answer.status}")
    elif effect is Effect.LATE:
        attention.raise_attention(case, Attention.Reason.LATE_ANSWER, sub=sub, detail=_named(answer))
    return effect


def _named(answer: Answer) -> str:
    """The decision and where to find it in the department's own books; what it says is kept as evidence, sealed."""
    return f"{answer.status} {answer.receipt_no}".strip()


def _judge(sub: SubApplication, answer: Answer) -> Effect:
    decided = DECISIONS.get(answer.status)
    if sub.state in SUB_FINAL:
        if decided is None:
            return Effect.STALE
        if decided == sub.state or (decided == SubState.WITHDRAWN and sub.state in ENDED_HERE):
            return Effect.REPEATED
        return Effect.CONTRADICTION if sub.state in SUB_DECIDED else Effect.LATE
    if answer.seq is not None and sub.last_event_seq is not None and answer.seq < sub.last_event_seq:
        return Effect.STALE
    return _against_what_is_held(sub, decided) if decided is not None else Effect.APPLIED


def _against_what_is_held(sub: SubApplication, decided: SubState) -> Effect:
    """An approval that is kept is the first decision: the same again is nothing new, another one contradicts it."""
    if not holding.held_reason(sub):
        return Effect.APPLIED
    return Effect.REPEATED if decided == SubState.APPROVED else Effect.CONTRADICTION


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


def _received(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    if sub.state != SubState.DISPATCHED:
        return
    sub.receive(at=timezone.now(), receipt_no=answer.receipt_no)
    sub.save(update_fields=["state", "received_at", "receipt_no"])
    record(case, "item.received", by=by, sub=sub)


def _accepted(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    accepting.accept(case, subs, sub, by=by)


def _procedure(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    accepting.accept(case, subs, sub, by=by)
    procedures.begin(case, subs, sub, answer, by=by)


def _procedure_ended(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    procedures.end(case, subs, sub, by=by)


def _supplement(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    procedures.end(case, subs, sub, by=by)
    supplements.request(case, sub, answer.reasons, by=by, why_again=answer.why_again)


def _approved(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    holding.approve(case, subs, sub, answer, by)


def _rejected(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    refusing.reject(case, sub, answer, by)


def _not_accepted(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    """A department that has accepted can only refuse; whatever word it uses, the applicant gets the reasons."""
    if sub.accepted_at is None:
        refusing.refuse_acceptance(case, sub, answer, by)
    else:
        refusing.reject(case, sub, answer, by)


def _withdrawn(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    sub.withdraw(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at"])
    record(case, "item.withdrawn", by=by, sub=sub)
    supplements.drop_points_of(case, sub)


Handler = Callable[[Case, list[SubApplication], SubApplication, Answer, Actor], None]
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
