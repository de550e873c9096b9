"""Deadlines of items and cases: always computed from calendar, definition and ledger, never typed or moved by hand.

`recompute` brings the stored days in line and leaves in the history which day became which, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import clock, docket, notices
from cases.actions.deadlines import pauses
from cases.actions.deciding import documents
from cases.actions.engine.events import record
from cases.errors import NotReady, WrongState
from cases.models import Case, Document, Extension, Pause, SubApplication
from cases.ports import SYSTEM, Actor
from cases.queries import reckoning
from cases.queries.alarms import colour
from cases.states import CASE_OPEN, SUB_FINAL, SubState

__all__ = [
    "calendar_of",
    "case_due",
    "colour",
    "committed_due",
    "extend",
    "pause",
    "recompute",
    "resume",
    "statutory_due",
]

CALENDAR = "calendar"  # people get a message when it moves the day of their case; else page and history tell
MOST_EXTENSION_DAYS = 10
MOST_JOINT_EXTENSION_DAYS = 15
EXTENDABLE = frozenset({SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE, SubState.SUPPLEMENT_REQUESTED})


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
    return reckoning.reckon_item(item, sub, reckoning.local(start), reckoning.Ledger(), calendar_of(case))


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


def extend(
    case: Case,
    subs: Sequence[SubApplication],
    sub: SubApplication,
    *,
    working_days: int,
    approver: str,
    reason: str,
    by: Actor,
    joint: bool = False,
) -> Extension:
    """Extend both limits of an item once, approved by the head of the authority, told in writing with the reason.

    Up to ten working days (行政许可法 第四十二条第一款); fifteen where the item is handled together with others and
    the government itself has approved it (`joint`, 第四十二条第二款). Raises NotReady for what is missing or too much,
    WrongState once the limit is over, was extended before, or does not run.
    """
    _check_extension(working_days, approver, reason, MOST_JOINT_EXTENSION_DAYS if joint else MOST_EXTENSION_DAYS)
    _check_extendable(sub)
    granted = Extension.objects.create(
        sub=sub,
        working_days=working_days,
        approver=approver.strip(),
        reason=reason.strip(),
        granted_by_id=by.id or None,
        granted_at=timezone.now(),
    )
    record(case, "item.extended", by=by, sub=sub, working_days=working_days, joint=joint)
    recompute(case, subs, reason="extension", by=by)
    documents.issue(case, Document.Kind.EXTENSION, sub=sub, by=by)
    notices.item_extended(case, sub, working_days, sub.due_on)
    return granted


def _check_extension(working_days: int, approver: str, reason: str, most: int) -> None:
    faults = []
    if not 1 <= working_days <= most:
        faults.append(("working_days", f"延长的期限应为 1 至 {most} 个工作日"))
    if not approver.strip():
        faults.append(("approver", "请写明批准延长的负责人"))
    if not reason.strip():
        faults.append(("reason", "请写明延长的理由，理由会告知申请人"))
    if faults:
        raise NotReady(faults[0][1], tuple(faults))


def _check_extendable(sub: SubApplication) -> None:
    if sub.state not in EXTENDABLE or sub.accepted_at is None:
        raise WrongState(_("只有已经受理、还没有决定的事项可以延长期限"))
    if Extension.objects.filter(sub=sub).exists():
        raise WrongState(_("这件事已经延长过一次，不能再延长"))
    last = sub.statutory_due_on or sub.due_on
    if last is not None and last < timezone.localdate():
        raise WrongState(_("期限已经届满，不能再延长"))


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
        if reason == CALENDAR:
            notices.due_moved(case, told, new, year=facts.get("year"))
    keeps = found.drifts and not reason and told is not None
    days = {"due_on": new, "due_told_on": told if keeps else new}
    _store(case, {name: day for name, day in days.items() if getattr(case, name) != day})
    return old != new


def _is_told(told: date, new: date, reason: str, *, drifts: bool) -> bool:
    """Every move for a reason; else only a later day, once it is sure."""
    return new != told and (bool(reason) or (new > told and not drifts))


def _moved(old: date, new: date, reason: str) -> dict[str, Any]:
    return {"old": old.isoformat(), "new": new.isoformat(), "reason": reason}


def _on_record(one: reckoning.ItemReckoning) -> str:
    """The kind of the last stretch on the ledger."""
    return one.ledger.pauses[-1].reason.partition("|")[0] if one.ledger.pauses else "recount"


def _store(row: Case | SubApplication, changed: dict[str, date | None]) -> None:
    """Days only: what else was changed on the locked row is saved by whoever changed it."""
    for name, day in changed.items():
        setattr(row, name, day)
    book = docket.current()
    if changed and book is not None and book.keeps(row):
        book.change(row, changed)
    elif changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
