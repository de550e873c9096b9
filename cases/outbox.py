"""The outbox: promises to departments, rendered once, claimed by lease, woken through Celery.

A nudge after commit rings the bell (cases.alarm), errors swallowed: the rows are the truth and the sweep finds
whatever no nudge announced.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from cases import docket
from cases.alarm import alarm
from cases.models import Delivery, SubApplication
from cases.prepared import Prepared
from cases.queries.circuits import DOORS, MOMENT, PLACES, shut_lines
from cases.statements import built, columns, made
from cases.states import DeliveryState

LEASE_S = 20
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 600.0
ATTENTION_AFTER_TRIES = 5
MOST_LOST_LEASES = 5  # a promise whose carrier died so often is left alone until a person has looked

_LEASED = f"clock_timestamp() + interval '{LEASE_S} seconds'"
# Department by department over the index of what is due, so that a backlog costs no more than an empty box; a line
# that is shut lets nothing pass but its probe. What is due is due by either clock: `next_at` was written by ours.
# Leases run by the database clock alone. From the far end of the index what is due by our clock is enough, and found
# without passing what is put off.
_CLAIM = f"""
WITH RECURSIVE {DOORS}, departments AS (
    (SELECT department FROM cases_delivery WHERE state = 'due' ORDER BY department LIMIT 1)
    UNION ALL
    SELECT (SELECT department FROM cases_delivery WHERE state = 'due' AND department > d.department
            ORDER BY department LIMIT 1)
    FROM departments d WHERE d.department IS NOT NULL
), chosen AS (
    SELECT c.id FROM departments d CROSS JOIN LATERAL (
        SELECT free.id, free.next_at, row_number() OVER (ORDER BY free.next_at %(way)s) AS turn FROM (
            SELECT id, next_at FROM cases_delivery
            WHERE state = 'due' AND department = d.department AND next_at <= %(until)s
              AND (lease_until IS NULL OR lease_until < clock_timestamp()) AND lease_no <= tries + {MOST_LOST_LEASES}
            ORDER BY next_at %(way)s
            LIMIT LEAST({PLACES}, GREATEST(%(quota)s - COALESCE((%(flying)s ->> d.department)::int, 0), 0))
            FOR UPDATE SKIP LOCKED
        ) free
    ) c
    WHERE d.department IS NOT NULL ORDER BY c.turn, c.next_at %(way)s LIMIT %(limit)s
)
UPDATE cases_delivery d
SET lease_until = {_LEASED}, lease_no = d.lease_no + 1
FROM chosen, cases_subapplication s WHERE d.id = chosen.id AND s.id = d.sub_id RETURNING s.case_id,
"""


@cache
def _claiming(newest: bool) -> Prepared:
    way = {"%(way)s": "DESC", "%(until)s": "%(now)s"} if newest else {"%(way)s": "", "%(until)s": MOMENT}
    places = {"%(now)s": "$1", "%(limit)s": "$2", "%(quota)s": "$3", "%(flying)s": "$4"}
    text = _CLAIM + columns(Delivery, "d")
    for name, place in {**way, **places}.items():
        text = text.replace(name, place)
    return Prepared(text, "timestamptz", "int", "int", "jsonb")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery on lease: every later write quotes the lease number and has no effect when it is stale."""

    delivery: Delivery
    lease_no: int
    case_id: UUID


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
    delivery = _rendered(sub, purpose, body, target, sub.round if round_no is None else round_no)
    book = docket.current()
    if book is not None and book.keeps(sub):
        book.before_insert(Delivery, _choose, (("lease_until", f"CASE WHEN v.lease_no > 0 THEN {_LEASED} END"),))
        book.add(delivery)
    else:
        delivery = _first_of([delivery]).get(_slot(delivery)) or _inserted(delivery)
        nudge()
    return delivery


def _rendered(
    sub: SubApplication, purpose: str, body: Mapping[str, Any], target: Delivery | None, round_no: int
) -> Delivery:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    key = uuid4()
    return made(
        Delivery,
        sub=sub,
        purpose=purpose,
        round=round_no,
        department=sub.department,
        key=key,
        target_key=target.key if target else key,
        body=text,
        body_sha256=sha256(text.encode()).hexdigest(),
        next_at=timezone.now(),
    )


def _inserted(delivery: Delivery) -> Delivery:
    delivery.save(force_insert=True)
    return delivery


def _slot(delivery: Delivery) -> tuple[UUID, str, int]:
    """What there is one promise of."""
    return delivery.sub_id, delivery.purpose, delivery.round


