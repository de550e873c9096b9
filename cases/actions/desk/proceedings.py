"""What people at a worklist do on the way to a decision: procedures, extension, opinions, handing on, withdrawal."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bundles import queries
from cases.actions.deadlines import limits
from cases.actions.deciding import consulting, handing_on
from cases.actions.desk.worklist import my_task
from cases.actions.engine.answers import apply_answer
from cases.errors import NotReady, WrongState
from cases.models import Case, Consultation, Extension, SubApplication
from cases.ports import Actor, Answer, Reason
from cases.states import SubState

# Why an application is not accepted, and the words that are told. 行政许可法 第三十二条第一款第一、二项.
NOT_NEEDED, NOT_OURS = "not_needed", "not_ours"
LONGEST_CONSULTATION, LONGEST_PROCEDURE = 30, 365
ARTICLES = {
    NOT_NEEDED: "行政许可法第三十二条第一款第一项",
    NOT_OURS: "行政许可法第三十二条第一款第二项",
}


def refuse_acceptance(
    sub_id: UUID, kind: str, text: str, *, apply_to: str = "", by: Actor, version: int
) -> SubApplication:
    """Not accepted (不予受理): not needed by law, or not this authority's: then whom to apply to.

    行政许可法 第三十二条第一款第一、二项. Raises NotReady for what is missing, WrongState once it was accepted.
    """
    faults = []
    if kind not in ARTICLES:
        faults.append(("not_accept.kind", "请选择不予受理的情形"))
    if not text.strip():
        faults.append(("not_accept.text", "请写明理由，申请人会看到"))
    if kind == NOT_OURS and not apply_to.strip():
        faults.append(("not_accept.apply_to", "不属于本机关职权的，须告知向谁申请"))
    _refuse(faults)
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        if sub.accepted_at is not None:
            raise WrongState(_("已经受理的事项不能再不予受理，可以作出不予批准的决定"))
        reasons = (Reason(kind, "", text.strip(), ARTICLES[kind]),)
        answer = Answer(sub.pk, "not_accepted", reasons=reasons, apply_to=apply_to.strip())
        apply_answer(case, subs, sub, answer, by=by)
        return sub


def begin_procedure(
    sub_id: UUID, name: str, *, days: int | None = None, in_clock: bool | None = None, by: Actor, version: int
) -> SubApplication:
    """Begin a special procedure, told in writing with the time it needs. 行政许可法 第四十五条.

    `name` is the id of a declared one or free text; what is not given is as the item declares it. Raises NotReady
    for a free one without its days, WrongState while another one runs (不得嵌套重复).
    """
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        if sub.state == SubState.SPECIAL_PROCEDURE:
            raise WrongState(_("已经在特别程序中，结束后才能开始另一个"))
        item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
        is_declared = any(name in (one.id, one.zh) for one in item.decision.special)
        faults = [] if name.strip() else [("procedure.name", "请选择或写明特别程序")]
        if (days is None and not is_declared) or not 1 <= (days or 1) <= LONGEST_PROCEDURE:
            faults.append(("procedure.days", f"请写明需要几天，1 到 {LONGEST_PROCEDURE}"))
        _refuse(faults)
        answer = Answer(sub.pk, "special_procedure", procedure=name.strip(), expected_days=days, in_clock=in_clock)
        apply_answer(case, subs, sub, answer, by=by)
        return sub


def end_procedure(sub_id: UUID, *, by: Actor, version: int) -> SubApplication:
    """The special procedure is over; the clock runs on. Raises WrongState where none runs."""
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        if sub.state != SubState.SPECIAL_PROCEDURE:
            raise WrongState(_("现在没有进行中的特别程序"))
        apply_answer(case, subs, sub, Answer(sub.pk, "special_procedure_ended"), by=by)
        return sub


def extend(
    sub_id: UUID, *, working_days: int, approver: str, reason: str, joint: bool = False, by: Actor, version: int
) -> Extension:
    """Extend the limit once, with approver and reason, told in writing. 行政许可法 第四十二条."""
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        try:
            granted = limits.extend(
                case, subs, sub, working_days=working_days, approver=approver, reason=reason, by=by, joint=joint
            )
        except NotReady as error:
            faults = tuple((f"extend.{name}", text) for name, text in error.faults)
            raise NotReady(error.message, faults) from error
        _changed(sub)
        return granted


def consult(
    sub_id: UUID, department: str, question: str, *, working_days: int, by: Actor, version: int
) -> Consultation:
    """Ask another department for its opinion within working days; silence is no opinion (逾期视为无意见)."""
    faults = [] if question.strip() else [("consult.question", "请写明要征求什么意见")]
    if not 1 <= working_days <= LONGEST_CONSULTATION:
        faults.append(("consult.days", f"期限为 1 到 {LONGEST_CONSULTATION} 个工作日"))
    _refuse(faults)
    with transaction.atomic():
        case, _subs, sub = my_task(sub_id, by, version)
        due_on = consulting.deadline(case, working_days)
        asked = consulting.ask(case, sub, department, question.strip(), due_on=due_on, by=by)
        _changed(sub)
        return asked


def reassign(sub_id: UUID, department: str, reason: str, *, by: Actor, version: int) -> SubApplication:
    """Give the item back to the lead, or, as the lead, hand it to another department (转办)."""
    with transaction.atomic():
        case, _subs, sub = my_task(sub_id, by, version)
        handing_on.hand_on(case, sub, department, reason, by=by)
        return sub


def register_withdrawal(sub_id: UUID, reason: str, *, by: Actor, version: int) -> Case:
    """The applicant has taken this item back at the department's own window, before the decision."""
    _refuse([] if reason.strip() else [("withdraw.reason", "请写明申请人怎样提出撤回")])
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        apply_answer(case, subs, sub, Answer(sub.pk, "withdrawn"), by=by)
        return case


def _refuse(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise NotReady(faults[0][1], tuple(faults))


def _changed(sub: SubApplication) -> None:
    sub.version += 1
    sub.save(update_fields=["version"])
