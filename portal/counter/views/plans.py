"""Live plans at the desk: a change that the department brings about, a closure that stops what is planned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import forms
from cases import access
from cases.actions.scheduling import plan_pauses, replanning
from cases.errors import CaseError, NotReady, WrongState
from cases.queries.plan_desk import closures as closures_shown
from cases.queries.plan_desk import plan_rows
from cases.queries.plans import plans_of
from portal.accounts.access import staff_only
from portal.counter.shown.moments import moment_in
from portal.counter.shown.spot import drawn
from portal.counter.worker import worker

CONFLICT, REFUSED, LONGEST = 409, 422, 200


@staff_only
@never_cache
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """The live plans whose changes this department may bring about."""
    account = worker(request)
    context = {
        "section": "plans",
        "rows": plan_rows(access.plans_for(account), account.actor),
        "may_close": bool(access.closures_for(account)),
    }
    return render(request, "counter/plans.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case_id: UUID, change_id: str) -> HttpResponse:
    """Propose one change: its fields as they stand and why; the others agree or the old plan holds."""
    case, chosen, _plans = _change(request, case_id, change_id)
    if request.method == "GET":
        return _show_change(request, case_id, change_id)
    values = {path: _typed(request, path) for path in chosen.changes if path in request.POST}
    reason = _words(request, "reason")
    if not reason:
        return _show_change(request, case_id, change_id, faults={"reason": _("请写明原因，申请人和各方会看到")})
    try:
        replanning.change_plan(case.pk, chosen.id, values, by=worker(request).actor, reason=reason)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        status = CONFLICT if isinstance(error, WrongState) else REFUSED
        return _show_change(request, case_id, change_id, faults=faults, error=error.message, status=status)
    messages.success(request, _("新计划已发给各方，都确认后生效；确认前仍按原计划"))
    return redirect("counter:plans")


def _change(request: HttpRequest, case_id: UUID, change_id: str) -> tuple[Any, Any, Any]:
    """The case, the change and the plan. Raises Http404 for whatever is not this department's to change."""
    case = access.plans_for(worker(request)).filter(pk=case_id).first()
    found = plans_of(case, worker(request).actor) if case else None
    chosen = next((one for one in found.changes if one.id == change_id), None) if found else None
    if chosen is None:
        raise Http404
    return case, chosen, found


def _show_change(
    request: HttpRequest, case_id: UUID, change_id: str, *, faults: dict[str, str] | None = None, error: str = "",
    status: int = REFUSED,
) -> HttpResponse:  # fmt: skip
    case, chosen, found = _change(request, case_id, change_id)
    access.record_access(case_id, by=worker(request).actor, what=_("计划"), purpose=_("改计划"))
    known = faults or {}
    typed = {path: _typed(request, path) for path in chosen.changes if path in request.POST}
    errors = [
        forms.FieldError(path, text, "", path.rpartition(".")[2])
        for path, text in known.items()
        if path in chosen.changes
    ]
    context = {
        "section": "plans",
        "case": case,
        "change": chosen,
        "plans": found,
        "fields": [field for path in chosen.changes if (field := drawn(case, path, typed, errors))],
        "reason": request.POST.get("reason", ""),
        "reason_fault": known.get("reason", ""),
        "error": error,
    }
    return render(request, "counter/plan_change.html", context, status=status if known or error else 200)


@staff_only
@never_cache
@require_GET
def closures(request: HttpRequest) -> HttpResponse:
    """Closures of the bundles this department leads: declare one, see what it holds up, end it."""
    return _show_closures(request)


@staff_only
@never_cache
@require_POST
def close(request: HttpRequest, code: str, change_id: str) -> HttpResponse:
    """Stop everything planned between two moments; no limit runs, nobody loses the place in the queue."""
    _check_leads(request, code)
    begins, ends = moment_in(request.POST, "from_day", "from_time"), moment_in(request.POST, "to_day", "to_time")
    if begins is None or ends is None:
        return _show_closures(request, f"{code}.{change_id}", _("请填好开始和结束的日期、时间"))
    try:
        stopped = plan_pauses.close(code, change_id, begins, ends, _words(request, "reason"), by=worker(request).actor)
    except CaseError as error:
        return _show_closures(request, f"{code}.{change_id}", error.message)
    messages.success(request, _("已暂停 %(count)s 件，已通知申请人") % {"count": len(stopped)})
    return redirect("counter:closures")


@staff_only
@never_cache
@require_POST
def reopen(request: HttpRequest, code: str, change_id: str) -> HttpResponse:
    """Let what was stopped go on, in the order of filing."""
    _check_leads(request, code)
    try:
        resumed = plan_pauses.reopen(code, change_id, by=worker(request).actor)
    except CaseError as error:
        return _show_closures(request, f"{code}.{change_id}", error.message)
    messages.success(request, _("已恢复 %(count)s 件，按原来的次序继续") % {"count": len(resumed)})
    return redirect("counter:closures")


def _check_leads(request: HttpRequest, code: str) -> None:
    if code not in access.closures_for(worker(request)):
        raise Http404


def _show_closures(request: HttpRequest, about: str = "", error: str = "") -> HttpResponse:
    context = {
        "section": "plans",
        "closures": [
            (f"{one.code}.{one.change.id}", one) for one in closures_shown(access.closures_for(worker(request)))
        ],
        "about": about,
        "error": error,
        "typed": request.POST,
    }
    return render(request, "counter/closures.html", context, status=REFUSED if error else 200)


def _typed(request: HttpRequest, path: str) -> Any:
    values = request.POST.getlist(path)
    return values if len(values) > 1 else (values[0] if values else "")


def _words(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]
