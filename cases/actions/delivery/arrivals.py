"""Callbacks that have arrived take effect: in the order they came, many cases in one transaction, each once.

A fresh arrival is taken out of the table by the very transaction that applies it: whatever happens before the commit,
the row is still there. What was not applied within moments is announced before each further try, so that one that
kills its reader is known by its count; it is tried alone, and at last set apart until a person has looked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from cases import docket, outbox, statements
from cases.actions.delivery import written_answers
from cases.actions.delivery.inbox import VERDICTS
from cases.actions.desk import attention
from cases.actions.engine.answers import Effect, carry_on, take_effect
from cases.actions.engine.locking import lock_case_of, lock_on, lock_subs
from cases.actions.engine.shelf import Shelf
from cases.models import Arrival, Attention, Case, InboxMessage, SubApplication
from cases.ports import Actor
from cases.prepared import Prepared

log = structlog.get_logger(__name__)

AT_ONCE = 64
AT_MOST = 1_000  # late ones in one sweep
FRESH_S = 20  # no pump works that long on a batch: who died over it is gone by then
LEASE_S = 20
MOST_TRIES = 5
REST = timedelta(days=1)
TOLD = "回执没能入账："

# What is due is due by either clock: `next_at` of a fresh one was written by ours, leases run by the database's.
_DUE = "next_at <= GREATEST(clock_timestamp(), $1)"
_SINCE = f"LEAST(clock_timestamp(), $1) - make_interval(secs => {FRESH_S})"
_FRESH = f"{_DUE} AND next_at > {_SINCE} AND lease_no = 0"
_has_fresh = Prepared(f"SELECT 1 FROM cases_arrival WHERE {_FRESH} LIMIT 1", "timestamptz")
_take_fresh = Prepared(
    f"""
    DELETE FROM cases_arrival a WHERE a.id IN (
        SELECT id FROM cases_arrival WHERE {_FRESH} ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING {statements.columns(Arrival, "a")}
    """,
    "timestamptz", "int",
)  # fmt: skip
_take_leased = Prepared(
    f"""
    DELETE FROM cases_arrival a USING unnest($1, $2) AS mine (id, lease_no)
    WHERE a.id = mine.id AND a.lease_no = mine.lease_no RETURNING {statements.columns(Arrival, "a")}
    """,
    "uuid[]", "int[]",
)  # fmt: skip
_announce = Prepared(
    f"""
    UPDATE cases_arrival SET lease_no = lease_no + 1, next_at = clock_timestamp() + make_interval(secs => {LEASE_S})
    WHERE id IN (
        SELECT id FROM cases_arrival WHERE {_DUE} AND (lease_no > 0) = $3
        ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING id, lease_no, received_at
    """,
    "timestamptz", "int", "boolean",
)  # fmt: skip
Leases = dict[UUID, int]
Taking = Callable[[], list[tuple[Any, ...]]]


def apply_arrived(carrier: outbox.Carrier | None = None, shelf: Shelf | None = None) -> int:
    """Let what has just arrived take effect, together; returns how many. Never raises for a single one.

    What is promised in consequence `carrier` may take along; cases are taken from the shelf and put back there. Where
    it fails each is tried by itself.
    """
    if not _has_fresh(timezone.now()):
        return 0
    try:
        return _apply(lambda: _take_fresh(timezone.now(), AT_ONCE), carrier, shelf)
    except Exception as error:
        log.warning("arrivals.not_together", error=type(error).__name__)
        if carrier is not None:
            carrier.taken.clear()
        return _one_by_one(_lease(AT_ONCE, again=False))


def apply_late() -> int:
    """What nobody has applied in time (ON_SWEEP): together at the first look, each by itself from the second on."""
    done = 0
    while done < AT_MOST and (leases := _lease(AT_ONCE, again=False)):
        done += len(leases)
        try:
            _apply(_taking(leases), None)
        except Exception as error:
            log.warning("arrivals.not_together", error=type(error).__name__)
            _one_by_one(leases)
    while done < AT_MOST and (again := _lease(1, again=True)):
        done += _one_by_one(again)
    return done


def _lease(limit: int, *, again: bool) -> Leases:
    """Announce tries, in the order of arrival, committed before they are made. `again`: those announced before."""
    rows = sorted(_announce(timezone.now(), limit, again), key=lambda row: (row[2], row[0]))
    return {pk: lease_no for pk, lease_no, _ in rows}


def _taking(leases: Leases) -> Taking:
    return lambda: _take_leased([str(pk) for pk in leases], list(leases.values()))


# ---- together ---------------------------------------------------------------------------------------------------


def _apply(take: Taking, carrier: outbox.Carrier | None, shelf: Shelf | None = None) -> int:
    """Take arrivals out and apply them, all in one transaction; how many were there to take."""
    cases: list[Case] = []
    with outbox.carried_by(carrier) if carrier else nullcontext(), docket.opened() as book:
        found = sorted(statements.built(Arrival, take()), key=lambda one: (one.received_at, one.pk))
        if found:
            cases = lock_on(book, {one.case_id for one in found}, shelf)
            _apply_all({case.pk: case for case in cases}, found)
    if shelf is not None:
        shelf.put(book, cases)
    return len(found)


def _apply_all(cases: Mapping[UUID, Case], found: Sequence[Arrival]) -> None:
    known = _known(found)
    moved: dict[UUID, None] = {}
    for one in found:
        if (one.department, one.event_id) not in known and _take_in(cases[one.case_id], one) is Effect.APPLIED:
            moved[one.case_id] = None
    for case_id in moved:
        carry_on(cases[case_id], lock_subs(cases[case_id]))


def _known(found: Sequence[Arrival]) -> set[tuple[str, str]]:
    """Events that were applied before: one that was told again just as the first of it was taken out."""
    rows = InboxMessage.objects.filter(
        department__in={one.department for one in found}, event_id__in=[one.event_id for one in found]
    )
    return set(rows.values_list("department", "event_id"))


def _take_in(case: Case, one: Arrival) -> Effect:
    """The answer takes effect on a locked case, and its bytes become evidence."""
    subs = lock_subs(case)
    sub = next(each for each in subs if each.pk == one.sub_id)
    effect = _effect(case, subs, sub, one)
    docket.insert(
        InboxMessage(
            department=one.department,
            event_id=one.event_id,
            sub=sub,
            status=one.status,
            body=one.words["body"],
            headers=one.headers,
            verdict=VERDICTS[effect],
            received_at=one.received_at,
        )
    )
    return effect


def _effect(case: Case, subs: list[SubApplication], sub: SubApplication, one: Arrival) -> Effect:
    """Whoever had it before it was handed on decides nothing any more."""
    if one.department != sub.department:
        return Effect.STALE
    actor = Actor("department", department=one.department)
    return take_effect(case, subs, sub, written_answers.read(one.words["answer"]), by=actor)


# ---- alone ------------------------------------------------------------------------------------------------------


def _one_by_one(leases: Leases) -> int:
    for pk, lease_no in leases.items():
        if lease_no > MOST_TRIES:
            _put_off(pk, "每次入账时处理进程都中断", is_last=True)
        else:
            _alone(pk, lease_no)
    return len(leases)


def _alone(pk: UUID, lease_no: int) -> None:
    """One by itself. What cannot be applied is tried again, and a person is told; a busy database mends itself."""
    told = Arrival.objects.filter(pk=pk).exclude(last_error="").values_list("sub_id", "last_error").first()
    try:
        _apply(_taking({pk: lease_no}), None)
    except OperationalError as error:
        log.warning("arrival.postponed", arrival=str(pk), error=type(error).__name__)
    except Exception as error:
        log.exception("arrival.failed", arrival=str(pk), error=type(error).__name__)
        _put_off(pk, type(error).__name__, is_last=lease_no >= MOST_TRIES)
    else:
        if told:
            _withdraw_warning(*told)


def _put_off(pk: UUID, why: str, *, is_last: bool) -> None:
    """Try again later, after the last try in a day or when a person says so; somebody hears of it at once."""
    now = timezone.now()
    with transaction.atomic():
        row = Arrival.objects.filter(pk=pk).first()
        if row is None:
            return
        case, sub = lock_case_of(row.sub_id)
        wait = REST if is_last else timedelta(seconds=outbox.backoff_s(row.lease_no))
        again = {"lease_no": 1} if is_last else {}
        Arrival.objects.filter(pk=pk, lease_no=row.lease_no).update(
            next_at=now + wait, last_error=f"{TOLD}{why}"[:200], **again
        )
        attention.raise_attention(case, Attention.Reason.FAULT, sub=sub, detail=f"{TOLD}{why}")


def _withdraw_warning(sub_id: UUID, detail: str) -> None:
    """It has been applied after all: what was raised for it is closed by the fact."""
    raised = Attention.objects.filter(sub=sub_id, reason=Attention.Reason.FAULT, closed_at=None, detail=detail)
    if raised.exists():
        with transaction.atomic():
            case, sub = lock_case_of(sub_id)
            attention.close(case, Attention.Reason.FAULT, sub=sub)


def retry(sub: SubApplication) -> int:
    """A person wants what has arrived for an item applied now; those that are being applied are left alone."""
    waiting = Arrival.objects.select_for_update(skip_locked=True).filter(sub=sub, lease_no__gt=0)
    ids = list(waiting.values_list("pk", flat=True))
    return Arrival.objects.filter(pk__in=ids).update(next_at=timezone.now(), lease_no=1)
