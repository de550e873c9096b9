"""The life of a charge: planned, worked out when its time comes, due, paid or waived, ended or given back.

Everything here runs on a locked case. Waiting for a payment is nobody's working time: where the department has
accepted already, the clock stands still until it is paid. Only what the bundle's own fee says is ever asked for
(行政许可法 第五十八条、第五十九条: no fee without a published ground).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from bundles import queries
from bundles.forms.fees import Priced
from bundles.spec import Fee, Item
from cases import clock, notices, outbox
from cases.actions.deadlines import limits
from cases.actions.deciding import documents
from cases.actions.deciding.document_words import day_in_full
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_subs
from cases.actions.fees import pricing, refunds
from cases.actions.registers import facts
from cases.models import Attention, Case, Charge, Pause, PaymentOrder, SubApplication
from cases.ports import SYSTEM, Actor
from cases.states import SUB_FINAL, SubState

State, Relief = Charge.State, Charge.Relief
BEFORE_SENDING = frozenset({"before_submit", "before_accept", "before_decision"})
AT_THE_END = frozenset({"before_delivery", "after"})
UNSETTLED = frozenset({State.PLANNED, State.PRICING, State.DUE})
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=20), timedelta(hours=1)
REMIND_EVERY = timedelta(days=3)


def fee_of(case: Case, item_id: str) -> Fee:
    return item_of(case, item_id).fee


def item_of(case: Case, item_id: str) -> Item:
    return queries.version(case.bundle_version_id).spec.item(item_id)


def charges_anything(case: Case) -> bool:
    """Whether any item of the bundle costs something: most ask nothing, and cost no query either."""
    return any(item.fee.kind != "none" for item in queries.version(case.bundle_version_id).spec.items)


def locked(charge_id: UUID) -> Charge:
    """The charge of a case that is locked already."""
    return Charge.objects.select_for_update(of=("self",)).get(pk=charge_id)


def charge_of(sub: SubApplication) -> Charge | None:
    """The charge that counts for a sub-application: of several plans the newest."""
    return Charge.objects.filter(sub=sub).order_by("plan").last()


def is_due(sub: SubApplication) -> bool:
    """Whether it is the applicant's payment that an item waits for."""
    return Charge.objects.filter(sub=sub, state=State.DUE).exists()


def new_charge(case: Case, item: Item, key: str, sub: SubApplication | None, *, plan: int = 1) -> Charge:
    """Write down that an item will cost something, and when; how much is worked out when its time comes."""
    is_theirs = item.fee.kind == "passthrough"
    return Charge.objects.create(
        case=case,
        sub=sub,
        item_id=item.id,
        instance_key=key,
        plan=plan,
        kind=item.fee.kind,
        when=item.fee.when or "after",
        label=(item.fee.zh or item.zh)[:200],
        payee=sub.department if sub else item.dept,
        state=State.PASSTHROUGH if is_theirs else State.PLANNED,
    )


def want(case: Case, charge: Charge) -> None:
    """The time of a planned charge has come: it is worked out now, or as soon as the registers have been asked."""
    if charge.state != State.PLANNED:
        return
    context = facts.context_of(case)
    if pricing.lookups_of(context, pricing.billed(charge)):
        charge.state, charge.next_at = State.PRICING, timezone.now()
        charge.save(update_fields=["state", "next_at"])
        outbox.nudge()
        return
    settle_price(case, charge, pricing.price_of(context, pricing.billed(charge)))


def settle_price(case: Case, charge: Charge, priced: Priced) -> None:
    """Act on what a fee comes to: due, not to be paid, or still unknown.

    An unknown waiver never makes anybody pay in silence: the charge says that relief may be asked for, and a person
    decides. An unknown amount is worked out again; a person hears of it.
    """
    charge.trace = pricing.readable(priced.readings)
    if priced.waived:
        waive(case, charge, reason="rule", amount=priced.amount)
    elif priced.amount is None:
        _try_again(case, charge)
    elif priced.amount == 0:
        waive(case, charge, reason="zero", amount=priced.amount)
    else:
        relief = Relief.MAY_ASK if priced.waived is None else Relief.NONE
        make_due(case, charge, priced.amount, relief=relief)


def _try_again(case: Case, charge: Charge) -> None:
    """Not to be computed yet: again later, sooner at first; a person is told and may state the amount."""
    charge.tries += 1
    charge.state = State.PRICING
    charge.next_at = timezone.now() + min(FIRST_RETRY * 2 ** min(charge.tries - 1, 10), LONGEST_RETRY)
    charge.save(update_fields=["state", "trace", "tries", "next_at"])
    attention.raise_attention(case, Attention.Reason.CHARGE, sub=charge.sub, detail=f"amount unknown: {charge.item_id}")


def make_due(case: Case, charge: Charge, amount: Decimal, *, relief: str = Relief.NONE) -> None:
    """What has to be paid is known: event, paper; an accepted item's clock stops. `charging.tell_due` sends word."""
    now = timezone.now()
    charge.state, charge.amount, charge.relief = State.DUE, amount, relief
    charge.due_at, charge.pay_by = now, _pay_by(case, charge, now)
    charge.next_at = next_look(charge, now, REMIND_EVERY)
    charge.save(update_fields=["state", "amount", "relief", "due_at", "pay_by", "next_at", "trace"])
    record(case, "charge.due", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), when=charge.when, relief=relief)
    _amount_is_known(case, charge)
    if charge.sub is not None:
        stop_the_clock(case, charge, charge.sub)
        documents.issue(case, "fee", sub=charge.sub, values=fee_values(charge))


