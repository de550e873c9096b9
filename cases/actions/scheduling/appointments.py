"""Appointments (预约): one comes once, at a time that is kept free; waiting for it is nobody's working time.

Slots are the item's own (`appointment` of the bundle). A slot is taken under a lock of its own, so that the last
place goes to one person only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import Appointment, Item
from cases import notices
from cases.actions.deadlines import limits
from cases.actions.deciding import lapsing
from cases.actions.engine import progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of, lock_subs
from cases.errors import CaseError, WrongState
from cases.models import Case, Pause, SubApplication, Visit
from cases.ports import SYSTEM, Actor
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT

ABOUT = "appointment"
GRACE = timedelta(days=1)
BATCH = 50


@dataclass(frozen=True, slots=True)
class Slot:
    """A time one may come, and how many places it has left."""

    begins_at: datetime
    ends_at: datetime
    free: int


def rule_of(sub: SubApplication) -> Appointment | None:
    """When one may come for an item, None where nobody has to."""
    return queries.version(sub.case.bundle_version_id).spec.appointment(sub.item_id)


def offered(sub: SubApplication, rule: Appointment) -> tuple[Slot, ...]:
    """The free slots of an item within its horizon, in order; full ones are left out."""
    taken = _taken(sub)
    return tuple(
        Slot(begins, begins + timedelta(minutes=rule.slot_minutes), rule.per_slot - taken.get(begins, 0))
        for begins in _times(sub, rule)
        if taken.get(begins, 0) < rule.per_slot
    )


def _times(sub: SubApplication, rule: Appointment) -> Iterator[datetime]:
    calendar = limits.calendar_of(sub.case)
    now = timezone.localtime()
    for n in range(rule.horizon_days + 1):
        day = now.date() + timedelta(days=n)
        if not rule.workdays or calendar.is_working_day(day):
            yield from (moment for moment in _of_day(day, rule) if moment > now)


def _of_day(day: date, rule: Appointment) -> Iterator[datetime]:
    for span in rule.open.split(","):
        first, _dash, last = span.strip().partition("-")
        moment, end = _at(day, first), _at(day, last)
        while moment + timedelta(minutes=rule.slot_minutes) <= end:
            yield moment
            moment += timedelta(minutes=rule.slot_minutes)


def _at(day: date, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock.strip())))


def _taken(sub: SubApplication) -> dict[datetime, int]:
    """Places taken at the same counter: the same item of the same department, whatever the case."""
    booked = Visit.objects.filter(
        department=sub.department,
        sub__item_id=sub.item_id,
        state=Visit.State.BOOKED,
        begins_at__gte=timezone.now(),
    )
    counted = booked.exclude(sub=sub).values_list("begins_at").annotate(count=Count("pk"))
    return {timezone.localtime(begins): count for begins, count in counted}


@transaction.atomic
def book(sub_id: UUID, begins_at: datetime, *, by: Actor, language: str = "") -> Visit:
    """Book a slot or move the booking. Raises WrongState where it is not offered, CaseError past the moves."""
    case, found = lock_case_of(sub_id)
    sub = next(one for one in lock_subs(case) if one.pk == found.pk)
    rule = rule_of(sub)
    if rule is None or sub.state not in SUB_WITH_DEPARTMENT:
        raise WrongState(_("这件事现在不能预约"))
    _lock_slot(sub, begins_at)
    slot = next((one for one in offered(sub, rule) if one.begins_at == begins_at), None)
    if slot is None:
        raise WrongState(_("这个时段刚被约满或不开放，请换一个时段"))
    earlier = Visit.objects.filter(sub=sub, state=Visit.State.BOOKED).first()
    moves = Visit.objects.filter(sub=sub).count()
    if moves > rule.reschedule:
        raise CaseError(_("已经改约 %(times)s 次，请联系窗口") % {"times": rule.reschedule})
    if earlier is not None:
        _settle(earlier, Visit.State.CANCELLED)
    visit = Visit.objects.create(
        case=case, sub=sub, items=[sub.item_id], department=sub.department, begins_at=slot.begins_at,
        ends_at=slot.ends_at, language=language if language in rule.languages else "", changes=moves,
        booked_at=timezone.now(),
    )  # fmt: skip
    record(case, "visit.booked", by=by, sub=sub, at=begins_at.isoformat())
    notices.visit_booked(case, slot.begins_at)
    return visit


def _lock_slot(sub: SubApplication, begins_at: datetime) -> None:
    """One booker of a slot at a time, until the end of the transaction."""
    key = int.from_bytes(sha256(f"{sub.department}{sub.item_id}{begins_at.isoformat()}".encode()).digest()[:7])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _settle(visit: Visit, state: Visit.State) -> None:
    visit.state, visit.settled_at = state, timezone.now()
    visit.save(update_fields=["state", "settled_at"])


@transaction.atomic
def note_arrival(visit_id: UUID, came: bool, *, by: Actor) -> Visit:
    """At the counter: the person came, and the clock runs on; or did not, and may book anew."""
    visit = Visit.objects.get(pk=visit_id)
    if visit.sub_id is None or visit.department != by.department:
        raise CaseError(_("这次预约不归您的窗口"))
    case, _sub = lock_case_of(visit.sub_id)
    subs = lock_subs(case)
    visit.refresh_from_db()
    if visit.state != Visit.State.BOOKED:
        raise WrongState(_("这次预约已经处理过了"))
    _settle(visit, Visit.State.DONE if came else Visit.State.MISSED)
    sub = next(one for one in subs if one.pk == visit.sub_id)
    record(case, "visit.done" if came else "visit.missed", by=by, sub=sub)
    if came:
        limits.resume(case, subs, sub, Pause.Kind.VISIT, about=ABOUT, by=by)
    else:
        notices.visit_missed(case)
    progress.advance(case, subs)
    return visit


def wait_for_visitor(case: Case, subs: list[SubApplication], sub: SubApplication, item: Item) -> None:
    """An item that needs somebody to come is with its department: from here the time is his (AFTER_SENDING)."""
    if item.appointment is not None:
        limits.pause(case, subs, sub, Pause.Kind.VISIT, about=ABOUT, reason="等您预约到场", by=SYSTEM)
        notices.visit_needed(case, item.zh)


def tend() -> int:
    """Bookings nobody came to; items whose time to come has run out end, with notice (ON_SWEEP)."""
    now = timezone.now()
    past = Visit.objects.filter(state=Visit.State.BOOKED, sub__isnull=False, ends_at__lt=now - GRACE)
    missed = rounds.each(
        "scheduling.appointments.note_missed", past.order_by("ends_at"), _note_missed, "department",
        case="sub__case_id", limit=BATCH,
    )  # fmt: skip
    waiting = Pause.objects.filter(
        kind=Pause.Kind.VISIT, about=ABOUT, ended_at=None, began_at__lt=now - timedelta(days=1)
    ).exclude(sub__visits__state=Visit.State.BOOKED)
    name = "scheduling.appointments.end_when_due"
    return missed + rounds.each_in_turn(name, waiting, _end_when_due, case="sub__case_id", limit=BATCH)


def _note_missed(visit_id: UUID, department: str) -> None:
    note_arrival(visit_id, False, by=Actor("system", department=department))


def _end_when_due(pause_id: UUID) -> bool:
    pause = Pause.objects.select_related("sub__case").get(pk=pause_id)
    rule = rule_of(pause.sub)
    if rule is None or rule.no_show_days is None:
        return False
    if timezone.now() < pause.began_at + timedelta(days=rule.no_show_days):
        return False
    with transaction.atomic():
        case, found = lock_case_of(pause.sub_id)
        subs = lock_subs(case)
        sub = next(one for one in subs if one.pk == found.pk)
        if sub.state in SUB_FINAL:
            return False
        why = f"{rule.no_show_days} 日内没有到场，终止办理"
        lapsing.lapse(case, subs, sub, code="no_show", why=why)
        notices.visit_lapsed(case)
        progress.advance(case, subs)
    return True
