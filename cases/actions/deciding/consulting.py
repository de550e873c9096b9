"""Asking another department for its opinion (征求意见): no item of its own, a deadline, and silence is no opinion.

The decision stays with the department that asks; the applicant need not wait for anybody who keeps silent.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import Special
from cases import docket
from cases.actions.deadlines import limits
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Consultation, SubApplication
from cases.ports import SYSTEM, Actor

USUAL_WORKING_DAYS = 5
ROUND = 50
State = Consultation.State


def ask(case: Case, sub: SubApplication, department: str, question: str, *, due_on: date, by: Actor) -> Consultation:
    """Put a question to another department. Raises NotReady for one that does not exist, or is asked already."""
    if department == sub.department or department not in queries.registry().departments:
        raise NotReady(_("请选择要征求意见的部门"), (("consult.department", _("请选择另一个部门")),))
    if Consultation.objects.filter(sub=sub, department=department, state=State.OPEN).exists():
        raise NotReady(_("已经在征求这个部门的意见"), (("consult.department", _("这个部门还没有回复")),))
    return _ask(case, sub, department, question, due_on=due_on, by=by)


def ask_everybody(case: Case, sub: SubApplication, special: Special, *, due_on: date | None, by: Actor) -> int:
    """Ask whom a special procedure declares (`special.consult`); returns how many were asked."""
    known = queries.registry().departments
    asked = [code for code in special.consult or () if code in known and code != sub.department]
    open_ones = Consultation.objects.filter(sub=sub, state=State.OPEN).values_list("department", flat=True)
    until = due_on or deadline(case, USUAL_WORKING_DAYS)
    title = queries.version(case.bundle_version_id).spec.item(sub.item_id).zh
    for code in sorted(set(asked) - set(open_ones), key=asked.index):
        question = f"“{title}”{special.zh}：请就本部门职责范围提出意见"
        _ask(case, sub, code, question, due_on=until, by=by, procedure=special.id)
    return len(asked)


def deadline(case: Case, working_days: int) -> date:
    """The last day for an opinion, the day of the question not counted. 行政许可法 第八十二条."""
    return limits.calendar_of(case).add_working_days(timezone.localdate(), working_days)


def answer(consultation_id: UUID, opinion: str, text: str, *, by: Actor) -> Consultation:
    """The consulted department says what it thinks, once.

    Raises CaseError for any other department, NotReady where an objection has no words, WrongState after the end.
    """
    with transaction.atomic():
        sub_id = Consultation.objects.values_list("sub_id", flat=True).get(pk=consultation_id)
        case, sub = lock_case_of(sub_id)
        asked = Consultation.objects.select_for_update().get(pk=consultation_id)
        if asked.department != by.department:
            raise CaseError(_("这份意见不由您的部门回复"))
        if asked.state != State.OPEN:
            raise WrongState(_("这份意见已经结束，请刷新页面查看"))
        _check(opinion, text)
        asked.opinion, asked.answer, asked.answered_by_id = opinion, text.strip(), UUID(by.id)
        _close(asked, State.ANSWERED)
        record(case, "consultation.answered", by=by, sub=sub, department=asked.department, opinion=opinion)
        return asked


def close_overdue() -> int:
    """Whoever has not answered by the due day has no opinion (逾期视为无意见)."""
    late = Consultation.objects.filter(state=State.OPEN, due_on__lt=timezone.localdate()).order_by("due_on")
    name = "deciding.consulting.close_overdue"
    return rounds.each(name, late, _close_silent, "sub_id", case="sub__case_id", limit=ROUND)


@transaction.atomic
def _close_silent(pk: UUID, sub_id: UUID) -> None:
    case, sub = lock_case_of(sub_id)
    asked = Consultation.objects.select_for_update().get(pk=pk)
    if asked.state == State.OPEN:
        asked.opinion = Consultation.Opinion.NONE
        _close(asked, State.SILENT)
        record(case, "consultation.silent", by=SYSTEM, sub=sub, department=asked.department)


def drop_open(case: Case, sub: SubApplication, *, of_procedure: bool = False) -> None:
    """Nobody needs to answer any more: the procedure is over, or the item has ended."""
    if docket.has_none(Consultation, case.pk):
        return
    found = Consultation.objects.filter(sub=sub, state=State.OPEN)
    if of_procedure:
        found = found.exclude(procedure="")
    for asked in found:
        _close(asked, State.CANCELLED)
        record(case, "consultation.cancelled", by=SYSTEM, sub=sub, department=asked.department)


def drop_with_item(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """An item that has ended asks nobody any more."""
    drop_open(case, sub)


def _ask(
    case: Case, sub: SubApplication, department: str, question: str, *, due_on: date, by: Actor, procedure: str = ""
) -> Consultation:
    asked = Consultation.objects.create(
        sub=sub,
        department=department,
        procedure=procedure,
        question=question,
        asked_at=timezone.now(),
        asked_by_id=UUID(by.id) if by.kind == "staff" and by.id else None,
        due_on=due_on,
    )
    record(case, "consultation.asked", by=by, sub=sub, department=department, due_on=str(due_on))
    return asked


def _check(opinion: str, text: str) -> None:
    if opinion not in Consultation.Opinion.values:
        raise NotReady(_("请选择意见"), (("opinion", _("请选择同意、不同意或无意见")),))
    if opinion == Consultation.Opinion.OBJECTS and not text.strip():
        raise NotReady(_("请写明不同意的理由"), (("text", _("请写明理由和依据")),))


def _close(asked: Consultation, state: Consultation.State) -> None:
    asked.state, asked.closed_at = state, timezone.now()
    asked.save(update_fields=["state", "closed_at", "opinion", "answer", "answered_by"])