def _first_of(deliveries: Sequence[Delivery]) -> dict[tuple[UUID, str, int], Delivery]:
    """The promises that stand already in the places of these."""
    known = Delivery.objects.filter(sub_id__in={one.sub_id for one in deliveries})
    return {_slot(one): one for one in known.defer("body")}


def _choose(deliveries: list[Delivery]) -> list[Delivery]:
    """Of promises about to be written those that are first in their place; what can be carried at once is leased.

    Whoever carries is woken for the others only.
    """
    book = docket.current()
    old = [one.sub_id for one in deliveries if book is None or not book.is_waiting(one.sub)]
    known = set(_standing(old)) if old else set()
    chosen = {_slot(one): one for one in reversed(deliveries) if _slot(one) not in known}
    for delivery in chosen.values():
        if (carrier := _carrier()) is not None and carrier.has_room(delivery.department):
            carrier.take_along(delivery)
        else:
            nudge()
    return list(chosen.values())


_standing = Prepared("SELECT sub_id, purpose, round FROM cases_delivery WHERE sub_id = ANY($1)", "uuid[]")


class Carrier:
    """Who carries promises right after the transaction that makes them, without another claim.

    `room` says how many more a department may get from this process.
    """

    def __init__(self, room: Mapping[str, int], default: int) -> None:
        self._room, self._default = dict(room), default
        self.taken: list[Claim] = []

    def has_room(self, department: str) -> bool:
        return self._room.get(department, self._default) > 0 and department not in shut_lines()

    def take_along(self, delivery: Delivery) -> None:
        """Lease a promise that is just being written."""
        self._room[delivery.department] = self._room.get(delivery.department, self._default) - 1
        delivery.lease_no = 1
        self.taken.append(Claim(delivery, 1, delivery.sub.case_id))


_carrying = threading.local()


def _carrier() -> Carrier | None:
    return getattr(_carrying, "carrier", None)


@contextmanager
def carried_by(carrier: Carrier) -> Iterator[None]:
    """What is promised in here on a docket is taken along by `carrier` as far as it has room."""
    _carrying.carrier = carrier
    try:
        yield
    finally:
        _carrying.carrier = None


def filing_of(sub: SubApplication) -> Delivery | None:
    """The delivery that filed a sub-application, if it was ever promised."""
    return Delivery.objects.filter(sub=sub, purpose=Delivery.Purpose.FILE).order_by("round").last()


def cancel_due(sub: SubApplication) -> int:
    """Take back promises that no try has carried yet; returns how many. A tried one may have arrived: it stays."""
    return Delivery.objects.filter(sub=sub, state=DeliveryState.DUE, tries=0, lease_no=0).update(
        state=DeliveryState.CANCELLED, next_at=None, closed_at=timezone.now()
    )


def claim(limit: int, quota: int, flying: Mapping[str, int] | None = None, *, newest: bool = False) -> list[Claim]:
    """Lease up to `limit` due deliveries, at most `quota` a department less what is on its way, fairly over them.

    Those that wait longest come first, or with `newest` those that wait least: behind a backlog nobody would hear of
    a new case for hours if all places went to the oldest.
    """
    if limit <= 0:
        return []
    rows = _claiming(newest)(timezone.now(), limit, quota, json.dumps(flying or {}))
    deliveries = built(Delivery, [row for _, *row in rows])
    return [Claim(row, row.lease_no, case_id) for (case_id, *_), row in zip(rows, deliveries, strict=True)]


def close(claims: Sequence[Claim], state: DeliveryState, errors: Mapping[UUID, str] | None = None) -> set[UUID]:
    """Finish deliveries under their leases, in one statement; the ids of those that were still ours to finish.

    For the others the lease was lost: somebody else owns the outcome.
    """
    if not claims:
        return set()
    error_of = errors or {}
    keys = [one.delivery.pk for one in claims]
    found = _closing(
        keys, [one.lease_no for one in claims], [error_of.get(pk, "")[:200] for pk in keys], str(state), timezone.now()
    )
    return {pk for (pk,) in found}


_closing = Prepared(
    """
UPDATE cases_delivery d
SET state = $4, next_at = NULL, lease_until = NULL, tries = d.tries + 1, last_error = ended.error, closed_at = $5
FROM unnest($1, $2, $3) AS ended (id, lease_no, error)
WHERE d.id = ended.id AND d.lease_no = ended.lease_no AND d.state = 'due' RETURNING d.id
""",
    "uuid[]", "int[]", "varchar[]", "varchar", "timestamptz",
)  # fmt: skip


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
