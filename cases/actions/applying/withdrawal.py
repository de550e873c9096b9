"""Taking back (撤回): one item or all of it, before the decision; what is decided stays decided."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notices, outbox
from cases.actions.applying import parties
from cases.actions.delivery import taking_back
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_case_of, lock_subs
from cases.actions.supplementing import supplements
from cases.errors import CaseError, WrongState
from cases.models import Case, Delivery, SubApplication
from cases.models.sub_application import Choice
from cases.ports import Actor
from cases.queries import joint
from cases.queries.people import Person
from cases.states import SUB_FINAL, CaseState, DeliveryState, SubState


@transaction.atomic
def withdraw_item(sub_id: UUID, *, by: Actor, reason: str) -> Case:
    """Take one item back before it is decided; the rest of the case goes on. Raises WrongState afterwards."""
    case, sub = lock_case_of(sub_id)
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.state in SUB_FINAL:
        raise WrongState(_("这件事已经有结果，不能撤回"))
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
    if all(sub.state in SUB_FINAL for sub in subs):
        raise WrongState(_("办件已经结束，不能撤回"))
    withdraw_all(case, subs, by=by, reason=reason)
    progress.advance(case, subs)
    return case


@transaction.atomic
def withdraw_jointly(case_id: UUID, *, account: Person, reason: str) -> Case:
    """Whoever applies jointly takes the filing back before the irreversible decision; the other sides are told.

    Raises CaseError for anybody else, WrongState once it is too late.
    """
    case = lock_case(case_id)
    sides = joint.sides_of(case, account)
    if not sides:
        raise CaseError(_("只有共同申请人可以撤回"))
    if not joint.can_still_be_taken_back(case):
        raise WrongState(_("已经作出不可撤回的决定，或者办件已经结束，不能撤回"))
    subs = lock_subs(case)
    by = Actor("party", str(account.pk))
    record(case, "case.withdrawn_jointly", by=by, party=sides[0].party_id)
    withdraw_all(case, subs, by=by, reason=reason)
    progress.advance(case, subs)
    notices.jointly_withdrawn(case, sides)
    return case


def withdraw_all(case: Case, subs: list[SubApplication], *, by: Actor, reason: str) -> int:
    """Take back everything of a locked case that is not decided; returns how many items. The caller carries it on."""
    withdrawn = 0
    for sub in list(subs):
        if sub.state not in SUB_FINAL:  # one that is bound to it may have ended with the one before
            _withdraw(case, sub, by, reason)
            progress.became_final(case, subs, sub)
            withdrawn += 1
    return withdrawn


def _withdraw(case: Case, sub: SubApplication, by: Actor, reason: str) -> None:
    call_back(sub, reason)
    sub.withdraw(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at"])
    record(case, "item.withdrawn", by=by, sub=sub)
    supplements.drop_points_of(case, sub)


def call_back(sub: SubApplication, reason: str) -> Delivery | None:
    """Tell the department that an item is about to end here; nothing where nothing has reached it.

    Call it before the state changes. What no try has carried yet is simply not sent any more; what may have arrived is
    not sent again either, and called back to be sure.
    """
    if sub.state in (SubState.WAITING, SubState.READY) or sub.connect == "manual":
        return None
    outbox.cancel_due(sub)
    filing = outbox.filing_of(sub)
    if filing is None or filing.state == DeliveryState.CANCELLED:
        return None
    taking_back.stop_filing(filing)
    return outbox.promise(sub, Delivery.Purpose.WITHDRAW, {"contract": 1, "reason": reason}, target=filing)


@transaction.atomic
def choose(sub_id: UUID, go_on: bool, *, by: Actor) -> Case:
    """The applicant's answer where an upstream item was refused: go on another way, or stop."""
    case, sub = lock_case_of(sub_id)
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.choice != Choice.ASKED:
        raise WrongState(_("这件事不需要选择，或已经选过了"))
    mine.choice = Choice.GO_ON if go_on else Choice.STOP
    mine.save(update_fields=["choice"])
    record(case, "item.chosen", by=by, sub=mine, choice=mine.choice)
    progress.advance(case, subs)
    return case
