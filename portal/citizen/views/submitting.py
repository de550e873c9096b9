"""Check everything, submit once, and the receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import forms
from cases.actions import filing
from cases.errors import NotReady
from cases.queries.case_page import case_page
from cases.queries.context import context_of
from cases.queries.task_list import can_be_edited, task_list
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown import checking, pictures
from portal.citizen.shown.parts import Mistake
from portal.ui.qr import qr_code


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def check_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """All answers with a way to change each, who receives what, declarations; one press, one case."""
    case = own_case(request, case_id)
    if request.method == "POST":
        return _submit(request, case)
    if not can_be_edited(case):
        return redirect("citizen:case", case_id=case_id)
    return _show(request, case)


def _submit(request: OwnRequest, case: Any) -> HttpResponse:
    if "declared" not in request.POST:
        error = Mistake("#f-declared", _("请先确认内容属实，再提交"))
        return _show(request, case, errors=(error,), status=422)
    try:
        filed = filing.submit_case(case.pk, by=request.user.actor, client_key=request.POST.get("client_key", ""))
    except NotReady as lacking:
        errors = checking.mistakes(case, lacking)
        return _show(request, own_case(request, case.pk), errors=errors, status=422)
    name = "citizen:parties" if filed.state == "awaiting_parties" else "citizen:receipt"
    return redirect(name, case_id=filed.pk)


def _show(request: OwnRequest, case: Any, *, errors: tuple[Mistake, ...] = (), status: int = 200) -> HttpResponse:
    context = context_of(case)
    selection = forms.select(context)
    page = task_list(case, lang())
    shown = {
        "section": "cases",
        "case": case,
        "sections": checking.sections(case, forms.summary(context, selection, lang())),
        "page": page,
        "papers": checking.papers(page),
        "receivers": checking.receivers(context, selection),
        "people": [party for party in page.parties if party.must_agree and party.state != "agreed"],
        "client_key": uuid5(case.pk, str(case.version)).hex,
        "errors": errors,
        "declared": "declared" in request.POST,
    }
    return render(request, "citizen/check.html", shown, status=status)


@applicants_only
@never_cache
@require_GET
def receipt(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The number, and what happens next with dates (收件凭证)."""
    case = own_case(request, case_id)
    if case.submitted_at is None:
        return redirect("citizen:tasks", case_id=case_id)
    page = case_page(case, lang())
    address = request.build_absolute_uri(reverse("citizen:case", args=[case_id]))
    shown = {
        "section": "cases",
        "case": case,
        "page": page,
        "picture": pictures.live(page),
        "qr": qr_code(address),
        "first": [node for node in page.nodes if node.wave == 1],
    }
    return render(request, "citizen/receipt.html", shown)


@applicants_only
@never_cache
@require_GET
def calendar(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The expected day for one's own calendar."""
    case = own_case(request, case_id)
    if case.due_on is None:
        return redirect("citizen:case", case_id=case_id)
    address = request.build_absolute_uri(reverse("citizen:case", args=[case_id]))
    response = HttpResponse(checking.calendar_entry(case, address), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="case.ics"'
    return response
