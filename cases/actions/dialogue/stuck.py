"""“办不成事” (stuck case): reported, accepted within a working day, answered within three, closed by the person.

Who could not get something done tells it at one place and gets an answer (须有回音). What is not accepted or answered
in time rises by itself: from the department to the administration to supervision; it is never nobody's.
"""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import notices
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.errors import NotReady, WrongState
from cases.models import Case, StuckAct, StuckCase
from cases.ports import SYSTEM, Actor
from cases.protection import blind_index
from cases.queries.reckoning import calendar_of

Reason, State, Kind = StuckCase.Reason, StuckCase.State, StuckAct.Kind
ACCEPT_WORKING_DAYS, ANSWER_WORKING_DAYS = 1, 3
CLOSED_AFTER = timedelta(days=15)  # so long an answer waits for the person's word
SUPERVISION = 2
OPEN = (State.REPORTED, State.ACCEPTED)
LEAST_TEXT, MOST_TEXT = 5, 1000
BATCH = 50
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_ENDS_AT = time(18, 0)


@transaction.atomic
def report(
    reason: str,
    text: str,
    *,
    by: Actor,
    account_id: UUID | None = None,
    phone: str = "",
    name: str = "",
    case_id: UUID | None = None,
    bundle_code: str = "",
) -> StuckCase:
    """Take a report in. The caller has checked whose case and whose phone number it is.

    Raises NotReady without a reason, with too few words, or with no way to answer.
    """
    _check(reason, text, account_id, phone)
    case = lock_case(case_id) if case_id else None
    code = case.bundle_code if case else bundle_code
    person = {"account_id": account_id, "name": name.strip()[:64] or None, "phone": phone or None}
    stuck = StuckCase.objects.create(
        **person,
        **_days(case.region if case else settings.REGION_CODE),
        phone_index=blind_index(phone) if phone else "",
        case=case,
        bundle_code=code,
        reason=reason,
        text=text.strip(),
        department=_lead_of(case, code),
    )
    _note(stuck, Kind.REPORTED, by=by)
    _tell(stuck, "stuck_received")
    if case is not None:
        record(case, "stuck.reported", by=by, reason=reason, number=stuck.number)
    return stuck


def _check(reason: str, text: str, account_id: UUID | None, phone: str) -> None:
    faults = []
    if reason not in Reason.values:
        faults.append(("reason", "请选一项最接近的"))
    if len(text.strip()) < LEAST_TEXT:
        faults.append(("text", "请写几句：在哪一步、卡在什么地方"))
    elif len(text) > MOST_TEXT:
        faults.append(("text", _("最多写 %(most)s 个字") % {"most": MOST_TEXT}))
    if account_id is None and not phone:
        faults.append(("phone", "请留手机号，我们要把结果告诉您"))
    if faults:
        raise NotReady(faults[0][1], tuple(faults))


def _days(region: str) -> dict[str, Any]:
    """A new number, and by when it is taken on and answered."""
    now = timezone.now()
    accept_by = _by(region, now, ACCEPT_WORKING_DAYS)
    return {
        "number": _number(now),
        "region": region,
        "reported_at": now,
        "accept_by": accept_by,
        "answer_by": _by(region, now, ANSWER_WORKING_DAYS),
        "next_at": accept_by,
    }


def _number(now: datetime) -> str:
    drawn = "".join(secrets.choice(_SIGNS) for _ in range(5))
    return f"B{timezone.localtime(now):%y%m%d}{drawn}"


def _lead_of(case: Case | None, bundle_code: str) -> str:
    """The lead of the bundle it is about; "" for the administration's own window."""
    if case is not None:
        return queries.version(case.bundle_version_id).spec.lead
    known = {one.code: one.spec.lead for one in queries.published_all()} if bundle_code else {}
    return known.get(bundle_code, "")


def _by(region: str, since: datetime, working_days: int) -> datetime:
    """The end of the last of so many working days."""
    day = calendar_of(region).add_working_days(timezone.localdate(since), working_days)
    return timezone.make_aware(datetime.combine(day, _ENDS_AT))


# ---- at the desk ---------------------------------------------------------------------------------------------


@transaction.atomic
def accept(stuck_id: UUID, *, by: Actor) -> StuckCase:
    """Somebody takes it on; the person hears who."""
    stuck = _lock(stuck_id)
    _require(stuck, State.REPORTED)
    stuck.state, stuck.accepted_at, stuck.assigned_to_id = State.ACCEPTED, timezone.now(), UUID(by.id)
    stuck.next_at = stuck.answer_by
    stuck.save(update_fields=["state", "accepted_at", "assigned_to", "next_at"])
    _note(stuck, Kind.ACCEPTED, by=by)
    return stuck


@transaction.atomic
def pass_on(stuck_id: UUID, department: str, text: str, *, by: Actor) -> StuckCase:
    """Give it to whom it concerns, with a word; the days run on (推来推去 does not buy time)."""
    if not text.strip() or (department and department not in queries.registry().departments):
        raise NotReady(_("请选转给谁，并写明为什么"))
    stuck = _lock(stuck_id)
    _require(stuck, State.REPORTED, State.ACCEPTED)
    if department == stuck.department:
        raise NotReady(_("已经在这个部门了"))
    stuck.department, stuck.state, stuck.assigned_to = department, State.REPORTED, None
    stuck.next_at = min(_by(stuck.region, timezone.now(), ACCEPT_WORKING_DAYS), max(stuck.answer_by, timezone.now()))
    stuck.save(update_fields=["department", "state", "assigned_to", "next_at"])
    _note(stuck, Kind.PASSED_ON, by=by, text=text)
    return stuck


