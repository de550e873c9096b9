"""Results that repeat: begun once after an approval, suspended on doubt, stopped only on data that says so.

An approval is one act, the payments after it are many: the case is concluded, the entitlement goes on beside it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.spec import Recurring
from cases import clock, notices
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.proactive import ledger
from cases.actions.registers.consents import index_of
from cases.actions.registers.facts import context_of
from cases.errors import CaseError, WrongState
from cases.models import Attention, Case, RecurringEntitlement, SubApplication
from cases.ports import SYSTEM, Actor
from cases.states import SubState

State = RecurringEntitlement.State
ROUND_AT = time(2, 0)
OWN_WISH, BY_STAFF, RETURNED = "own_wish", "by_staff", "returned"


def begin_after_approval(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """AFTER_FINAL: the approval that a bundle names begins what repeats; the first payment settles its periods."""
    recurring = queries.version(case.bundle_version_id).spec.recurring
    if recurring is None or recurring.entitlement is None or sub.state != SubState.APPROVED:
        return
    if sub.item_id == recurring.entitlement.item:
        start(case, sub)
    if sub.item_id == recurring.entitlement.payer:
        ledger.settle_by_first_payment(case, sub)


def start(case: Case, sub: SubApplication) -> RecurringEntitlement | None:
    """Begin what repeats for a locked case; None where the bundle repeats nothing or the month is not known.

    The same person has one running entitlement of a kind: a second approval finds the first one (重复跑批不重复发钱).
    """
    recurring = queries.version(case.bundle_version_id).spec.recurring
    if recurring is None or recurring.entitlement is None:
        return None
    from_period = ledger.first_period(case, recurring)
    if from_period is None:
        attention.raise_attention(case, Attention.Reason.SUSPENDED, sub=sub, detail="起发月份不明")
        return None
    now = timezone.now()
    entitlement, is_new = RecurringEntitlement.objects.exclude(state=State.STOPPED).get_or_create(
        bundle_code=case.bundle_code,
        result_id=recurring.entitlement.result,
        subject_index=_holder_index(case, recurring),
        defaults={
            "case": case,
            "sub": sub,
            "from_period": from_period,
            "state": State.ACTIVE,
            "changed_at": now,
            "next_at": next_round(recurring, now),
        },
    )
    if is_new:
        record(case, "recurring.started", by=SYSTEM, sub=sub, from_period=str(from_period))
        notices.tell(case, "recurring_started")
        ledger.plan_due(entitlement, case, recurring)
    return entitlement


def _holder_index(case: Case, recurring: Recurring) -> str:
    """Whose it is: the named party, else whom the case is about."""
    holder = recurring.entitlement.holder if recurring.entitlement else ""
    return index_of(forms.identity_of(context_of(case), holder)) or case.applicant_index


def next_round(recurring: Recurring, after: datetime) -> datetime:
    """The night of the next recheck day: facts first, then the payment of that month."""
    today = timezone.localdate(after)
    day = today.replace(day=min(recurring.recheck_day, 28))
    if day <= today:
        day = clock.add_months(day, 1)
    return at_night(day)


def at_night(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, ROUND_AT))


# ---- suspended, resumed, stopped ------------------------------------------------------------------------------


def suspend(entitlement: RecurringEntitlement, case: Case, *, reason: str, text: str, by: Actor) -> bool:
    """Pay nothing for now (暂停): on doubt, on a returned payment, or at the holder's wish. False: it was so already.

    Doubt never ends anything: a person looks into it, and what was wrongly held back is paid in one go.
    """
    if entitlement.state != State.ACTIVE:
        return False
    _change(entitlement, State.SUSPENDED, reason, text)
    entitlement.next_at = at_night(timezone.localdate() + clock.ONE_DAY)
    entitlement.save()
    ledger.hold_planned(entitlement)
    record(case, "recurring.suspended", by=by, sub=entitlement.sub, reason=reason)
    if reason != OWN_WISH:
        attention.raise_attention(case, Attention.Reason.SUSPENDED, sub=entitlement.sub, detail=text)
    notices.tell(case, "recurring_suspended", reason=text)
    return True


def resume(entitlement: RecurringEntitlement, case: Case, *, by: Actor) -> bool:
    """Go on paying; months held back on doubt are made good at once, those at the holder's own wish are not."""
    if entitlement.state != State.SUSPENDED:
        return False
    recurring = _recurring_of(case)
    if entitlement.reason == OWN_WISH:
        ledger.skip_held_back(entitlement, case, recurring)
    _change(entitlement, State.ACTIVE, "", "")
    entitlement.next_at = next_round(recurring, timezone.now())
    entitlement.save()
    record(case, "recurring.resumed", by=by, sub=entitlement.sub)
    attention.close(case, Attention.Reason.SUSPENDED, sub=entitlement.sub)
    ledger.plan_again(entitlement)
    ledger.plan_due(entitlement, case, recurring)
    notices.tell(case, "recurring_resumed")
    return True


