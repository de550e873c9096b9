"""The outbox: promises to departments, rendered once, claimed by lease, woken through Celery.

A nudge after commit sets the alarm (cases.alarm), errors swallowed: the rows are the truth and the sweep finds
whatever no nudge announced.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from cases.alarm import alarm
from cases.models import Delivery, SubApplication
from cases.states import DeliveryState

LEASE_S = 20
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 600.0
ATTENTION_AFTER_TRIES = 5

_CLAIM = """
WITH ranked AS (
    SELECT id, row_number() OVER (PARTITION BY department ORDER BY next_at) AS turn
    FROM cases_delivery
    WHERE state = 'due' AND next_at <= GREATEST(clock_timestamp(), %(now)s)
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
), chosen AS (
    SELECT d.id FROM cases_delivery d JOIN ranked r ON r.id = d.id
    WHERE d.state = 'due' AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp()) AND r.turn <= %(quota)s
    ORDER BY r.turn, d.next_at LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
)
UPDATE cases_delivery d
SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s), lease_no = d.lease_no + 1
FROM chosen WHERE d.id = chosen.id RETURNING d.id, d.lease_no
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery on lease: every later write quotes the lease number and has no effect when it is stale."""

    delivery: Delivery
    lease_no: int


def promise(
    sub: SubApplication,
    purpose: str,
    body: Mapping[str, Any],
    *,
    target: Delivery | None = None,
    round_no: int | None = None,
) -> Delivery:
    """Write a promise to the department of `sub`, due at once; the caller's transaction decides about it.

    A repeated promise of the same purpose and round is the first one: nothing is sent twice. The round is the item's
    own, but for what is sent besides the rounds of its notices.
    """
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    key = uuid4()
    delivery, _ = Delivery.objects.get_or_create(
        sub=sub,
        purpose=purpose,
        round=sub.round if round_no is None else round_no,
        defaults={
            "department": sub.department,
            "key": key,
            "target_key": target.key if target else key,
            "body": text,
            "body_sha256": sha256(text.encode()).hexdigest(),
            "next_at": timezone.now(),
        },
    )
    nudge()
    return delivery


def filing_of(sub: SubApplication) -> Delivery | None:
    """The delivery that filed a sub-application, if it was ever promised."""
    return Delivery.objects.filter(sub=sub, purpose=Delivery.Purpose.FILE).order_by("round").last()


def cancel_due(sub: SubApplication) -> int:
    """Take back promises that no try has carried yet; returns how many. A tried one may have arrived: it stays."""
    return Delivery.objects.filter(sub=sub, state=DeliveryState.DUE, tries=0, lease_no=0).update(
        state=DeliveryState.CANCELLED, next_at=None, closed_at=timezone.now()
    )


def claim(limit: int, quota: int) -> list[Claim]:
    """Lease up to `limit` due deliveries, at most `quota` a department, fairly over departments.

    Leases run by the database clock alone. What is due is due by either clock: `next_at` was written by ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"limit": limit, "quota": quota, "lease": LEASE_S, "now": timezone.now()})
        leased = dict(cursor.fetchall())
    rows = Delivery.objects.filter(pk__in=leased).select_related("sub")
    return [Claim(row, leased[row.pk]) for row in rows]


def close(claimed: Claim, state: DeliveryState, *, error: str = "") -> bool:
    """Finish a delivery under its lease. False: the lease was lost, somebody else owns the outcome."""
    return bool(
        _under_lease(claimed).update(
            state=state,
            next_at=None,
            lease_until=None,
            tries=claimed.delivery.tries + 1,
            last_error=error[:200],
            closed_at=timezone.now(),
        )
    )


def postpone(claimed: Claim, *, error: str, retry_after_s: float | None, ask_first: bool) -> bool:
    """Try again later: 2 s doubled each time with full jitter, at most 10 min, `Retry-After` obeyed."""
    tries = claimed.delivery.tries + 1
    wait = retry_after_s if retry_after_s is not None else backoff_s(tries)
    return bool(
        _under_lease(claimed).update(
            next_at=timezone.now() + timedelta(seconds=wait),
            lease_until=None,
            tries=tries,
            ask_first=ask_first,
            last_error=error[:200],
        )
    )


def backoff_s(tries: int) -> float:
    ceiling = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(tries - 1, 12))
    return ceiling / 2 + random.uniform(0, ceiling / 2)


def _under_lease(claimed: Claim) -> Any:
    return Delivery.objects.filter(pk=claimed.delivery.pk, lease_no=claimed.lease_no, state=DeliveryState.DUE)


def nudge() -> None:
    """Wake the pump after commit; a broker that is down or slow costs nothing."""
    if connection.in_atomic_block:
        if not any(callback[1] is _send_nudge for callback in connection.run_on_commit):
            transaction.on_commit(_send_nudge)
    else:
        _send_nudge()


def _send_nudge() -> None:
    if settings.NUDGE_THROUGH_BROKER:
        alarm.ring()
