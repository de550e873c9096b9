"""Taking back (撤回): one item or all of it, before the decision; what is decided stays decided."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases import outbox
from cases.actions import parties, progress, supplements
from cases.actions.events import record
from cases.actions.locking import lock_case, lock_case_of, lock_subs
from cases.errors import WrongState
from cases.models import Case, Delivery, SubApplication
from cases.models.sub_application import Choice
from cases.ports import Actor
from cases.states import SUB_FINAL, CaseState, SubState


@transaction.atomic
def withdraw_item(sub_id: UUID, *, by: Actor, reason: str) -> Case:
    """Take one item back before it is decided; the rest of the case goes on. Raises WrongState afterwards."""
    case, sub = lock_case_of(sub_id)
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.state in SUB_FINAL:
        raise WrongState("这件事已经有结果，不能撤回")
    _withdraw(case, mine, by, reason)
    progress.became_final(case, subs, mine)
    progress.advance(case, subs)
    return case


@transaction.atomic
def withdraw_case(case_id: UUID, *, by: Actor, reason: str) -> Case:
    """Take back everything that is not decided yet. Raises WrongState when nothing is left to take back."""
    case = lock_case(case_id)
    if case.state == CaseState.AWAITING_PARTIES:
        parties.stop_asking(case)
        case.withdraw(at=timezone.now())
        case.save(update_fields=["state", "closed_at", "next_at"])
        record(case, "case.withdrawn", by=by)
        return case
    subs = lock_subs(case)
    undecided = [sub for sub in subs if sub.state not in SUB_FINAL]
    if not undecided:
        raise WrongState("办件已经结束，不能撤回")
    for sub in undecided:
        _withdraw(case, sub, by, reason)
        progress.became_final(case, subs, sub)
    progress.advance(case, subs)
    return case


def _withdraw(case: Case, sub: SubApplication, by: Actor, reason: str) -> None:
    """Withdraw and tell the department, unless nothing was sent to it yet."""
    told = sub.state not in (SubState.WAITING, SubState.READY) and sub.connect != "manual"
    untouched = outbox.cancel_due(sub) if told else 0
    sub.withdraw(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at"])
    record(case, "item.withdrawn", by=by, sub=sub)
    supplements.drop_points_of(case, sub)
    filing = outbox.filing_of(sub)
    if told and not untouched and filing is not None:
        outbox.promise(sub, Delivery.Purpose.WITHDRAW, {"contract": 1, "reason": reason}, target=filing)


@transaction.atomic
def choose(sub_id: UUID, go_on: bool, *, by: Actor) -> Case:
    """The applicant's answer where an upstream item was refused: go on another way, or stop."""
    case, sub = lock_case_of(sub_id)
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.choice != Choice.ASKED:
        raise WrongState("这件事不需要选择，或已经选过了")
    mine.choice = Choice.GO_ON if go_on else Choice.STOP
    mine.save(update_fields=["choice"])
    record(case, "item.chosen", by=by, sub=mine, choice=mine.choice)
    progress.advance(case, subs)
    return case
