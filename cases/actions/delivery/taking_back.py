"""A withdrawal that finds nothing to take back: the department never saw the application.

That a department does not know the application settles the withdrawal only where the application cannot arrive any
more: its filing was given up or refused, long enough ago that no try of it is still on its way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.models import Attention, Case, Delivery
from cases.ports import NEVER_SEEN, SYSTEM, Outcome
from cases.states import DeliveryState

if TYPE_CHECKING:
    from cases.outbox import Claim

# Well past every lease and every deadline of a call, ours and the department's.
SETTLED_AFTER = timedelta(seconds=60)
OVER = frozenset({DeliveryState.CANCELLED, DeliveryState.REFUSED, DeliveryState.SUPERSEDED})


def stop_filing(filing: Delivery) -> None:
    """Try a filing no more that waits for its next try; one that is on its way is given up when its outcome comes."""
    waiting = Delivery.objects.filter(pk=filing.pk, state=DeliveryState.DUE)
    waiting.filter(Q(lease_until=None) | Q(lease_until__lt=Now())).update(
        state=DeliveryState.CANCELLED, next_at=None, lease_until=None, closed_at=timezone.now()
    )


def judged(ended: Sequence[tuple[Claim, Outcome]], cases: Mapping[UUID, Case]) -> list[tuple[Claim, Outcome]]:
    """Tries with each withdrawal of what was never seen turned into what it means: done, not sure yet, or a fault.

    A department that gave its word on a filing and knows nothing of it now has forgotten it: that stays refused, and a
    person is told.
    """
    unseen = {claimed.delivery.target_key for claimed, outcome in ended if _found_nothing(claimed, outcome)}
    if not unseen:
        return list(ended)
    filings = {filing.key: filing for filing in Delivery.objects.filter(key__in=unseen).defer("body")}
    return [
        (claimed, _judge(cases[claimed.case_id], claimed, outcome, filings))
        if _found_nothing(claimed, outcome)
        else (claimed, outcome)
        for claimed, outcome in ended
    ]


def _found_nothing(claimed: Claim, outcome: Outcome) -> bool:
    is_withdrawal = claimed.delivery.purpose == Delivery.Purpose.WITHDRAW
    return is_withdrawal and outcome.kind == "refused" and outcome.detail == NEVER_SEEN


def _judge(case: Case, claimed: Claim, outcome: Outcome, filings: Mapping[UUID, Delivery]) -> Outcome:
    filing = filings[claimed.delivery.target_key]
    if filing.state == DeliveryState.DONE:
        return outcome
    left = _left(filing, timezone.now())
    if left > timedelta():
        return replace(outcome, kind="unknown", retry_after_s=max(left.total_seconds(), 1.0))
    record(case, "item.never_arrived", by=SYSTEM, sub=claimed.delivery.sub)
    attention.close(case, Attention.Reason.NOT_DELIVERED, sub=claimed.delivery.sub)
    return replace(outcome, kind="done")


def _left(filing: Delivery, now: datetime) -> timedelta:
    """How long a filing may still arrive."""
    if filing.state not in OVER or filing.closed_at is None:
        return SETTLED_AFTER
    return filing.closed_at + SETTLED_AFTER - now
