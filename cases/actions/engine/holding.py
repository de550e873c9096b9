"""Approvals that have come but may not take effect yet: bound items, papers still owed, a fee to pay first.

What must wait is asked of `occasions.BEFORE_APPROVAL`; a refusal never waits. The answer is kept sealed and takes
effect unchanged, in the words of the department, once nothing stands in its way.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cases import docket, notices
from cases.actions.deadlines import procedures
from cases.actions.deciding import results
from cases.actions.engine import accepting, occasions, progress
from cases.actions.engine.events import record
from cases.actions.supplementing import supplements
from cases.models import Case, HeldAnswer, SubApplication
from cases.ports import Actor, Answer


def approve(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Let an approval take effect, or keep it until what it waits for is there."""
    reason = occasions.reason_to_hold(case, subs, sub, answer)
    if reason:
        _hold(case, subs, sub, answer, reason, by)
    else:
        _take_effect(case, subs, sub, answer, by)


def release(case: Case, subs: list[SubApplication]) -> int:
    """Let every held approval of a locked case whose reason is gone take effect; the caller carries the case on.

    One may set another free (bound items): tried until nothing moves. Returns how many took effect.
    """
    released = 0
    while (due := _first_free(case, subs)) is not None:
        held, sub, answer = due
        _take_effect(case, subs, sub, answer, Actor(**held.answer["by"]))
        progress.became_final(case, subs, sub)
        released += 1
    return released


def held_reason(sub: SubApplication) -> str:
    """Why an approval of this item is kept, "" where none is."""
    if docket.has_none(HeldAnswer, sub.case_id):
        return ""
    held = HeldAnswer.objects.filter(sub=sub, released_at=None).first()
    return held.reason if held else ""


def drop(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """The item has ended: nothing is kept for it any more."""
    if not docket.has_none(HeldAnswer, case.pk):
        HeldAnswer.objects.filter(sub=sub, released_at=None).update(released_at=timezone.now())


def _first_free(case: Case, subs: list[SubApplication]) -> tuple[HeldAnswer, SubApplication, Answer] | None:
    if docket.has_none(HeldAnswer, case.pk):
        return None
    for held in HeldAnswer.objects.filter(sub__case=case, released_at=None).order_by("held_at"):
        sub = next(one for one in subs if one.pk == held.sub_id)
        answer = _answer(sub, held.answer)
        reason = occasions.reason_to_hold(case, subs, sub, answer)
        if not reason:
            return held, sub, answer
        if reason != held.reason:
            held.reason = reason
            held.save(update_fields=["reason"])
    return None


def _hold(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, reason: str, by: Actor) -> None:
    """Accepted as before, the clock stands with nobody: the department has done its part."""
    known = HeldAnswer.objects.filter(sub=sub, released_at=None).first()
    if known is not None:
        return
    accepting.accept(case, subs, sub, by=by)
    procedures.end(case, subs, sub, by=by)
    HeldAnswer.objects.update_or_create(
        sub=sub,
        defaults={
            "answer": _kept(answer, by),
            "reason": reason,
            "held_at": timezone.now(),
            "released_at": None,
        },
    )
    record(case, "item.decision_held", by=by, sub=sub, reason=reason)


def _take_effect(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, by: Actor) -> None:
    now = timezone.now()
    took_time = sub.accepted_at is not None
    drop(case, subs, sub)
    accepting.count_as_accepted(case, sub)
    procedures.end(case, subs, sub, by=by)
    results.issue(case, sub, answer.result, at=now, by=by)
    sub.approve(at=now)
    sub.save(update_fields=["state", "closed_at", "next_at", "received_at", "accepted_at"])
    record(case, "item.approved", by=by, sub=sub)
    if took_time and not all(one.is_final for one in subs):
        notices.item_approved(case, sub)
    supplements.drop_points_of(case, sub)


def _kept(answer: Answer, by: Actor) -> dict[str, Any]:
    return {
        "receipt_no": answer.receipt_no,
        "result": dict(answer.result),
        "by": {"kind": by.kind, "id": by.id, "department": by.department},
    }


def _answer(sub: SubApplication, kept: dict[str, Any]) -> Answer:
    return Answer(sub.pk, "approved", receipt_no=kept["receipt_no"], result=kept["result"])
