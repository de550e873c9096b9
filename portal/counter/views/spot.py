"""At the window with the applicant there: put an obvious mistake right, or take a notice back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases import access
from cases.actions.supplementing import notice_terms
from cases.actions.supplementing.spot import correct_on_spot
from cases.errors import CaseError
from portal.accounts.access import clerks_only
from portal.counter.shown.spot import correctable, drawn
from portal.counter.worker import worker


@clerks_only
@never_cache
@require_http_methods(["GET", "POST"])
def spot(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose a field, correct it, done: it is no supplement. 行政许可法 第三十二条第一款第三项."""
    case = _case(request, case_id)
    access.record_access(case.pk, by=worker(request).actor, what=_("当场更正"), purpose=_("窗口更正"))
    path = request.POST.get("path") or request.GET.get("field", "")
    if request.method == "GET" or not path:
        return _show(request, case, path)
    typed = {path: _typed(request, path)}
    try:
        errors = correct_on_spot(case.pk, typed, by=worker(request).actor)
    except CaseError as refused:
        return _show(request, case, path, typed=typed, refused=refused.message, status=409)
    if errors:
        return _show(request, case, path, typed=typed, errors=errors, status=422)
    messages.success(request, _("已当场更正，不算补正；已经收到的部门会收到更正后的内容"))
    return redirect("counter:case", case_id=case.pk)


@clerks_only
@require_POST
def take_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take the whole notice back; the departments go on with what they have."""
    case = _case(request, case_id)
    try:
        notice_terms.cancel(case.pk, by=worker(request).actor, reason=request.POST.get("reason", "")[:200])
        messages.success(request, _("补正通知已取消，部门接着办"))
    except CaseError as refused:
        messages.error(request, refused.message)
    return redirect("counter:case", case_id=case.pk)


def _case(request: HttpRequest, case_id: UUID) -> Any:
    found = access.filed_cases_for_window(worker(request)).filter(pk=case_id).first()
    if found is None:
        raise Http404
    return found


def _typed(request: HttpRequest, path: str) -> Any:
    values = request.POST.getlist(path)
    return values if len(values) > 1 else (values[0] if values else "")


def _show(
    request: HttpRequest, case: Any, path: str, *, typed: Any = None, errors: Any = (), refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "section": "cases",
        "case": case,
        "fields": correctable(case),
        "field": drawn(case, path, typed, errors) if path else None,
        "path": path,
        "refused": refused,
    }
    return render(request, "counter/spot.html", context, status=status)