def stop(
    entitlement: RecurringEntitlement, case: Case, *, reason: str, text: str, last_period: date | None, by: Actor
) -> bool:
    """End it for good, after the last month that is still paid; what was paid beyond it is to be recovered."""
    if entitlement.state == State.STOPPED:
        return False
    entitlement.last_period = last_period or ledger.month_of(timezone.localdate())
    if entitlement.state == State.ACTIVE or reason not in (OWN_WISH, BY_STAFF):
        ledger.plan_due(entitlement, case, _recurring_of(case))
    _change(entitlement, State.STOPPED, reason, text)
    entitlement.next_at = None
    entitlement.save()
    ledger.end_after(entitlement)
    record(case, "recurring.stopped", by=by, sub=entitlement.sub, reason=reason, last=str(entitlement.last_period))
    attention.close(case, Attention.Reason.SUSPENDED, sub=entitlement.sub)
    notices.tell(case, "recurring_stopped", reason=text)
    return True


def _change(entitlement: RecurringEntitlement, state: str, reason: str, text: str) -> None:
    entitlement.state, entitlement.reason, entitlement.reason_text = state, reason, text[:200]
    entitlement.changed_at = timezone.now()


def _recurring_of(case: Case) -> Recurring:
    recurring = queries.version(case.bundle_version_id).spec.recurring
    if recurring is None:
        raise CaseError(_("这件事没有按月发放的内容"))
    return recurring


# ---- people -------------------------------------------------------------------------------------------------


def opt_out(entitlement_id: UUID, *, by: Actor) -> None:
    """The holder wants it no more for now (暂不领取): kept on record, may come back at any time."""
    with transaction.atomic():
        entitlement, case = lock_entitlement(entitlement_id)
        if not suspend(entitlement, case, reason=OWN_WISH, text="本人暂不领取", by=by):
            raise WrongState(_("现在没有在发放，不用暂停"))


def opt_in(entitlement_id: UUID, *, by: Actor) -> None:
    """The holder takes it up again, from this month. Only what he himself had paused."""
    with transaction.atomic():
        entitlement, case = lock_entitlement(entitlement_id)
        if entitlement.state != State.SUSPENDED or entitlement.reason != OWN_WISH:
            raise WrongState(_("这次暂停不是您自己要求的，请等部门核实后恢复"))
        resume(entitlement, case, by=by)


def resume_by_staff(entitlement_id: UUID, *, by: Actor) -> None:
    """A person has looked into the doubt and it was none."""
    with transaction.atomic():
        entitlement, case = lock_entitlement(entitlement_id)
        if not resume(entitlement, case, by=by):
            raise WrongState(_("没有暂停，不用恢复"))


def stop_by_staff(entitlement_id: UUID, reason: str, *, by: Actor, last_period: date | None = None) -> None:
    """A person ends it, with a reason that the holder reads."""
    if not reason.strip():
        raise CaseError(_("请写明停止的理由，当事人会看到"))
    with transaction.atomic():
        entitlement, case = lock_entitlement(entitlement_id)
        if not stop(entitlement, case, reason=BY_STAFF, text=reason.strip(), last_period=last_period, by=by):
            raise WrongState(_("已经停止了"))


def lock_entitlement(entitlement_id: UUID) -> tuple[RecurringEntitlement, Case]:
    """An entitlement with its case, both locked, the case first."""
    case_id = RecurringEntitlement.objects.values_list("case_id", flat=True).get(pk=entitlement_id)
    case = lock_case(case_id)
    entitlement = RecurringEntitlement.objects.select_for_update().select_related("sub").get(pk=entitlement_id)
    entitlement.case = case
    return entitlement, case
