"""Departments without a system: people take, accept, decide, and ask for supplements at a worklist (人工协同)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bundles import queries
from cases.actions.desk import letters
from cases.actions.engine.answers import apply_answer
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of, lock_subs
from cases.errors import CaseError, ChangedMeanwhile, NotReady, WrongState
from cases.models import Case, SubApplication
from cases.ports import Actor, Answer, Reason
from cases.queries.declared import declared_fields
from cases.states import SUB_FINAL


def take(sub_id: UUID, *, by: Actor, version: int) -> SubApplication:
    """Take a task: it is mine, and the department has received it."""
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        sub.assigned_to_id = UUID(by.id)
        sub.save(update_fields=["assigned_to"])
        record(case, "item.taken", by=by, sub=sub)
        letters.note_taken(case, sub, by=by)
        apply_answer(case, subs, sub, Answer(sub.pk, "received", receipt_no=sub.number), by=by)
        return sub


def take_many(tasks: Mapping[UUID, int], *, by: Actor) -> tuple[list[SubApplication], list[UUID]]:
    """Take several tasks (批量接件), each by itself: those taken, and those a colleague was faster with.

    `tasks` gives the version of each as the person saw it; one that is decided or taken stays as it is.
    """
    taken, missed = [], []
    for sub_id, version in tasks.items():
        try:
            taken.append(_take_free(sub_id, by, version))
        except (CaseError, SubApplication.DoesNotExist):
            missed.append(sub_id)
    return taken, missed


def _take_free(sub_id: UUID, by: Actor, version: int) -> SubApplication:
    """In bulk nothing is taken out of a colleague's hands."""
    held = SubApplication.objects.filter(pk=sub_id).values_list("assigned_to_id", flat=True).first()
    if held is not None:
        raise ChangedMeanwhile(_("同事已经接了这件"))
    return take(sub_id, by=by, version=version)


def check_current(sub_id: UUID, *, by: Actor, version: int) -> None:
    """That the task is as the person saw it: asked before what was typed is judged. Raises as every act does."""
    with transaction.atomic():
        my_task(sub_id, by, version)


def accept(sub_id: UUID, *, by: Actor, version: int) -> SubApplication:
    """Accept (受理): the limits run from now."""
    return _answer(sub_id, "accepted", by=by, version=version)


def approve(sub_id: UUID, values: Mapping[str, Any], *, by: Actor, version: int) -> SubApplication:
    """Approve with the declared result fields. Raises NotReady naming each field that lacks."""
    sub = SubApplication.objects.select_related("case").get(pk=sub_id)
    spec = queries.version(sub.case.bundle_version_id).spec
    declared = [declared_fields(result) for result in spec.results_of(sub.item_id)]
    wanted = {name: label for fields in declared for name, (label, _) in fields.items()}
    lacking = tuple((name, f"请填写{label}") for name, label in wanted.items() if values.get(name) in (None, ""))
    if lacking:
        raise NotReady(_("还有 %(count)s 项结果没填") % {"count": len(lacking)}, lacking)
    return _answer(sub_id, "approved", by=by, version=version, result={name: values[name] for name in wanted})


def reject(sub_id: UUID, reasons: Sequence[Reason], *, by: Actor, version: int) -> SubApplication:
    """Refuse with reasons (行政许可法 第三十八条第二款). Raises NotReady without one."""
    if not any(reason.text.strip() for reason in reasons):
        raise NotReady(_("请写明不予批准的理由，申请人会看到"), (("reason", _("请写明理由")),))
    return _answer(sub_id, "rejected", by=by, version=version, reasons=tuple(reasons))


def request_supplement(
    sub_id: UUID, reasons: Sequence[Reason], *, by: Actor, version: int, why_again: str = ""
) -> SubApplication:
    """Ask the applicant for what is missing, all at once. Raises NotReady without a point, or, where this department
    has asked before, without the reason why it did not ask for all of it then.
    """
    if not any(reason.text.strip() for reason in reasons):
        raise NotReady(_("请写明要补什么，申请人会看到"), (("reason", _("请写明要补什么")),))
    return _answer(sub_id, "supplement", by=by, version=version, reasons=tuple(reasons), why_again=why_again)


def _answer(
    sub_id: UUID,
    status: str,
    *,
    by: Actor,
    version: int,
    result: Mapping[str, Any] | None = None,
    reasons: tuple[Reason, ...] = (),
    why_again: str = "",
) -> SubApplication:
    with transaction.atomic():
        case, subs, sub = my_task(sub_id, by, version)
        answer = Answer(sub.pk, status, result=result or {}, reasons=reasons, why_again=why_again)
        apply_answer(case, subs, sub, answer, by=by)
        return sub


def my_task(sub_id: UUID, by: Actor, version: int) -> tuple[Case, list[SubApplication], SubApplication]:
    """The task of somebody's department, locked.

    Raises ChangedMeanwhile when a colleague was faster, WrongState when it is decided.
    """
    case, found = lock_case_of(sub_id)
    subs = lock_subs(case)
    sub = next(one for one in subs if one.pk == found.pk)
    if sub.department != by.department or sub.connect != "manual":
        raise CaseError(_("这件事不归您的部门办理"))
    if sub.state in SUB_FINAL:
        raise WrongState(_("这件事已经有决定了，请刷新页面查看"))
    if sub.version != version:
        raise ChangedMeanwhile(_("同事刚刚改动了这件事，请刷新后再办；您填的内容还在"))
    return case, subs, sub
