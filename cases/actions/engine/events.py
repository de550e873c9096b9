"""History: each change leaves an event in the same transaction, chained to the one before it."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.utils import timezone

from cases import docket
from cases.models import Case, Event, SubApplication
from cases.ports import Actor
from cases.statements import made

HEAD = ("last_seq", "last_hash")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record(case: Case, kind: str, *, by: Actor, sub: SubApplication | None = None, **facts: Any) -> Event:
    """Append an event to a locked case. `facts` are ids and words of the engine, never personal values."""
    event = chained(case, kind, by=by, sub=sub, at=timezone.now(), facts=facts)
    book = docket.current()
    if book is not None and book.keeps(case):
        book.add(event)
        book.change(case, HEAD)
    else:
        event.save(force_insert=True)
        Case.objects.filter(pk=case.pk).update(last_seq=case.last_seq, last_hash=case.last_hash)
    return event


def chained(
    case: Case, kind: str, *, by: Actor, sub: SubApplication | None, at: datetime, facts: dict[str, Any]
) -> Event:
    """The next event of a locked case, not yet saved; moves the chain's head on the case object."""
    event = made(
        Event,
        case=case,
        seq=case.last_seq + 1,
        kind=kind,
        sub=sub,
        actor_kind=by.kind,
        actor_id=by.department or by.id,
        facts={**facts, "agent": by.through} if by.through else facts,
        at=at,
    )
    event.hash = link(case.last_hash, event)
    case.last_seq, case.last_hash = event.seq, event.hash
    return event


def link(previous: str, event: Event) -> str:
    """Hash of an event together with the hash before it."""
    row = [
        str(event.case_id),
        event.seq,
        event.kind,
        str(event.sub_id or ""),
        event.actor_kind,
        event.actor_id,
        event.facts,
        event.at.isoformat(),
    ]
    return sha256(f"{previous}\n{_CANONICAL.encode(row)}".encode()).hexdigest()


def broken_link(case: Case) -> int | None:
    """Sequence number of the first event that does not fit the chain, None for a sound history."""
    previous = ""
    expected = 1
    for event in Event.objects.filter(case=case).order_by("seq"):
        if event.seq != expected or event.hash != link(previous, event):
            return expected
        previous, expected = event.hash, expected + 1
    return None if previous == case.last_hash else expected
