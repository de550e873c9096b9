"""The points desk: sheets with something to find, one sheet rule by rule, answers to objections."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.batches import scoring
from cases.errors import CaseError, NotReady
from cases.queries.points import open_sheets, points_of
from portal.accounts.access import staff_only
from portal.counter.worker import worker

LONGEST, REFUSED = 500, 422


@staff_only
@never_cache
@require_GET
def sheets(request: HttpRequest) -> HttpResponse:
    """Sheets on which a rule or an objection waits for a person, the oldest first."""
    found = open_sheets(access.points_sheets_for(worker(request)))
    return render(request, "counter/points.html", {"section": "points", "sheets": found})


@staff_only
@never_cache
@require_GET
def sheet(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One sheet: what each rule was read from, what waits."""
    return _show(request, case_id)


@staff_only
@never_cache
@require_POST
def find(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep what a person found for one rule."""
    _check(request, case_id)
    try:
        scoring.score(case_id, request.POST.get("rule", ""), _points(request), _words(request), by=worker(request))
    except CaseError as error:
        return _show(request, case_id, error=error.message)
    messages.success(request, _("已核定，依据申请人看得到"))
    return redirect("counter:points_sheet", case_id=case_id)


@staff_only
@never_cache
@require_POST
def settle(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Answer an objection: correct the one rule, or let it stand."""
    objection = access.objections_for(worker(request)).filter(pk=objection_id).first()
    if objection is None:
        raise Http404
    try:
        points = _points(request) if request.POST.get("act") == "correct" else None
        scoring.settle(objection_id, _words(request), by=worker(request), points=points)
    except CaseError as error:
        return _show(request, objection.case_id, error=error.message)
    messages.success(request, _("异议已答复，已通知申请人"))
    return redirect("counter:points_sheet", case_id=objection.case_id)


def _points(request: HttpRequest) -> Decimal:
    """The points typed. Raises NotReady for anything but a number with up to two decimals."""
    try:
        points = Decimal(request.POST.get("points", "").strip()[:12])
    except InvalidOperation as error:
        raise NotReady(_("请填写分值，如 12 或 4.5")) from error
    if not points.is_finite() or points != points.quantize(Decimal("0.01")):
        raise NotReady(_("请填写分值，如 12 或 4.5"))
    return points


def _words(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "").strip()[:LONGEST]


def _check(request: HttpRequest, case_id: UUID) -> None:
    if not access.points_sheets_for(worker(request)).filter(pk=case_id).exists():
        raise Http404


def _show(request: HttpRequest, case_id: UUID, *, error: str = "") -> HttpResponse:
    found = access.points_sheets_for(worker(request)).filter(pk=case_id).first()
    if found is None:
        raise Http404
    access.record_access(case_id, by=worker(request).actor, what="points", purpose=_("积分核分"))
    context = {"section": "points", "view": points_of(found.case), "error": error, "typed": request.POST}
    return render(request, "counter/points_sheet.html", context, status=REFUSED if error else 200)
