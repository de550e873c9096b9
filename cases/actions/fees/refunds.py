"""Money back: written down with the change that causes it, asked of the channel outside of any transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from cases import notices, outbox, ports
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.fees import pricing
from cases.models import Attention, Case, Charge, PaymentOrder, Refund
from cases.ports import SYSTEM, GatewayError

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)


def give_back(case: Case, charge: Charge, order: PaymentOrder, *, reason: str) -> Refund:
    """Promise the money of a charge back, on a locked case; the same promise twice is one."""
    charge.state, charge.reason, charge.next_at = Charge.State.REFUND_DUE, reason, None
    charge.save(update_fields=["state", "reason", "next_at"])
    record(case, "charge.refunding", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), reason=reason)
    return _promise(charge, order, reason)


def give_back_twice_paid(case: Case, charge: Charge, order: PaymentOrder) -> Refund | None:
    """A charge that another order has paid already: only what came in twice goes back."""
    if not charge.order_lines.exclude(order=order).filter(order__state=PaymentOrder.State.PAID).exists():
        return None
    record(case, "charge.refunding", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), reason="twice")
    return _promise(charge, order, "twice")


def _promise(charge: Charge, order: PaymentOrder, reason: str) -> Refund:
    now = timezone.now()
    amount = order.lines.get(charge=charge).amount
    refund, _ = Refund.objects.get_or_create(
        order=order,
        charge=charge,
        defaults={"amount": amount, "reason": reason, "created_at": now, "next_at": now},
    )
    outbox.nudge()
    return refund


def carry_refunds(limit: int = 16) -> int:
    """Ask the channel for the refunds whose time has come, each under its own key; returns how many were tried."""
    due = Refund.objects.filter(state=Refund.State.DUE, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("fees.refunds.carry_refunds", due, _carry, "next_at", case="order__case_id", limit=limit)


def _carry(refund_id: UUID, seen: datetime) -> int:
    mine = Refund.objects.filter(pk=refund_id, state=Refund.State.DUE, next_at=seen)
    if not mine.update(next_at=timezone.now() + LEASE):
        return 0
    refund = Refund.objects.select_related("order", "charge").get(pk=refund_id)
    try:
        ports.payment_gateway().refund(refund.order.reference, refund.amount, str(refund.pk))
    except GatewayError as error:
        _not_done(refund, error)
    else:
        _done(refund)
    return 1


def _done(refund: Refund) -> None:
    with transaction.atomic():
        case = lock_case(refund.order.case_id)
        fresh = Refund.objects.select_for_update().get(pk=refund.pk)
        if fresh.state != Refund.State.DUE:
            return
        fresh.state, fresh.closed_at, fresh.next_at = Refund.State.DONE, timezone.now(), None
        fresh.save(update_fields=["state", "closed_at", "next_at"])
        charge = Charge.objects.select_related("sub").get(pk=fresh.charge_id)
        if charge.state == Charge.State.REFUND_DUE:
            charge.state, charge.closed_at = Charge.State.REFUNDED, timezone.now()
            charge.save(update_fields=["state", "closed_at"])
        record(case, "charge.refunded", by=SYSTEM, sub=charge.sub, charge=str(charge.pk), reason=fresh.reason)
        notices.payment_refunded(case, pricing.words_of(fresh.amount))


def _not_done(refund: Refund, error: GatewayError) -> None:
    """Refused for good: a person looks after it. Anything else is tried again with the same key, without end."""
    log.warning("refund.not_done", refund=str(refund.pk), permanent=error.permanent, status=error.status)
    tries = refund.tries + 1
    changes = {"tries": tries, "last_error": str(error)[:200]}
    with transaction.atomic():
        case = lock_case(refund.order.case_id)
        mine = Refund.objects.filter(pk=refund.pk, state=Refund.State.DUE)
        if error.permanent:
            mine.update(**changes, state=Refund.State.REFUSED, next_at=None, closed_at=timezone.now())
        else:
            mine.update(**changes, next_at=timezone.now() + timedelta(seconds=outbox.backoff_s(tries)))
        if error.permanent or tries >= outbox.ATTENTION_AFTER_TRIES:
            attention.raise_attention(case, Attention.Reason.CHARGE, detail=f"refund {refund.pk}: {str(error)[:100]}")
