"""What became of tries to reach departments: written down together, in as few transactions as they come in.

A death between a call and its record is normal: the lease runs out, the same key and bytes go again, and a
department that already acted answers with what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from cases import docket, outbox
from cases.actions.delivery import inbox, taking_back
from cases.actions.desk import attention
from cases.actions.engine.answers import Effect, carry_on, take_effect
from cases.actions.engine.locking import lock_case_of, lock_on, lock_subs
from cases.actions.engine.shelf import Shelf
from cases.models import Attention, Case, Delivery, SubApplication
from cases.outbox import Claim
from cases.ports import Actor, Outcome, Parcel
from cases.queries.circuits import shut_lines
from cases.states import SUB_FINAL, DeliveryState

log = structlog.get_logger(__name__)

Ended = tuple[Claim, Outcome]


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


def record(ended: Sequence[Ended], carrier: outbox.Carrier, shelf: Shelf | None = None) -> None:
    """Write down how tries ended, all in one transaction; what is promised in it `carrier` may take along.

    Where that fails each is written down by itself, so that one case that cannot be written harms no other. Raises
    OperationalError or InterfaceError where the database is gone; the same may then be written down once it is back.
    """
    try:
        _record_together(ended, carrier, shelf)
    except Exception as error:
        if isinstance(error, (OperationalError, InterfaceError)) and not connection.is_usable():
            raise
        log.warning("dispatch.not_together", tries=len(ended), error=type(error).__name__)
        carrier.taken.clear()
        for claimed, outcome in ended:
            _record_alone(claimed, outcome)


def _record_together(ended: Sequence[Ended], carrier: outbox.Carrier, shelf: Shelf | None = None) -> None:
    with outbox.carried_by(carrier), docket.opened() as book:
        cases = {case.pk: case for case in lock_on(book, {claimed.case_id for claimed, _ in ended}, shelf)}
        ended = taking_back.judged(ended, cases)
        ours = _close(ended)
        moved: dict[UUID, None] = {}
        for claimed, outcome in ended:
            case = cases[claimed.case_id]
            sub = next(one for one in lock_subs(case) if one.pk == claimed.delivery.sub_id)
            if outcome.kind == "unknown":
                _unknown(case, sub, claimed, outcome)
            elif claimed.delivery.pk in ours and _known(case, sub, claimed, outcome):
                moved[case.pk] = None
        for case_id in moved:
            carry_on(cases[case_id], lock_subs(cases[case_id]))
    if shelf is not None:
        shelf.put(book, cases.values())


def _close(ended: Sequence[Ended]) -> set[object]:
    """Finish what is done and what was refused; the ids of those whose outcome is ours to apply."""
    done = [claimed for claimed, outcome in ended if outcome.kind == "done"]
    refused = {claimed.delivery.pk: (claimed, outcome) for claimed, outcome in ended if outcome.kind == "refused"}
    ours: set[object] = set(outbox.close(done, DeliveryState.DONE))
    errors = {pk: outcome.detail for pk, (_, outcome) in refused.items()}
    return ours | outbox.close([claimed for claimed, _ in refused.values()], DeliveryState.REFUSED, errors)


def _known(case: Case, sub: SubApplication, claimed: Claim, outcome: Outcome) -> bool:
    """Let a known outcome take effect; whether the case can be carried on after it."""
    if outcome.kind == "refused":
        attention.raise_attention(case, Attention.Reason.REFUSED_BY_SYSTEM, sub=sub, detail=outcome.detail)
    # Whoever had it before it was handed on decides nothing any more.
    elif outcome.answer is not None and claimed.delivery.department == sub.department:
        department = Actor("department", department=sub.department)
        effect = take_effect(case, lock_subs(case), sub, outcome.answer, by=department)
        inbox.keep_answer(sub, outcome.answer, effect, event_id=f"answer:{claimed.delivery.pk}")
        return effect is Effect.APPLIED
    return False


def _unknown(case: Case, sub: SubApplication, claimed: Claim, outcome: Outcome) -> None:
    """Not known whether it arrived: asked by key before it is sent again, without end while the case is open."""
    if sub.state in SUB_FINAL and claimed.delivery.purpose == Delivery.Purpose.FILE:
        outbox.close([claimed], DeliveryState.CANCELLED, {claimed.delivery.pk: outcome.detail})
        return
    outbox.postpone(claimed, error=outcome.detail, retry_after_s=outcome.retry_after_s, ask_first=True)
    is_told = claimed.delivery.department in shut_lines()  # an outage is told once, not case by case
    if claimed.delivery.tries + 1 >= outbox.ATTENTION_AFTER_TRIES and not is_told:
        attention.raise_attention(case, Attention.Reason.NOT_DELIVERED, sub=sub, detail=outcome.detail)


def _record_alone(claimed: Claim, outcome: Outcome) -> None:
    """Write down how one try ended. What cannot be written is tried again and a person is told."""
    try:
        _record_together([(claimed, outcome)], outbox.Carrier({}, 0))
    except Exception as error:
        log.exception("dispatch.record_failed", delivery=str(claimed.delivery.pk), error=type(error).__name__)
        with transaction.atomic():
            case, sub = lock_case_of(claimed.delivery.sub_id)
            outbox.postpone(claimed, error=type(error).__name__, retry_after_s=None, ask_first=True)
            attention.raise_attention(case, Attention.Reason.FAULT, sub=sub, detail=type(error).__name__)
