"""Joint visits (联合踏勘) at the leading department: one occasion, one opinion on one page, what is put right after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import access
from cases.actions.scheduling import joint_visits as acts
from cases.errors import CaseError, NotReady, WrongState
from cases.queries.joint_visits import JointRow, joint_row, joint_rows
from portal.accounts.access import staff_only
from portal.counter.shown.moments import moment_in
from portal.counter.worker import worker

CONFLICT, REFUSED, LONGEST = 409, 422, 200


@staff_only
@never_cache
@require_GET
def joint_visits(request: HttpRequest) -> HttpResponse:
    """Cases whose departments have still to come, those without a time first."""
    rows = joint_rows(access.joint_visits_for(worker(request)))
    return render(request, "counter/joint_visits.html", {"section": "joint_visits", "rows": rows})


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def joint_visit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One of them: set or move the time, or write down what was found."""
    case, row = _row(request, case_id)
    if request.method == "GET":
        return _show(request, case, row)
    try:
        said = _conclude(request, row) if request.POST.get("act") == "conclude" else _arrange(request, case)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        status = CONFLICT if isinstance(error, WrongState) else REFUSED
        return _show(request, case, row, error=error.message, faults=faults, status=status)
    messages.success(request, said)
    return redirect("counter:joint_visit", case_id=case_id)


@staff_only
@never_cache
@require_POST
def fixed(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was to be put right is; the clock of that item runs on. The item's own department may say so too."""
    account, item = worker(request), request.POST.get("item", "")
    mine = access.subs_for_department(account).filter(case_id=case_id, item_id=item).first()
    if mine is None and not access.joint_visits_for(account).filter(pk=case_id).exists():
        raise Http404
    try:
        acts.note_fixed(case_id, item, by=account.actor)
        messages.success(request, _("整改完成，继续计时"))
    except CaseError as error:
        messages.warning(request, error.message)
    if mine is not None and request.POST.get("back") == "task":
        return redirect("counter:task", sub_id=mine.pk)
    return redirect("counter:joint_visits")


def _arrange(request: HttpRequest, case: Any) -> str:
    begins, ends = moment_in(request.POST, "day", "from_time"), moment_in(request.POST, "day", "to_time")
    if begins is None or ends is None:
        raise NotReady(_("请填好日期和时间"), (("begins_at", _("请填好日期和时间")),))
    place = request.POST.get("place", "").replace("\x00", "").strip()[:LONGEST]
    acts.arrange(case.pk, begins, ends, place, by=worker(request).actor)
    return _("已约好，申请人和各部门都收到了时间")


def _conclude(request: HttpRequest, row: JointRow) -> str:
    if row.visit_id is None:
        raise WrongState(_("还没有约好上门时间"))
    findings = {one.item_id: _finding(request, one.item_id) for one in row.items}
    acts.conclude(row.visit_id, findings, by=worker(request).actor)
    return _("意见已汇总，各部门接着决定")


def _finding(request: HttpRequest, item: str) -> tuple[str, str]:
    remark = request.POST.get(f"remark.{item}", "").replace("\x00", "").strip()[:LONGEST]
    return request.POST.get(f"verdict.{item}", ""), remark


def _row(request: HttpRequest, case_id: UUID) -> tuple[Any, JointRow]:
    case = access.joint_visits_for(worker(request)).filter(pk=case_id).first()
    row = joint_row(case) if case else None
    if case is None or row is None:
        raise Http404
    return case, row


def _show(
    request: HttpRequest, case: Any, row: JointRow, *, error: str = "", faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    access.record_access(case.pk, by=worker(request).actor, what=_("合并上门"), purpose=_("办理"))
    known = faults or {}
    asked = [one for one in row.items if one.item_id in row.visit_items]
    lines = [(one, _finding(request, one.item_id), known.get(one.item_id, "")) for one in asked]
    context = {
        "section": "joint_visits",
        "row": row,
        "lines": lines,
        "verdicts": (("passed", _("符合")), ("to_fix", _("要整改")), ("failed", _("不符合"))),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "counter/joint_visit.html", context, status=status)