@transaction.atomic
def note(stuck_id: UUID, text: str, *, by: Actor) -> StuckCase:
    """How it goes on; the person reads it."""
    if not text.strip():
        raise NotReady(_("请写一句进展"))
    stuck = _lock(stuck_id)
    _require(stuck, State.REPORTED, State.ACCEPTED)
    _note(stuck, Kind.NOTED, by=by, text=text)
    return stuck


@transaction.atomic
def answer(stuck_id: UUID, text: str, *, by: Actor) -> StuckCase:
    """What was done, told to the person, who says whether that solves it."""
    if not text.strip():
        raise NotReady(_("请写明怎么解决的，本人会看到"))
    stuck = _lock(stuck_id)
    _require(stuck, State.REPORTED, State.ACCEPTED)
    now = timezone.now()
    stuck.state, stuck.answer, stuck.answered_at = State.ANSWERED, text.strip(), now
    stuck.accepted_at, stuck.next_at = stuck.accepted_at or now, now + CLOSED_AFTER
    stuck.save(update_fields=["state", "answer", "answered_at", "accepted_at", "next_at"])
    _note(stuck, Kind.ANSWERED, by=by, text=text)
    _tell(stuck, "stuck_answered")
    if stuck.case_id:
        record(lock_case(stuck.case_id), "stuck.answered", by=by, number=stuck.number)
    return stuck


# ---- by the person -------------------------------------------------------------------------------------------


@transaction.atomic
def close(stuck_id: UUID, *, is_solved: bool, rating: int | None, by: Actor) -> StuckCase:
    """The person's word on the answer: solved, with a rating if wished; else it is open again, one step higher up."""
    if rating is not None and not 1 <= rating <= 5:
        raise NotReady(_("请选一个满意程度"))
    stuck = _lock(stuck_id)
    _require(stuck, State.ANSWERED)
    stuck.rating, stuck.is_solved = rating, is_solved
    if not is_solved:
        return _reopen(stuck, by)
    stuck.state, stuck.closed_at, stuck.next_at = State.CLOSED, timezone.now(), None
    stuck.save(update_fields=["rating", "is_solved", "state", "closed_at", "next_at"])
    _note(stuck, Kind.CLOSED, by=by)
    return stuck


def _reopen(stuck: StuckCase, by: Actor) -> StuckCase:
    now = timezone.now()
    stuck.state, stuck.level, stuck.assigned_to = State.REPORTED, min(stuck.level + 1, SUPERVISION), None
    stuck.accept_by = _by(stuck.region, now, ACCEPT_WORKING_DAYS)
    stuck.answer_by, stuck.next_at = _by(stuck.region, now, ANSWER_WORKING_DAYS), stuck.accept_by
    stuck.save(
        update_fields=["rating", "is_solved", "state", "level", "assigned_to", "accept_by", "answer_by", "next_at"]
    )
    _note(stuck, Kind.REOPENED, by=by)
    return stuck


# ---- by the clock --------------------------------------------------------------------------------------------


def look_round() -> int:
    """ON_SWEEP: what nobody accepted or answered in time rises; an answer nobody spoke to is closed."""
    due = StuckCase.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("dialogue.stuck.look_round", due, _look_again, limit=BATCH)


@transaction.atomic
def _look_again(stuck_id: UUID) -> None:
    _look_at(_lock(stuck_id))


def _look_at(stuck: StuckCase) -> None:
    now = timezone.now()
    if stuck.next_at is None or stuck.next_at > now:
        return
    if stuck.state == State.ANSWERED:
        stuck.state, stuck.closed_at, stuck.next_at = State.CLOSED, now, None
        stuck.save(update_fields=["state", "closed_at", "next_at"])
        _note(stuck, Kind.CLOSED, by=SYSTEM)
        return
    is_higher = stuck.level < SUPERVISION
    stuck.level = min(stuck.level + 1, SUPERVISION)
    ahead = [moment for moment in (stuck.answer_by,) if moment > now]
    stuck.next_at = min([*ahead, _by(stuck.region, now, 1)])
    stuck.save(update_fields=["level", "next_at"])
    if is_higher:
        _note(stuck, Kind.HANDED_UP, by=SYSTEM)


def _lock(stuck_id: UUID) -> StuckCase:
    """The case first, where it has one, as everywhere in the engine."""
    case_id = StuckCase.objects.values_list("case_id", flat=True).get(pk=stuck_id)
    if case_id:
        lock_case(case_id)
    return StuckCase.objects.select_for_update().get(pk=stuck_id)


def _require(stuck: StuckCase, *states: StuckCase.State) -> None:
    if stuck.state not in states:
        raise WrongState(_("这件反映现在是“%(state)s”，不能这样做") % {"state": State(stuck.state).label})


def _note(stuck: StuckCase, kind: StuckAct.Kind, *, by: Actor, text: str = "") -> None:
    StuckAct.objects.create(
        stuck=stuck,
        kind=kind,
        text=text.strip() or None,
        department=by.department,
        by_id=UUID(by.id) if by.id else None,
        at=timezone.now(),
    )


def _tell(stuck: StuckCase, template: str) -> None:
    """By the number that was given, else by that of the account."""
    phone = stuck.phone or ""
    if not phone and stuck.account is not None:
        attributes = stuck.account.identity.attributes
        phone = attributes.get("operator_phone") or attributes.get("phone") or ""
    link = f"{settings.PORTAL_URL}/help/trouble/{stuck.pk}/"
    notices.tell_account(stuck.account_id, phone, template, number=stuck.number, link=link)