def ask_to_pay(case: Case, due: Sequence[Charge]) -> None:
    """One message for several charges: what they are for, what they come to, the first of their last days."""
    titles = "、".join(dict.fromkeys(item_title(case, charge) for charge in due))
    total = sum((charge.amount for charge in due if charge.amount is not None), Decimal(0))
    notices.payment_due(case, titles, pricing.words_of(total), min((c.pay_by for c in due if c.pay_by), default=None))


def next_look(charge: Charge, now: datetime, later: timedelta) -> datetime:
    """When to look at a due charge again: after a while, or on the morning after its last day if that comes first."""
    if charge.pay_by is None:
        return now + later
    morning_after = timezone.make_aware(datetime.combine(charge.pay_by + timedelta(days=1), time(0, 5)))
    return min(now + later, morning_after) if morning_after > now else now + later


def fee_values(charge: Charge) -> dict[str, str]:
    """What the paper about a fee adds to the frame all papers have."""
    until = day_in_full(charge.pay_by)
    return {"fee": charge.label, "amount": pricing.words_of(charge.amount), "until": until}


def item_title(case: Case, charge: Charge) -> str:
    title = item_of(case, charge.item_id).zh
    label = charge.sub.instance_label if charge.sub else ""
    return f"{title}（{label}）" if label else title


def _pay_by(case: Case, charge: Charge, now: datetime) -> date | None:
    within = fee_of(case, charge.item_id).within
    return clock.due(timezone.localtime(now), within, limits.calendar_of(case)).on if within else None


def stop_the_clock(case: Case, charge: Charge, sub: SubApplication) -> None:
    """Waiting for a payment is not the department's time; before acceptance no clock runs. 领域规则 §3.4."""
    if sub.accepted_at and sub.state not in SUB_FINAL and charge.when in BEFORE_SENDING:
        limits.pause(case, lock_subs(case), sub, Pause.Kind.PAYMENT, about=charge.item_id, reason=charge.label)


def waive(case: Case, charge: Charge, *, reason: str, amount: Decimal | None = None, by: Actor = SYSTEM) -> None:
    """Nothing is to be paid: the rule says so, the amount is nothing, or a person has granted relief."""
    charge.state, charge.reason, charge.closed_at, charge.next_at = State.WAIVED, reason, timezone.now(), None
    charge.amount = amount if amount is not None else charge.amount
    charge.save(update_fields=["state", "reason", "closed_at", "next_at", "amount", "trace"])
    record(case, "charge.waived", by=by, sub=charge.sub, charge=str(charge.pk), reason=reason)
    _amount_is_known(case, charge)
    _settled(case, charge)


def mark_paid(case: Case, charge: Charge, order: PaymentOrder) -> None:
    """The channel has the money. What was ended meanwhile, or paid already, goes back at once."""
    if charge.state == State.DUE:
        charge.state, charge.paid_at, charge.next_at = State.PAID, timezone.now(), None
        charge.amount = order.lines.get(charge=charge).amount
        charge.save(update_fields=["state", "paid_at", "next_at", "amount"])
        record(case, "charge.paid", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), order=str(order.pk))
        _settled(case, charge)
    elif charge.state in (State.CANCELLED, State.WAIVED):
        charge.paid_at = timezone.now()
        charge.save(update_fields=["paid_at"])
        refunds.give_back(case, charge, order, reason=charge.reason or "ended")
    else:
        refunds.give_back_twice_paid(case, charge, order)


def end(case: Case, charge: Charge, *, reason: str) -> None:
    """The item will not be done: what is not paid is no longer asked for, what is paid goes back.

    Withdrawal or refusal before the service was rendered: nothing was received for the money.
    """
    if charge.state == State.PAID:
        refunds.give_back(case, charge, paid_order(charge), reason=reason)
    elif charge.state in UNSETTLED:
        charge.state, charge.reason, charge.closed_at, charge.next_at = State.CANCELLED, reason, timezone.now(), None
        charge.save(update_fields=["state", "reason", "closed_at", "next_at"])
        record(case, "charge.cancelled", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), reason=reason)
        _amount_is_known(case, charge)
        PaymentOrder.objects.filter(lines__charge=charge, state=PaymentOrder.State.OPEN).update(next_at=timezone.now())


def paid_order(charge: Charge) -> PaymentOrder:
    """The order that a paid charge was paid by."""
    paid = PaymentOrder.objects.filter(lines__charge=charge, state=PaymentOrder.State.PAID)
    return paid.exclude(refunds__charge=charge).order_by("created_at")[:1].get()


def _settled(case: Case, charge: Charge) -> None:
    """Nothing holds the item any more for want of this payment: its clock runs on, its rules are judged at once."""
    if charge.sub is None:
        return
    if Pause.objects.filter(sub_id=charge.sub_id, kind=Pause.Kind.PAYMENT, ended_at=None).exists():
        limits.resume(case, lock_subs(case), charge.sub, Pause.Kind.PAYMENT, about=charge.item_id)
    now = timezone.now()
    waiting = SubApplication.objects.filter(pk=charge.sub_id, state__in=[SubState.READY, SubState.WAITING])
    waiting.update(next_at=now)
    outbox.nudge()


def thank(case: Case, order: PaymentOrder) -> None:
    """Tell the payer that the money has arrived."""
    notices.payment_received(case, pricing.words_of(order.amount))


def _amount_is_known(case: Case, charge: Charge) -> None:
    if charge.sub is not None and charge.tries:
        attention.close(case, Attention.Reason.CHARGE, sub=charge.sub)
