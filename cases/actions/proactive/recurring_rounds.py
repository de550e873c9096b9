"""The nightly round over what repeats: facts first, then what follows from them, then the month's payment once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.spec import Ending, Recurring
from cases import clock
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.proactive import ledger, recurring
from cases.actions.proactive.recurring import RETURNED, State, at_night, lock_entitlement, next_round
from cases.actions.registers import facts
from cases.errors import WrongState
from cases.models import Case, RecurringEntitlement, RecurringPayment
from cases.ports import SYSTEM, Actor

log = structlog.get_logger(__name__)
BATCH = 50
LEASE = clock.ONE_DAY / 24
BUDGET_S = 3.0


def tend() -> int:
    """ON_SWEEP: look at every entitlement whose night has come; returns how many."""
    due = RecurringEntitlement.objects.filter(next_at__lte=timezone.now()).exclude(state=State.STOPPED)
    return rounds.each("proactive.recurring_rounds.tend", due.order_by("next_at"), _take_up, "next_at", limit=BATCH)


def _take_up(entitlement_id: UUID, seen: datetime) -> int:
    """One that fails waits for its lease and keeps nobody else waiting."""
    mine = RecurringEntitlement.objects.filter(pk=entitlement_id, next_at=seen)
    if not mine.update(next_at=timezone.now() + LEASE):
        return 0
    tend_one(entitlement_id)
    return 1


def tend_one(entitlement_id: UUID) -> None:
    """Ask the registers anew, outside any transaction, then act on what they say.

    Three outcomes: data that says so stops it; doubt suspends it; neither, and it is paid. A register that does not
    answer or has no record changes nothing (查无记录不等于不符合).
    """
    entitlement = RecurringEntitlement.objects.select_related("case").get(pk=entitlement_id)
    plan = queries.version(entitlement.case.bundle_version_id).spec.recurring
    if plan is None:
        return
    _ask(entitlement.case, plan)
    with transaction.atomic():
        entitlement, case = lock_entitlement(entitlement_id)
        if entitlement.state != State.STOPPED:
            _act(entitlement, case, plan)


def _ask(case: Case, plan: Recurring) -> None:
    context = facts.context_of(case)
    paths = {path for _, text in plan.expressions() for path in facts.paths_in(text)}
    wanted = [lookup for path in sorted(paths) if (lookup := forms.lookup_for(context, path)) is not None]
    facts.ask(case, wanted, purpose=f"{context.spec.zh}：按月复核", budget_s=BUDGET_S, refresh_after_s=0)


def _act(entitlement: RecurringEntitlement, case: Case, plan: Recurring) -> None:
    ended = _true_one(case, plan.stop_when)
    doubt = _true_one(case, plan.suspend_when)
    if ended is not None:
        last = _last_month(case, ended)
        recurring.stop(entitlement, case, reason=ended.id, text=ended.zh, last_period=last, by=SYSTEM)
    elif doubt is not None:
        recurring.suspend(entitlement, case, reason=doubt.id, text=doubt.zh, by=SYSTEM)
    elif entitlement.state == State.SUSPENDED and entitlement.reason in {one.id for one in plan.suspend_when}:
        _resume_where_cleared(entitlement, case, plan)
    if entitlement.state == State.ACTIVE:
        ledger.plan_due(entitlement, case, plan)
    _look_again(entitlement, plan)


def _true_one(case: Case, endings: tuple[Ending, ...]) -> Ending | None:
    """The first reason that is true; unknown is not true."""
    return next((one for one in endings if ledger.value_of(case, one.expr) is True), None)


def _last_month(case: Case, ended: Ending) -> date | None:
    if not ended.final_month:
        return None
    found = ledger.value_of(case, ended.final_month)
    if isinstance(found, datetime):
        found = found.date()
    return ledger.month_of(found) if isinstance(found, date) else None


def _resume_where_cleared(entitlement: RecurringEntitlement, case: Case, plan: Recurring) -> None:
    """The doubt has gone by the data itself: false, not merely unknown."""
    said = {one.id: one for one in plan.suspend_when}[entitlement.reason]
    if ledger.value_of(case, said.expr) is False:
        recurring.resume(entitlement, case, by=SYSTEM)


def _look_again(entitlement: RecurringEntitlement, plan: Recurring) -> None:
    if entitlement.state == State.STOPPED:
        return
    now = timezone.now()
    is_paid = entitlement.state == State.ACTIVE
    entitlement.next_at = next_round(plan, now) if is_paid else at_night(timezone.localdate(now) + clock.ONE_DAY)
    entitlement.checked_on = timezone.localdate(now)
    entitlement.save(update_fields=["next_at", "checked_on"])


# ---- what the paying department reports -------------------------------------------------------------------------


def report_paid(payment_id: UUID, reference: str, *, by: Actor) -> None:
    """The bank has it. A recovery that came back is reported the same way."""
    with transaction.atomic():
        payment, entitlement, case = _lock_payment(payment_id)
        _still_planned(payment)
        ledger.pay(payment, reference)
        if payment.kind == RecurringPayment.Kind.RECOVERY:
            payment.state = RecurringPayment.State.RECOVERED
            payment.save(update_fields=["state"])
        record(case, "recurring.paid", by=by, sub=entitlement.sub, period=f"{payment.period:%Y-%m}")


def report_returned(payment_id: UUID, reason: str, *, by: Actor) -> None:
    """The bank sent it back (退票): suspended until the account is right, or ended after so many in a row."""
    with transaction.atomic():
        payment, entitlement, case = _lock_payment(payment_id)
        _still_planned(payment)
        payment.state, payment.closed_at = RecurringPayment.State.RETURNED, timezone.now()
        payment.save(update_fields=["state", "closed_at"])
        record(case, "recurring.returned", by=by, sub=entitlement.sub, period=f"{payment.period:%Y-%m}")
        plan = queries.version(case.bundle_version_id).spec.recurring
        text = reason.strip()[:150] or "银行退票"
        if plan is not None and plan.returned.retry:
            recurring.suspend(entitlement, case, reason=RETURNED, text=text, by=by)
        elif plan is not None and _returned_in_a_row(entitlement) >= (plan.returned.stop_after or 10_000):
            recurring.stop(entitlement, case, reason=RETURNED, text=text, last_period=payment.period, by=by)


def _returned_in_a_row(entitlement: RecurringEntitlement) -> int:
    closed = entitlement.payments.exclude(state=RecurringPayment.State.PLANNED).order_by("-period")
    count = 0
    for payment in closed:
        if payment.state != RecurringPayment.State.RETURNED:
            break
        count += 1
    return count


def _still_planned(payment: RecurringPayment) -> None:
    if payment.state != RecurringPayment.State.PLANNED:
        raise WrongState(_("这一期已经登记过结果了"))


def _lock_payment(payment_id: UUID) -> tuple[RecurringPayment, RecurringEntitlement, Case]:
    entitlement_id = RecurringPayment.objects.values_list("entitlement_id", flat=True).get(pk=payment_id)
    entitlement, case = lock_entitlement(entitlement_id)
    payment = RecurringPayment.objects.select_for_update().get(pk=payment_id)
    return payment, entitlement, case
