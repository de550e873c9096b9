"""When an item may be urged (催办): past half of the promised time, while the clock runs, not twice within days."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bundles import queries
from cases import clock
from cases.models import Case, Inquiry, Pause, SubApplication
from cases.queries.alarms import days_left
from cases.queries.people import StaffPerson
from cases.queries.reckoning import calendar_of
from cases.queries.together import items_of
from cases.queries.wording import department_short, named
from cases.states import SUB_WITH_DEPARTMENT


@dataclass(frozen=True, slots=True)
class Urging:
    """Whether an item may be urged today; if not yet, from which day on. `answer_by`: urged, and not answered yet."""

    may: bool
    from_on: date | None = None
    answer_by: date | None = None
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class UrgeChoice:
    """An item that is with its department, and how its urging stands."""

    sub_id: UUID
    title: str
    instance: str
    dept_code: str
    dept_short: str
    due_on: date | None
    urging: Urging


def urging_of(sub: SubApplication, last: Inquiry | None, today: date, *, stopped: bool) -> Urging:
    """How the urging of one item stands; `last` is the urging before, if there was one."""
    if last is not None and last.state == Inquiry.State.OPEN:
        return Urging(may=False, answer_by=last.due_on)
    if stopped:
        return Urging(may=False, is_stopped=True)
    calendar = calendar_of(sub.case.region)
    days = [_half_time(sub, calendar)]
    if last is not None:
        days.append(calendar.add_working_days(timezone.localdate(last.asked_at), settings.URGE_AGAIN_DAYS))
    from_on = max(days)
    return Urging(may=today >= from_on, from_on=from_on)


def _half_time(sub: SubApplication, calendar: clock.WorkingCalendar) -> date:
    """The day on which half of the promised working days are over; where nothing is promised, of the usual notice."""
    since = sub.accepted_at or sub.received_at or sub.dispatched_at or timezone.now()
    start, due = timezone.localdate(since), sub.due_on or sub.statutory_due_on
    end = due or clock.notice_deadline(start, calendar)
    half = math.ceil(max(days_left(start, end, calendar), 0) / 2)
    return calendar.add_working_days(start, half) if half else start


def urge_choices(case: Case) -> tuple[UrgeChoice, ...]:
    """Every item of a case that is with its department; at most three queries."""
    subs = [sub for sub in items_of(case) if sub.state in SUB_WITH_DEPARTMENT]
    if not subs:
        return ()
    last, stopped = _last_of(subs), _stopped(subs)
    spec, today = queries.version(case.bundle_version_id).spec, timezone.localdate()
    for sub in subs:
        sub.case = case
    return tuple(
        UrgeChoice(
            sub.pk,
            named(spec.item(sub.item_id)),
            sub.instance_label or "",
            sub.department,
            department_short(sub.department),
            sub.due_on,
            urging_of(sub, last.get(sub.pk), today, stopped=sub.pk in stopped),
        )
        for sub in subs
    )


def _last_of(subs: Iterable[SubApplication]) -> Mapping[UUID, Inquiry]:
    urged = Inquiry.objects.filter(sub__in=[sub.pk for sub in subs], kind=Inquiry.Kind.URGE).order_by("asked_at")
    return {one.sub_id: one for one in urged.defer("text", "answer") if one.sub_id}


def _stopped(subs: Iterable[SubApplication]) -> set[UUID]:
    standing = Pause.objects.filter(sub__in=[sub.pk for sub in subs], ended_at=None, in_clock=False)
    return set(standing.values_list("sub_id", flat=True))


def urged_at(account: StaffPerson) -> frozenset[UUID]:
    """Tasks of a department whose applicants wait for a word after urging. One small query."""
    urged = Inquiry.objects.filter(
        department=account.department or "-", kind=Inquiry.Kind.URGE, state=Inquiry.State.OPEN
    )
    return frozenset(one for one in urged.values_list("sub_id", flat=True) if one)
