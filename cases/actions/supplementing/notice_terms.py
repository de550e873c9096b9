"""What becomes of a notice: taken back, given more time once, called to mind, or at an end because nobody answered.

Nothing here counts against the applicant without being told: a reminder comes before the due day, days of grace
after it, and the end is told in writing with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notices
from cases.actions.deadlines import limits
from cases.actions.deciding import lapsing
from cases.actions.engine import progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_case_of, lock_subs
from cases.actions.supplementing import collecting, supplements
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Pause, SubApplication, Supplement, SupplementPoint
from cases.ports import SYSTEM, Actor
from cases.states import SubState

BATCH = 50
State = Supplement.State
ENDED_WHY = "超过补正期限没有补正"


@transaction.atomic
def extend(case_id: UUID, *, by: Actor, reason: str = "") -> Supplement:
    """Give the applicant the same time again, once. Raises WrongState without an open notice or the second time."""
    case = lock_case(case_id)
    notice = collecting.open_notice(case)
    if notice is None or notice.due_on is None:
        raise WrongState(_("没有等您补正的通知，不用延期"))
    if notice.extended_at is not None:
        raise WrongState(_("补正期限已经延长过一次，不能再延"))
    today = timezone.localdate()
    days = collecting.terms_of(case).answer
    notice.due_on = collecting.working_day_after(case, max(notice.due_on, today), days)
    notice.extended_at, notice.reminded_at = timezone.now(), None
    notice.reason = reason.strip() or None
    notice.next_at = collecting.next_look(case, notice)
    notice.save(update_fields=["due_on", "extended_at", "reminded_at", "reason", "next_at"])
    record(case, "supplement.extended", by=by, round=notice.round, due_on=str(notice.due_on))
    if by.kind != "applicant":
        notices.supplement_extended(case, notice.due_on)
    return notice


@transaction.atomic
def cancel_request(sub_id: UUID, *, by: Actor, reason: str) -> SubApplication:
    """A department takes its own request back and goes on with what it has.

    Raises NotReady without a reason, CaseError for another department's.
    """
    _check_reason(reason)
    case, sub = lock_case_of(sub_id)
    if by.kind == "staff" and by.department != sub.department:
        raise CaseError(_("这件事不归您的部门办理"))
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.state != SubState.SUPPLEMENT_REQUESTED:
        raise WrongState(_("这件事没有等申请人补正的内容"))
    take_back(case, subs, mine, by=by, reason=reason)
    progress.advance(case, subs)
    return mine


@transaction.atomic
def cancel(case_id: UUID, *, by: Actor, reason: str) -> Case:
    """The whole notice is taken back; every department goes on with what it has, those with a system are told."""
    _check_reason(reason)
    case = lock_case(case_id)
    subs = lock_subs(case)
    asked = [sub for sub in subs if sub.state == SubState.SUPPLEMENT_REQUESTED]
    if not asked:
        raise WrongState(_("没有可以取消的补正通知"))
    for sub in asked:
        take_back(case, subs, sub, by=by, reason=reason)
        supplements.send_to_department(case, sub, ())
    progress.advance(case, subs)
    return case


def take_back(case: Case, subs: list[SubApplication], sub: SubApplication, *, by: Actor, reason: str = "") -> None:
    """Drop the points of one item and put it back where it was when it was asked about."""
    now = timezone.now()
    for notice in Supplement.objects.filter(case=case, state__in=[State.COLLECTING, State.OPEN]):
        mine = SupplementPoint.objects.filter(supplement=notice, sub=sub, dropped_at=None)
        if mine.update(dropped_at=now):
            record(case, "item.supplement_taken_back", by=by, sub=sub, round=sub.round)
        if reason and notice.reason is None:
            notice.reason = reason.strip()
            notice.save(update_fields=["reason"])
        supplements.cancel_if_empty(case, notice, by=by)
    limits.resume(case, subs, sub, Pause.Kind.SUPPLEMENT, by=by, at=now)
    _go_on(sub)


def _go_on(sub: SubApplication) -> None:
    now = timezone.now()
    if sub.dispatched_at is None:
        sub.release_again(at=sub.released_at or now)
        sub.next_at = now
    else:
        sub.supplement(at=sub.dispatched_at)
        if sub.accepted_at is not None:
            sub.accept(at=sub.accepted_at)
        elif sub.received_at is not None:
            sub.receive(at=sub.received_at)
        sub.next_at = now + progress.RECHECK
    sub.save(update_fields=["state", "released_at", "dispatched_at", "received_at", "accepted_at", "next_at"])


def look_at_due() -> int:
    """A round of the sweep: windows that close, due days that come near, notices nobody answered."""
    due = Supplement.objects.filter(next_at__lte=timezone.now(), state__in=[State.COLLECTING, State.OPEN])
    name = "supplementing.notice_terms.look_at_due"
    return rounds.each(name, due.order_by("next_at"), _look_at, "case_id", limit=BATCH)


@transaction.atomic
def _look_at(notice_id: UUID, case_id: UUID) -> None:
    case = lock_case(case_id)
    subs = lock_subs(case)
    notice = Supplement.objects.get(pk=notice_id)
    if notice.next_at is None or notice.next_at > timezone.now():
        return
    if notice.state == State.COLLECTING:
        collecting.send(case, subs, notice)
        progress.advance(case, subs)
    elif notice.due_on and collecting.lapses_at(case, notice.due_on) <= timezone.now():
        lapse(case, subs, notice)
    else:
        _remind(case, notice)


def _remind(case: Case, notice: Supplement) -> None:
    assert notice.due_on is not None
    notice.reminded_at = timezone.now()
    notice.next_at = collecting.lapses_at(case, notice.due_on)
    notice.save(update_fields=["reminded_at", "next_at"])
    record(case, "supplement.reminded", by=SYSTEM, round=notice.round)
    notices.reminder(case, notice.due_on)


def lapse(case: Case, subs: list[SubApplication], notice: Supplement) -> None:
    """Nobody answered: the items that asked come to their end, in writing; the rest of the case goes on."""
    points = collecting.points_of(notice)
    notice.state, notice.next_at = State.LAPSED, None
    notice.save(update_fields=["state", "next_at"])
    record(case, "supplement.lapsed", by=SYSTEM, round=notice.round)
    asked = {point.sub_id for point in points}
    ended = [sub for sub in subs if sub.pk in asked and sub.state == SubState.SUPPLEMENT_REQUESTED]
    for sub in ended:
        lapsing.lapse(case, subs, sub, code="supplement", why=ENDED_WHY, lines=_texts(sub))
    notices.supplement_lapsed(case)
    progress.advance(case, subs)


def _texts(sub: SubApplication) -> list[str]:
    return list(dict.fromkeys(point.text for point in _unanswered(sub)))


def _unanswered(sub: SubApplication) -> Iterable[SupplementPoint]:
    return SupplementPoint.objects.filter(sub=sub, dropped_at=None, answered_at=None)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise NotReady(_("请写明为什么取消补正要求，会留在办件记录里"), (("reason", _("请写明理由")),))
