"""The ledger of what repeats: one row a period, planned once, then paid, returned or recovered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from bundles import forms
from bundles.rules import UNKNOWN, evaluate
from bundles.spec import Recurring
from cases import clock
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.registers.facts import context_of
from cases.models import Attention, Case, RecurringEntitlement, RecurringPayment, Result, SubApplication
from cases.ports import SYSTEM

State, Kind = RecurringPayment.State, RecurringPayment.Kind
CENT = Decimal("0.01")
MOST_PERIODS = 600


def month_of(day: date) -> date:
    """A period is named by the first day of its month."""
    return day.replace(day=1)


def first_period(case: Case, recurring: Recurring) -> date | None:
    """The month it begins with, as the bundle says; None where that is not known."""
    assert recurring.entitlement is not None
    found = value_of(case, recurring.entitlement.from_)
    if isinstance(found, datetime):
        found = timezone.localtime(found).date() if found.tzinfo else found.date()
    return month_of(found) if isinstance(found, date) else None


def amount_of(case: Case, recurring: Recurring, period: date) -> Decimal | None:
    """What is due for a period, by the formula as it stands in that month: a new tier needs no new decision."""
    assert recurring.entitlement is not None
    last_day = clock.add_months(period, 1) - clock.ONE_DAY
    at = timezone.make_aware(datetime.combine(last_day, time(12)))
    found = value_of(case, recurring.entitlement.amount, at=at)
    try:
        return None if found is None or found is UNKNOWN else Decimal(str(found)).quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None


def value_of(case: Case, text: str, *, at: datetime | None = None) -> Any:
    """An expression of the bundle in the case as it is now, or as it was at a moment."""
    context = context_of(case, now=at)
    return evaluate(text, forms.scope(context, forms.select(context)))


# ---- planning -----------------------------------------------------------------------------------------------


def plan_due(entitlement: RecurringEntitlement, case: Case, recurring: Recurring) -> int:
    """Plan every period up to this month that is not planned yet, each once; returns how many.

    Earlier months are made good (补发). An unknown amount plans nothing and a person is told.
    """
    this_month = month_of(timezone.localdate())
    until = min(this_month, entitlement.last_period or this_month)
    known = set(_periods(entitlement).values_list("period", flat=True))
    planned = 0
    for period in _months(entitlement.from_period, until):
        if period in known:
            continue
        amount = amount_of(case, recurring, period)
        if amount is None:
            attention.raise_attention(case, Attention.Reason.SUSPENDED, sub=entitlement.sub, detail="金额算不出来")
            break
        kind = Kind.REGULAR if period == this_month else Kind.CATCH_UP
        planned += _plan(entitlement, period, kind, amount, pay_day(case, recurring))
    if planned:
        record(case, "recurring.planned", by=SYSTEM, sub=entitlement.sub, periods=planned)
    return planned


def _plan(entitlement: RecurringEntitlement, period: date, kind: str, amount: Decimal, due_on: date) -> int:
    _, is_new = RecurringPayment.objects.exclude(kind=Kind.RECOVERY).get_or_create(
        entitlement=entitlement,
        period=period,
        defaults={"kind": kind, "amount": amount, "due_on": due_on, "planned_at": timezone.now()},
    )
    return int(is_new)


def pay_day(case: Case, recurring: Recurring) -> date:
    """The next day it is paid on: of this month, or of the next where that has passed."""
    day = recurring.pay_day
    number = (case.answers.get("fields") or {}).get(day) if isinstance(day, str) else day
    today = timezone.localdate()
    on = today.replace(day=min(max(int(number or 15), 1), 28))
    return on if on >= today else clock.add_months(on, 1)


def _months(first: date, last: date) -> Iterator[date]:
    for number in range(MOST_PERIODS):
        period = clock.add_months(first, number)
        if period > last:
            return
        yield period


def _periods(entitlement: RecurringEntitlement) -> Any:
    return RecurringPayment.objects.filter(entitlement=entitlement).exclude(kind=Kind.RECOVERY)


def hold_planned(entitlement: RecurringEntitlement) -> None:
    """Nothing that is only planned goes out while it is suspended: planned anew when it goes on."""
    _periods(entitlement).filter(state=State.PLANNED).delete()


def skip_held_back(entitlement: RecurringEntitlement, case: Case, recurring: Recurring) -> None:
    """Months paused at the holder's own wish are not made good: kept in the ledger as such."""
    this_month = month_of(timezone.localdate())
    known = set(_periods(entitlement).values_list("period", flat=True))
    now, paused_in = timezone.now(), month_of(timezone.localdate(entitlement.changed_at))
    RecurringPayment.objects.bulk_create(
        RecurringPayment(
            entitlement=entitlement,
            period=period,
            amount=Decimal(0),
            state=State.CANCELLED,
            due_on=timezone.localdate(),
            planned_at=now,
            closed_at=now,
        )
        for period in _months(max(entitlement.from_period, paused_in), this_month)
        if period not in known and period < this_month
    )


def plan_again(entitlement: RecurringEntitlement) -> None:
    """What the bank returned goes out again, to the account as it is now."""
    today = timezone.localdate()
    _periods(entitlement).filter(state=State.RETURNED).update(state=State.PLANNED, due_on=today, closed_at=None)


# ---- what became of a payment ---------------------------------------------------------------------------------


def pay(payment: RecurringPayment, reference: str) -> None:
    payment.state, payment.reference, payment.closed_at = State.PAID, reference[:64], timezone.now()
    payment.save(update_fields=["state", "reference", "closed_at"])


def settle_by_first_payment(case: Case, sub: SubApplication) -> None:
    """The paying department has paid already, when it decided: the oldest periods its amount covers are paid."""
    result = Result.objects.filter(sub=sub, kind="payment", replaced_at=None, revoked_at=None).first()
    if result is None:
        return
    left = _money(result.fields.get("amount"))
    reference = str(result.fields.get("pay_no") or result.mark)
    planned = RecurringPayment.objects.filter(entitlement__case=case, state=State.PLANNED).exclude(kind=Kind.RECOVERY)
    for payment in planned.order_by("period"):
        if left < payment.amount:
            return
        left -= payment.amount
        pay(payment, reference)


def _money(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def end_after(entitlement: RecurringEntitlement) -> None:
    """After the last month nothing is paid: what is planned is dropped, what was paid is to come back.

    It is asked back from whoever received it (追回通知), never taken from another account.
    """
    beyond = _periods(entitlement).filter(period__gt=entitlement.last_period)
    now = timezone.now()
    beyond.filter(state__in=[State.PLANNED, State.RETURNED]).update(state=State.CANCELLED, closed_at=now)
    for payment in beyond.filter(state=State.PAID):
        RecurringPayment.objects.get_or_create(
            entitlement=entitlement,
            period=payment.period,
            kind=Kind.RECOVERY,
            defaults={"amount": -payment.amount, "due_on": timezone.localdate(), "planned_at": now},
        )
