"""Paying: one order at the channel for all that is due of a case, believed paid only when the channel says so.

An order is stated paid by a verified message of the channel or by asking it, never by the payer's browser. A case
has one open order at most; an order that no longer fits is closed at the channel before another one is made, and
money that comes in after all goes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import outbox, ports
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.fees import charges, charging, prepaying
from cases.errors import WrongState
from cases.models import Attention, Case, Charge, OrderLine, PaymentEvent, PaymentOrder
from cases.ports import SYSTEM, Actor, BilledLine, GatewayError, Order, PaymentNotice, PaymentState

log = structlog.get_logger(__name__)
State = PaymentOrder.State
OPEN = (State.OPENING, State.OPEN)
TIME_TO_PAY = timedelta(minutes=15)
ASK_AFTER, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=5)
UNREACHABLE = "支付渠道暂时连不上，请过几分钟再试；没有扣款"
CHANGED = "待缴的费用刚刚有变化，请再点一次“去缴费”"


def begin(case_id: UUID, *, by: Actor) -> PaymentOrder:
    """Open one order for everything that is due, or the one that is open already; its page is where to pay.

    Raises WrongState where nothing is due or the channel cannot be reached: then nothing was taken.
    """
    prepaying.prepare(case_id)
    order = _order_for(case_id, by)
    if order.expires_at <= timezone.now() or not _fits(order):
        order = _close_and_make_anew(order, by)
    return _opened(order) if order.state == State.OPENING else order


def settle_open(case_id: UUID) -> str:
    """Ask the channel about the open order of a case, as its return page does; the state it has come to, or ""."""
    order = PaymentOrder.objects.filter(case_id=case_id).order_by("-created_at").first()
    if order is None:
        return ""
    if order.state == State.OPEN:
        _ask(order)
    return str(PaymentOrder.objects.values_list("state", flat=True).get(pk=order.pk))


def receive_notice(notice: PaymentNotice) -> str:
    """Store a verified message of the channel and let it take effect, inside the caller's transaction.

    "stored", "duplicate" for an event that was stored before, "unknown" for an order that is not ours.
    """
    order = _order_of(notice.state)
    if order is None:
        return "unknown"
    case = lock_case(order.case_id)
    _kept, is_new = PaymentEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "order": order,
            "status": notice.state.status,
            "body": notice.body.decode("utf-8", "replace"),
            "received_at": timezone.now(),
        },
    )
    if not is_new:
        return "duplicate"
    _apply(case, order.pk, notice.state)
    return "stored"


def ask_open_orders(limit: int = 50) -> int:
    """Ask about orders whose time has come; what has run out or no longer fits is closed at the channel."""
    now = timezone.now()
    due = PaymentOrder.objects.filter(state__in=OPEN, next_at__lte=now).order_by("next_at")
    return rounds.each("fees.payments.ask_open_orders", due, _look_again, "next_at", limit=limit)


def _look_again(order_id: UUID, seen: datetime) -> None:
    if PaymentOrder.objects.filter(pk=order_id, next_at=seen).update(next_at=timezone.now() + ASK_AFTER):
        _look_at(PaymentOrder.objects.get(pk=order_id))


def _look_at(order: PaymentOrder) -> None:
    if order.state == State.OPENING:
        if order.expires_at <= timezone.now():
            _give_up(order)
    elif order.expires_at <= timezone.now() or not _fits(order):
        _ask(order, close=True)
    else:
        _ask(order)


@transaction.atomic
def _order_for(case_id: UUID, by: Actor) -> PaymentOrder:
    """The open order of a case, or a new one over everything that is due."""
    case = lock_case(case_id)
    order = PaymentOrder.objects.filter(case=case, state__in=OPEN).first()
    return order or _make(case, by)


def _make(case: Case, by: Actor) -> PaymentOrder:
    due = payable(case)
    if not due:
        raise WrongState(_("现在没有要缴的费用"))
    now = timezone.now()
    order = PaymentOrder.objects.create(
        case=case,
        amount=sum((amount for _, amount in due), Decimal(0)),
        made_by_id=by.id or None,
        created_at=now,
        expires_at=now + TIME_TO_PAY,
        next_at=now + ASK_AFTER,
    )
    OrderLine.objects.bulk_create(OrderLine(order=order, charge_id=pk, amount=amount) for pk, amount in due)
    record(case, "payment.begun", by=by, order=str(order.pk), charges=[str(pk) for pk, _ in due])
    return order


def payable(case: Case) -> list[tuple[UUID, Decimal]]:
    """What can be paid now, with its amount: due, and not before a person who decides about relief."""
    due = Charge.objects.filter(case=case, state=Charge.State.DUE).exclude(relief=Charge.Relief.ASKED)
    return [(pk, amount or Decimal(0)) for pk, amount in due.values_list("pk", "amount")]


def _fits(order: PaymentOrder) -> bool:
    """Whether an order is about exactly what is due now."""
    return set(order.lines.values_list("charge_id", "amount")) == set(payable(order.case))


def _close_and_make_anew(order: PaymentOrder, by: Actor) -> PaymentOrder:
    if order.state == State.OPENING:
        _give_up(order)
    else:
        _ask(order, close=True)
    if PaymentOrder.objects.filter(case_id=order.case_id, state__in=OPEN).exists():
        raise WrongState(UNREACHABLE)
    return _order_for(order.case_id, by)


def _opened(order: PaymentOrder) -> PaymentOrder:
    """Make an order known to the channel; the same key again is the same order there."""
    try:
        page = ports.payment_gateway().open(_as_told(order))
    except GatewayError as error:
        log.warning("payment.not_opened", order=str(order.pk), permanent=error.permanent)
        raise WrongState(UNREACHABLE) from error
    with transaction.atomic():
        lock_case(order.case_id)
        fresh = PaymentOrder.objects.select_for_update().get(pk=order.pk)
        if fresh.state == State.OPENING:
            fresh.state, fresh.reference, fresh.page_url = State.OPEN, page.reference, page.url
            fresh.next_at = timezone.now() + ASK_AFTER
            fresh.save(update_fields=["state", "reference", "page_url", "next_at"])
        if fresh.state != State.OPEN:
            raise WrongState(CHANGED)
        return fresh


def _as_told(order: PaymentOrder) -> Order:
    """What the channel learns: the case number, names of items and amounts; nothing about the person."""
    spec = queries.version(order.case.bundle_version_id).spec
    lines = order.lines.select_related("charge").order_by("pk")
    return Order(
        key=str(order.pk),
        title=f"{spec.zh} {order.case.number or ''}".strip(),
        amount=order.amount,
        currency=order.currency,
        lines=tuple(BilledLine(spec.item(line.charge.item_id).zh, line.amount) for line in lines),
        return_url=f"{settings.PORTAL_URL}/cases/{order.case_id}/pay/return/",
        callback_url=f"{settings.PORTAL_URL}/callbacks/payments/",
        expires_at=order.expires_at,
    )


def _ask(order: PaymentOrder, *, close: bool = False) -> None:
    gateway = ports.payment_gateway()
    try:
        state = gateway.close(order.reference) if close else gateway.ask(order.reference)
    except GatewayError as error:
        log.warning("payment.not_answered", order=str(order.pk), permanent=error.permanent)
        _later(order)
        return
    with transaction.atomic():
        _apply(lock_case(order.case_id), order.pk, state)


def _later(order: PaymentOrder) -> None:
    tries = order.tries + 1
    wait = min(ASK_AFTER * 2 ** min(tries, 8), LONGEST_WAIT)
    PaymentOrder.objects.filter(pk=order.pk, state__in=OPEN).update(tries=tries, next_at=timezone.now() + wait)
    if tries >= outbox.ATTENTION_AFTER_TRIES:
        with transaction.atomic():
            case = lock_case(order.case_id)
            attention.raise_attention(case, Attention.Reason.CHARGE, detail=f"order {order.pk}: channel silent")


@transaction.atomic
def _give_up(order: PaymentOrder) -> None:
    """An order whose page nobody has seen: the channel could not have told anybody to pay it."""
    lock_case(order.case_id)
    opening = PaymentOrder.objects.filter(pk=order.pk, state=State.OPENING)
    opening.update(state=State.CLOSED, closed_at=timezone.now(), next_at=None)


def _order_of(state: PaymentState) -> PaymentOrder | None:
    try:
        order = PaymentOrder.objects.filter(pk=UUID(state.key)).first()
    except ValueError:
        return None
    return order if order and state.reference and order.reference in ("", state.reference) else None


def _apply(case: Case, order_id: UUID, state: PaymentState) -> None:
    """What the channel says becomes what is, on a locked case; said twice it has one effect.

    Paid stays paid. Paid after closing counts too: the money is there.
    """
    order = PaymentOrder.objects.select_for_update().get(pk=order_id)
    if order.state == State.PAID:
        return
    order.reference = order.reference or state.reference
    if state.status == "paid":
        _paid(case, order, state)
    elif state.status == "open":
        _later(order)
    elif order.state in OPEN:
        order.state = State.FAILED if state.status == "failed" else State.CLOSED
        order.closed_at, order.next_at = timezone.now(), None
        order.save(update_fields=["state", "closed_at", "next_at", "reference"])
        record(case, "payment.ended", by=SYSTEM, order=str(order.pk), state=order.state)


def _paid(case: Case, order: PaymentOrder, state: PaymentState) -> None:
    """The whole amount, in the right money; another amount changes nothing and a person is told."""
    if (state.amount, state.currency) != (order.amount, order.currency):
        attention.raise_attention(case, Attention.Reason.CHARGE, detail=f"order {order.pk}: another amount was paid")
        return
    order.state, order.closed_at, order.next_at = State.PAID, timezone.now(), None
    order.save(update_fields=["state", "closed_at", "next_at", "reference"])
    subs = lock_subs(case)
    by_id = {sub.pk: sub for sub in subs}
    for line in order.lines.all():
        charge = charges.locked(line.charge_id)
        charge.sub = by_id[charge.sub_id] if charge.sub_id else None
        charges.mark_paid(case, charge, order)
    charges.thank(case, order)
    charging.go_on(case, subs)
