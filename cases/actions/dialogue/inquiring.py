"""Questions to departments (咨询) and urging (催办): asked from the case page, answered at the desk by a person.

Neither is a step of the procedure: no clock stops, no paper is asked for. Who is asked answers within working days
that the portal promises; what stays without an answer is put before somebody who sees to it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import clock, notices
from cases.actions.deadlines import limits, pauses
from cases.actions.deciding.document_words import day_in_full
from cases.actions.desk import attention, posts, staff_mail
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_case_of
from cases.actions.papers import uploads
from cases.actions.papers.uploads import Posted
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Inquiry, SavedAnswer, StaffMail, SubApplication
from cases.ports import Actor
from cases.queries.urging import urging_of
from cases.queries.wording import department_short
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT, CaseState

Kind, State = Inquiry.Kind, Inquiry.State
LONGEST = 500
MOST_OPEN = 5
AFTER_THE_END = 60 * clock.ONE_DAY  # so long after its end a case may still be asked about
BATCH = 50


def ask(case_id: UUID, text: str, *, by: Actor, sub_id: UUID | None = None, file: Posted | None = None) -> Inquiry:
    """Ask the department of an item, or the leading one about the whole case.

    Raises NotReady without words or while the last question about it waits; BadUpload for a file that is none.
    """
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise NotReady(_("请写下要问什么，不超过 500 字"), (("text", _("请写下要问什么，不超过 500 字")),))
    examined = uploads.examine(file) if file is not None else None
    with transaction.atomic():
        case = lock_case(case_id)
        sub = SubApplication.objects.filter(case=case, pk=sub_id).first() if sub_id else None
        _check(case, sub, sub_id)
        asked = _write(case, Kind.QUESTION, sub, words, settings.QUESTION_ANSWER_DAYS, by)
        if examined is not None:
            asked.material = uploads.keep_beside(case, f"question:{asked.pk}", examined, "attachment")
            asked.save(update_fields=["material"])
        kind = "question.asked" if sub else "question.asked_lead"
        record(case, kind, by=by, sub=sub, department=asked.department)
        return asked


def _check(case: Case, sub: SubApplication | None, sub_id: UUID | None) -> None:
    if sub_id is not None and (sub is None or sub.dispatched_at is None):
        raise NotReady(_("这件事还没有送到部门，请先问牵头部门"), (("item", _("请选择要问的事")),))
    over = case.closed_at is not None and timezone.now() - case.closed_at > AFTER_THE_END
    if case.number is None or case.state == CaseState.WITHDRAWN or over:
        raise WrongState(_("这份申请已经结束，请拨打部门电话咨询"))
    waiting = Inquiry.objects.filter(case=case, state=State.OPEN, kind=Kind.QUESTION)
    if waiting.filter(sub=sub).exists():
        raise NotReady(_("上一个问题部门还没有回复，回复后可以接着问"), (("text", _("上一个问题还在等回复")),))
    if waiting.count() >= MOST_OPEN:
        raise NotReady(_("等回复的问题太多了，请等部门回复后再问"), (("text", _("等回复的问题太多了")),))


def urge(sub_id: UUID, *, by: Actor) -> Inquiry:
    """Ask a department to hurry: people there are told at once and answer within a working day.

    Raises WrongState while there is nothing to hurry, NotReady before half of the promised time or too soon after.
    """
    with transaction.atomic():
        case, sub = lock_case_of(sub_id)
        if sub.state not in SUB_WITH_DEPARTMENT:
            raise WrongState(_("这件事现在不在部门手里，不用催办"))
        _check_time(sub)
        asked = _write(case, Kind.URGE, sub, None, settings.URGE_ANSWER_DAYS, by)
        record(case, "item.urged", by=by, sub=sub, department=sub.department)
        _tell_staff(case, sub, asked)
        return asked


def _check_time(sub: SubApplication) -> None:
    last = Inquiry.objects.filter(sub=sub, kind=Kind.URGE).order_by("asked_at").last()
    how = urging_of(sub, last, timezone.localdate(), stopped=pauses.is_stopped(sub))
    if how.may:
        return
    if how.answer_by is not None:
        raise WrongState(_("已经催办过了，部门会在%(day)s前说明") % {"day": day_in_full(how.answer_by)})
    if how.is_stopped:
        raise NotReady(_("这件事现在不计时，在等您或者别的环节，不用催办"))
    raise NotReady(_("还没到催办的时候，%(day)s起可以催办") % {"day": day_in_full(how.from_on)})


def _write(
    case: Case, kind: Inquiry.Kind, sub: SubApplication | None, text: str | None, days: int, by: Actor
) -> Inquiry:
    now = timezone.now()
    due_on = limits.calendar_of(case).add_working_days(timezone.localdate(now), days)
    department = sub.department if sub else queries.version(case.bundle_version_id).spec.lead
    return Inquiry.objects.create(
        kind=kind, case=case, sub=sub, department=department, text=text, asked_by_id=UUID(by.id), asked_at=now,
        due_on=due_on, next_at=_morning_after(due_on),
    )  # fmt: skip


def _morning_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + clock.ONE_DAY, time(8, 0)))


def _tell_staff(case: Case, sub: SubApplication, asked: Inquiry) -> None:
    """By e-mail to whoever has the task, or to everybody at that desk; nothing personal in it."""
    people = posts.present([sub.assigned_to_id] if sub.assigned_to_id else posts.people_of(sub.department))
    spec = queries.version(case.bundle_version_id).spec
    item = spec.item(sub.item_id).zh
    words = {
        "department": department_short(sub.department),
        "why": "申请人催办",
        "item": item,
        "number": sub.number,
        "bundle": spec.zh,
        "due": day_in_full(sub.due_on),
        "is_taken": sub.assigned_to_id is not None,
        "place": "/desk/inquiries/",
    }
    staff_mail.write(people, StaffMail.Kind.ESCALATION, f"urge:{asked.pk}", f"催办：{item}，申请人催办", words)


# ---- answered -----------------------------------------------------------------------------------------------


def answer(inquiry_id: UUID, text: str, *, by: Actor, save_as: str = "") -> Inquiry:
    """Say what the department has to say, once; the person is told. `save_as`: keep the words for another time.

    Raises CaseError for any other department, NotReady without words, WrongState once it is answered.
    """
    words = text.strip()
    if not words or len(words) > 2 * LONGEST:
        raise NotReady(_("请写下答复，不超过 1000 字，申请人会看到"))
    with transaction.atomic():
        case = lock_case(Inquiry.objects.values_list("case_id", flat=True).get(pk=inquiry_id))
        asked = Inquiry.objects.select_for_update().get(pk=inquiry_id)
        if asked.department != by.department:
            raise CaseError(_("这不是问您的部门的"))
        if asked.state != State.OPEN:
            raise WrongState(_("已经回复过了"))
        asked.answer, asked.answered_by_id = words, UUID(by.id)
        _close(asked, State.ANSWERED)
        sub = SubApplication.objects.filter(pk=asked.sub_id).first()
        _told(case, asked, sub, by)
        if save_as.strip():
            SavedAnswer.objects.update_or_create(
                department=by.department, title=save_as.strip()[:40], defaults={"text": words}
            )
        return asked


def _close(asked: Inquiry, state: Inquiry.State) -> None:
    asked.state, asked.next_at, asked.answered_at = state, None, timezone.now()
    asked.save(update_fields=["state", "next_at", "answered_at", "answer", "answered_by"])


def _told(case: Case, asked: Inquiry, sub: SubApplication | None, by: Actor) -> None:
    is_urge, spec = asked.kind == Kind.URGE, queries.version(case.bundle_version_id).spec
    kind = "urge.answered" if is_urge else "question.answered" if sub else "question.answered_lead"
    record(case, kind, by=by, sub=sub, department=asked.department)
    template = "urge_answered" if is_urge else "question_answered"
    item = spec.item(sub.item_id).zh if sub else spec.zh
    notices.tell(case, template, item=item, department=department_short(asked.department))
    _nobody_waits(case, sub)


def _nobody_waits(case: Case, sub: SubApplication | None) -> None:
    if not Inquiry.objects.filter(case=case, sub=sub, state=State.OPEN).exists():
        attention.close(case, Attention.Reason.UNANSWERED, sub=sub)


# ---- not answered -------------------------------------------------------------------------------------------


def call_for_answers() -> int:
    """ON_SWEEP: whoever was asked and has not answered by the due day hears of it, and his superiors after him."""
    due = Inquiry.objects.filter(state=State.OPEN, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("dialogue.inquiring.call_for_answers", due, _look_again, "case_id", limit=BATCH)


@transaction.atomic
def _look_again(inquiry_id: UUID, case_id: UUID) -> None:
    case = lock_case(case_id)
    asked = Inquiry.objects.select_for_update().filter(pk=inquiry_id, state=State.OPEN).first()
    if asked is not None:
        _call(case, asked)


def _call(case: Case, asked: Inquiry) -> None:
    sub = SubApplication.objects.filter(pk=asked.sub_id).first()
    if asked.kind == Kind.URGE and sub is not None and sub.state in SUB_FINAL:
        _close(asked, State.SETTLED)
        _nobody_waits(case, sub)
        return
    kind = str(Kind(asked.kind).label)
    raised = attention.raise_attention(case, Attention.Reason.UNANSWERED, sub=sub, detail=kind)
    if not raised.owner:
        raised.owner = asked.department
        raised.save(update_fields=["owner"])
    now = timezone.now()
    asked.escalated_at, asked.next_at = asked.escalated_at or now, now + clock.ONE_DAY
    asked.save(update_fields=["escalated_at", "next_at"])
