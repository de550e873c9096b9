"""Deadlines of items and cases: always computed from calendar, definition and ledger, never typed or moved by hand.

`recompute` brings the stored days in line and leaves in the history which day became which, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from bundles import queries
from cases import clock, notices
from cases.actions import pauses
from cases.actions.events import record
from cases.models import Case, Pause, SubApplication
from cases.ports import SYSTEM, Actor
from cases.queries import reckoning
from cases.queries.alarms import colour
from cases.states import CASE_OPEN, SUB_FINAL

__all__ = [
    "calendar_of",
    "case_due",
    "colour",
    "committed_due",
    "pause",
    "recompute",
    "resume",
    "statutory_due",
]

# People get a message when one of these moves the day of their case; of the rest the page and the history tell.
WORTH_A_MESSAGE = frozenset({"calendar", "extension"})


def calendar_of(case: Case) -> clock.WorkingCalendar:
    """The working calendar of the region a case belongs to."""
    return reckoning.calendar_of(case.region)


def committed_due(case: Case, sub: SubApplication, start: datetime) -> clock.Due:
    """When the department has promised to be done, counted from `start`; never later than the law allows."""
    return _from(case, sub, start).due


def statutory_due(case: Case, sub: SubApplication, start: datetime) -> date | None:
    """When the law wants it done, None where no law sets a limit."""
    found = _from(case, sub, start).statutory
    return found.on if found else None


def _from(case: Case, sub: SubApplication, start: datetime) -> reckoning.ItemReckoning:
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    return reckoning.reckon_item(item, sub, timezone.localtime(start), reckoning.Ledger(), calendar_of(case))


def case_due(case: Case, subs: Sequence[SubApplication]) -> date | None:
    """The expected day of the whole case: the published promise, or the end of the longest way where that is later."""
    expected = reckoning.reckon(case, subs).expected
    return expected.on if expected else None


def pause(
    case: Case,
    subs: Sequence[SubApplication],
    sub: SubApplication,
    kind: Pause.Kind,
    *,
    about: str = "",
    reason: str = "",
    in_clock: bool = False,
    expected_on: date | None = None,
    by: Actor = SYSTEM,
    at: datetime | None = None,
) -> Pause:
    """Stop the clock of an item of a locked case, on record and with its days. 行政许可法 第四十五条."""
    now = at or timezone.now()
    begun = pauses.begin(sub, kind, about=about, reason=reason, in_clock=in_clock, expected_on=expected_on, at=now)
    if begun.began_at == now:
        record(case, "item.clock_stopped", by=by, sub=sub, pause=str(kind), about=about, in_clock=in_clock)
        recompute(case, subs, reason=str(kind), by=by)
    return begun


def resume(
    case: Case,
    subs: Sequence[SubApplication],
    sub: SubApplication,
    kind: Pause.Kind,
    *,
    about: str | None = None,
    by: Actor = SYSTEM,
    at: datetime | None = None,
) -> int:
    """Let the clock of an item run on; how many stretches ended."""
    ended = pauses.end(sub, kind, about=about, at=at)
    if ended:
        record(case, "item.clock_resumed", by=by, sub=sub, pause=str(kind), about=about or "")
        recompute(case, subs, reason=str(kind), by=by)
    return ended


def recompute(
    case: Case, subs: Sequence[SubApplication], *, reason: str = "", by: Actor = SYSTEM, **facts: Any
) -> bool:
    """Bring the days of a locked case in line with its ledger; True where the expected day of the case is another.

    `reason`: extension, calendar, or the kind of a pause; without one what is on the ledger says why. What moves with
    today, because somebody is late or the clock stands still, is stored but not told again every day.
    """
    if case.state not in CASE_OPEN:
        return False
    found = reckoning.reckon(case, subs)
    running = [sub for sub in subs if sub.pk in found.items and sub.state not in SUB_FINAL]
    told = [_item(case, sub, found.items[sub.pk], reason, by, facts) for sub in running]
    return _case(case, found, reason or next(filter(None, told), ""), by, facts)


def _item(
    case: Case, sub: SubApplication, one: reckoning.ItemReckoning, reason: str, by: Actor, facts: dict[str, Any]
) -> str:
    """Store the days of an item; why they moved where that was told, else ""."""
    told, new = sub.due_told_on, one.due.on
    is_accepted = sub.accepted_at is not None
    why = ""
    if is_accepted and told is not None and told != new and not one.ledger.is_open_ended:
        why = reason or _on_record(one)
        record(case, "item.due_moved", by=by, sub=sub, **_moved(told, new, why), **facts)
    days = {
        "due_on": new,
        "statutory_due_on": one.statutory.on if is_accepted and one.statutory else None,
        "due_told_on": (told if told and one.ledger.is_open_ended else new) if is_accepted else None,
    }
    _store(sub, {name: day for name, day in days.items() if getattr(sub, name) != day})
    return why


def _case(case: Case, found: reckoning.Reckoning, reason: str, by: Actor, facts: dict[str, Any]) -> bool:
    old, told, expected = case.due_on, case.due_told_on, found.expected
    new = expected.on if expected else None
    if told is not None and new is not None and _is_told(told, new, reason, drifts=found.drifts):
        record(case, "case.due_moved", by=by, **_moved(told, new, reason or "progress"), **facts)
        if reason in WORTH_A_MESSAGE:
            notices.due_moved(case, told, new, reason=reason, year=facts.get("year"))
    keeps = found.drifts and not reason and told is not None
    days = {"due_on": new, "due_told_on": told if keeps else new}
    _store(case, {name: day for name, day in days.items() if getattr(case, name) != day})
    return old != new


def _is_told(told: date, new: date, reason: str, *, drifts: bool) -> bool:
    """Every move for a reason; else only a later day, once it is sure."""
    return new != told and (bool(reason) or (new > told and not drifts))


def _moved(old: date, new: date, reason: str) -> dict[str, str]:
    return {"old": old.isoformat(), "new": new.isoformat(), "reason": reason}


def _on_record(one: reckoning.ItemReckoning) -> str:
    """The kind of the last stretch on the ledger."""
    return one.ledger.pauses[-1].reason.partition("|")[0] if one.ledger.pauses else "recount"


def _store(row: Case | SubApplication, changed: dict[str, date | None]) -> None:
    """Days only: what else was changed on the locked row is saved by whoever changed it."""
    for name, day in changed.items():
        setattr(row, name, day)
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
