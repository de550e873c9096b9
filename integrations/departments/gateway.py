"""Parcels to departments over the contract v1: each tried once, and each try ends as done, refused or unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import SimpleQueue
from typing import Any
from urllib.parse import quote

from cases.ports import NEVER_SEEN, Answer, Outcome, Parcel
from integrations.departments.doubt import doubtful
from integrations.departments.wire import ForeignAnswer, NotInContract, read_answer
from integrations.http import (
    Budget,
    Call,
    Failure,
    Job,
    Reply,
    System,
    as_they_end,
    client,
    contact_of,
    lasting,
    run_into,
    system_of,
)

# A batch ends well within a lease of 20 s: calls begin in its first seconds and have 8 s each.
BATCH_BUDGET_S, BEGIN_WITHIN_S = 12.0, 4.0
REFUSALS = frozenset({400, 401, 403, 413, 422})
ANSWERS = frozenset({200, 202, 409})
DECIDED = frozenset({"approved", "rejected", "not_accepted", "withdrawn"})
NOT_CONNECTED_RETRY_S = 60.0
MAX_RETRY_AFTER_S = 3600.0

Way = Callable[[Parcel, System, Budget], Coroutine[Any, Any, Outcome]]


class HttpGateway:
    """The department gateway over HTTP. It keeps nothing: every promise stands in the outbox."""

    def deliver(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Try every parcel once, all at the same time."""
        return list(self.deliver_each(parcels))

    def deliver_each(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        """As `deliver`, but hands each outcome over as soon as it is known, so that a slow department delays nobody."""
        return _carry(parcels, _deliver)

    def deliver_into(self, parcels: Sequence[Parcel], outcomes: SimpleQueue[Outcome]) -> None:
        """Begin to try every parcel once and go on at once; each outcome is put into the queue when it is known."""
        ended, jobs = _sorted_out(parcels, _deliver)
        for outcome in ended:
            outcomes.put(outcome)
        run_into(jobs, outcomes)

    def ask(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Ask by key what became of each parcel; refused when the department never saw it."""
        return list(_carry(parcels, _ask))


def _carry(parcels: Sequence[Parcel], way: Way) -> Iterator[Outcome]:
    ended, jobs = _sorted_out(parcels, way)
    yield from ended
    yield from as_they_end(jobs)


def _sorted_out(parcels: Sequence[Parcel], way: Way) -> tuple[list[Outcome], list[Job[Outcome]]]:
    """What ends before it begins, for want of a system, and the calls to make for the rest."""
    budget = lasting(BATCH_BUDGET_S, begin_within_s=BEGIN_WITHIN_S)
    ended: list[Outcome] = []
    jobs: list[Job[Outcome]] = []
    for parcel in parcels:
        system = system_of(parcel.department)
        if system is None:
            ended.append(Outcome(parcel.delivery_id, "refused", detail="no system is configured for the department"))
        elif not system.enabled:
            ended.append(_unknown(parcel, "the system is switched off", NOT_CONNECTED_RETRY_S))
        else:
            jobs.append(_job(way, parcel, system, budget))
    return ended, jobs


def _job(way: Way, parcel: Parcel, system: System, budget: Budget) -> Job[Outcome]:
    return lambda: way(parcel, system, budget)


async def _deliver(parcel: Parcel, system: System, budget: Budget) -> Outcome:
    if (end := doubtful(parcel, system)) is not None:
        return end
    if parcel.ask_first and system.supports_query and parcel.purpose in {"file", "withdraw"}:
        asked = await _ask(parcel, system, budget)
        if not _must_send(parcel, asked):
            return asked
    ended = await client().call(_sending(parcel, system), budget=budget)
    if parcel.purpose == "withdraw" and isinstance(ended, Reply) and ended.status == 404 and system.supports_query:
        return await _not_found(parcel, system, budget)
    return replace(_outcome(parcel, ended), contact=contact_of(ended))


async def _not_found(parcel: Parcel, system: System, budget: Budget) -> Outcome:
    """A withdrawal answered with 404: only the question by key tells an unknown application from a wrong address."""
    asked = await _ask(parcel, system, budget)
    if asked.kind == "refused" or not _must_send(parcel, asked):
        return asked
    return replace(_unknown(parcel, "HTTP 404 to a withdrawal of what it has"), contact=asked.contact)


def _must_send(parcel: Parcel, asked: Outcome) -> bool:
    """Whether a parcel still has to go out after the department told what it knows.

    A supplement or a change cannot be seen in the state of a filing: they are sent again under the same key.
    """
    if asked.kind == "refused":
        return True
    return parcel.purpose == "withdraw" and asked.answer is not None and asked.answer.status not in DECIDED


async def _ask(parcel: Parcel, system: System, budget: Budget) -> Outcome:
    if not system.supports_query:
        return _unknown(parcel, "the department cannot be asked")
    ended = await client().call(_asking(parcel, system), budget=budget)
    return replace(_told(parcel, ended), contact=contact_of(ended))


def _told(parcel: Parcel, ended: Reply | Failure) -> Outcome:
    if isinstance(ended, Reply) and ended.status == 404:
        return Outcome(parcel.delivery_id, "refused", detail=NEVER_SEEN)
    if isinstance(ended, Reply) and ended.status in REFUSALS:
        return _unknown(parcel, f"asking was answered with {ended.status}")
    return _outcome(parcel, ended)


def _sending(parcel: Parcel, system: System) -> Call:
    below = {"file": "", "supplement": "/supplements", "withdraw": "/withdraw", "change": "/changes"}[parcel.purpose]
    return Call(
        system=system,
        method="POST",
        path="/applications" if parcel.purpose == "file" else f"{_path(parcel.target_key)}{below}",
        route=f"applications.{parcel.purpose}",
        body=parcel.body,
        headers={"Content-Type": "application/json", "Idempotency-Key": parcel.key},
        reference=str(parcel.delivery_id),
    )


def _asking(parcel: Parcel, system: System) -> Call:
    path = _path(parcel.target_key)
    return Call(system=system, method="GET", path=path, route="applications.ask", reference=str(parcel.delivery_id))


def _path(key: str) -> str:
    return f"/applications/{quote(key, safe=':')}"


def _outcome(parcel: Parcel, ended: Reply | Failure) -> Outcome:
    if isinstance(ended, Failure):
        return _unknown(parcel, f"{'no answer' if ended.was_sent else 'not sent'}: {ended.kind}")
    if ended.status in ANSWERS:
        return _answered(parcel, ended)
    if ended.status in REFUSALS:
        return Outcome(parcel.delivery_id, "refused", detail=f"HTTP {ended.status}")
    return _unknown(parcel, f"HTTP {ended.status}", _retry_after_s(ended))


def _answered(parcel: Parcel, reply: Reply) -> Outcome:
    if reply.media_type != "application/json":
        return _unknown(parcel, f"HTTP {reply.status}: not JSON")
    try:
        answer: Answer = read_answer(reply.body, about=parcel.sub_application_id)
    except ForeignAnswer:
        return _unknown(parcel, "the answer is about another sub-application")
    except NotInContract as error:
        return _unknown(parcel, f"HTTP {reply.status}: not in the contract: {error}")
    return Outcome(parcel.delivery_id, "done", answer=answer)


def _unknown(parcel: Parcel, detail: str, retry_after_s: float | None = None) -> Outcome:
    return Outcome(parcel.delivery_id, "unknown", detail=detail, retry_after_s=retry_after_s)


def _retry_after_s(reply: Reply) -> float | None:
    """Seconds that a busy department asks for, given as a number or a date; at most an hour."""
    if reply.status not in {429, 503} or not reply.retry_after:
        return None
    try:
        seconds = float(reply.retry_after)
    except ValueError:
        seconds = _seconds_until(reply.retry_after)
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None


def _seconds_until(text: str) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return math.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
