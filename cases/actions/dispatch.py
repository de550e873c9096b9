"""The pump: judges what is ready and carries what is due, in batches, until nothing is left.

Claim and commit, call, record and commit. A death between any two steps is normal: the lease runs out, the same key
and bytes go again, and a department that already acted answers with what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import structlog
from django.db import transaction

from cases import outbox, ports
from cases.actions import attention, inbox, judging, occasions
from cases.actions.answers import apply_answer
from cases.actions.locking import lock_case_of, lock_subs
from cases.models import Attention, Case, Delivery, SubApplication
from cases.outbox import Claim
from cases.ports import Actor, Outcome, Parcel
from cases.states import SUB_FINAL, DeliveryState

log = structlog.get_logger(__name__)

BATCH = 64
QUOTA = 16
BUDGET_S = 40.0


def pump(budget_s: float = BUDGET_S) -> int:
    """Carry on until nothing is due or the budget is spent; returns how many steps were done."""
    until = monotonic() + budget_s
    done = 0
    while monotonic() < until:
        step = judging.judge_ready() + carry_batch() + occasions.on_pump()
        if not step:
            break
        done += step
    return done


def carry_batch() -> int:
    """Carry one batch of due deliveries; returns how many were tried."""
    claims = outbox.claim(BATCH, QUOTA)
    if not claims:
        return 0
    by_id = {claimed.delivery.pk: claimed for claimed in claims}
    for outcome in ports.department_gateway().deliver_each([parcel_of(claimed) for claimed in claims]):
        _record(by_id.pop(outcome.delivery_id), outcome)
    for claimed in by_id.values():
        _record(claimed, Outcome(claimed.delivery.pk, "unknown", detail="no outcome"))
    return len(claims)


def parcel_of(claimed: Claim) -> Parcel:
    delivery = claimed.delivery
    return Parcel(
        delivery_id=delivery.pk,
        department=delivery.department,
        purpose=delivery.purpose,  # type: ignore[arg-type]
        key=str(delivery.key),
        target_key=str(delivery.target_key),
        body=delivery.body.encode(),
        sub_application_id=delivery.sub_id,
        # A lease that ran out before counts as a try: the department may have it.
        ask_first=delivery.ask_first or claimed.lease_no > delivery.tries + 1,
    )


def _record(claimed: Claim, outcome: Outcome) -> None:
    """Write down how a try ended. What cannot be written is tried again and a person is told."""
    try:
        with transaction.atomic():
            case, sub = lock_case_of(claimed.delivery.sub_id)
            _record_locked(case, sub, claimed, outcome)
    except Exception as error:
        log.exception("dispatch.record_failed", delivery=str(claimed.delivery.pk), error=type(error).__name__)
        with transaction.atomic():
            case, sub = lock_case_of(claimed.delivery.sub_id)
            outbox.postpone(claimed, error=type(error).__name__, retry_after_s=None, ask_first=True)
            attention.raise_attention(case, Attention.Reason.FAULT, sub=sub, detail=type(error).__name__)


def _record_locked(case: Case, sub: SubApplication, claimed: Claim, outcome: Outcome) -> None:
    if outcome.kind == "done" and outcome.answer is not None:
        # Whoever had it before it was handed on decides nothing any more.
        if outbox.close(claimed, DeliveryState.DONE) and claimed.delivery.department == sub.department:
            subs = lock_subs(case)
            mine = next(one for one in subs if one.pk == sub.pk)
            effect = apply_answer(case, subs, mine, outcome.answer, by=Actor("department", department=sub.department))
            inbox.keep_answer(mine, outcome.answer, effect, event_id=f"answer:{claimed.delivery.pk}")
    elif outcome.kind == "refused":
        if outbox.close(claimed, DeliveryState.REFUSED, error=outcome.detail):
            attention.raise_attention(case, Attention.Reason.REFUSED_BY_SYSTEM, sub=sub, detail=outcome.detail)
    else:
        _unknown(case, sub, claimed, outcome)


def _unknown(case: Case, sub: SubApplication, claimed: Claim, outcome: Outcome) -> None:
    """Not known whether it arrived: asked by key before it is sent again, without end while the case is open."""
    if sub.state in SUB_FINAL and claimed.delivery.purpose == Delivery.Purpose.FILE:
        outbox.close(claimed, DeliveryState.CANCELLED, error=outcome.detail)
        return
    outbox.postpone(claimed, error=outcome.detail, retry_after_s=outcome.retry_after_s, ask_first=True)
    if claimed.delivery.tries + 1 >= outbox.ATTENTION_AFTER_TRIES:
        attention.raise_attention(case, Attention.Reason.NOT_DELIVERED, sub=sub, detail=outcome.detail)


def ask_about(subs: Sequence[SubApplication]) -> int:
    """Ask departments for the state of what they have; returns how many answered."""
    parcels = [parcel for sub in subs if (parcel := _question(sub)) is not None]
    if not parcels:
        return 0
    answered = 0
    for outcome in ports.department_gateway().ask(parcels):
        sub_id = next(p.sub_application_id for p in parcels if p.delivery_id == outcome.delivery_id)
        with transaction.atomic():
            case, _ = lock_case_of(sub_id)
            mine = lock_subs(case)
            sub = next(one for one in mine if one.pk == sub_id)
            if outcome.kind == "done" and outcome.answer is not None:
                department = Actor("department", department=sub.department)
                effect = apply_answer(case, mine, sub, outcome.answer, by=department)
                inbox.keep_answer(sub, outcome.answer, effect, event_id=f"asked:{sub.pk}:{outcome.answer.status}")
                answered += 1
            elif outcome.kind == "refused" and sub.receipt_no:
                attention.raise_attention(case, Attention.Reason.FORGOTTEN, sub=sub, detail=outcome.detail)
    return answered


def _question(sub: SubApplication) -> Parcel | None:
    filing = outbox.filing_of(sub)
    if filing is None or filing.state != DeliveryState.DONE:
        return None
    return parcel_of(Claim(filing, filing.lease_no))
