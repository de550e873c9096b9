"""Check everything, submit once, and the receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import forms
from cases.actions.applying import filing
from cases.actions.applying.receipts import receipt_of
from cases.errors import NotEligible, NotReady
from cases.queries.case_page import case_standing
from cases.queries.context import context_of
from cases.queries.task_list import can_be_edited, task_list
from cases.queries.together import read_together
from cases.queries.what_next import what_next
from portal.accounts.access import applicants_only
from portal.citizen import onward
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.seen import history_mark
from portal.citizen.shown import checking, pictures, receipts
from portal.citizen.shown.parts import Mistake
from portal.citizen.views.documents import paper_file
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


@applicants_only
@never_cache
@require_GET
@says_why
def go_on(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """From the papers to what is next."""
    case = own_case(request, case_id)
    return redirect(onward.address(case, request.user.acting, past_papers=True))


def _submit(request: OwnRequest, case: Any) -> HttpResponse:
    if "declared" not in request.POST:
        error = Mistake("#f-declared", _("请先确认内容属实，再提交"))
        return _show(request, case, errors=(error,), status=422)
    try:
        filed = filing.submit_case(case.pk, by=request.user.actor, client_key=request.POST.get("client_key", ""))
    except NotReady as lacking:
        errors = checking.mistakes(case, lacking)
        return _show(request, own_case(request, case.pk), errors=errors, status=422)
    except NotEligible as refused:
        errors = checking.not_eligible(own_case(request, case.pk), refused)
        return _show(request, own_case(request, case.pk), errors=errors, status=422)
    name = "citizen:parties" if filed.state == "awaiting_parties" else "citizen:receipt"
    return redirect(name, case_id=filed.pk)


def _show(request: OwnRequest, case: Any, *, errors: tuple[Mistake, ...] = (), status: int = 200) -> HttpResponse:
    context = context_of(case)
    selection = forms.select(context)
    page = task_list(case, lang(), acting=request.user.acting)
    shown = {
        "section": "cases",
        "case": case,
        "sections": checking.sections(case, forms.summary(context, selection, lang())),
        "page": page,
        "papers": checking.papers(page),
        "receivers": checking.receivers(context, selection),
        "also": [choice.title for choice in page.items if choice.is_optional and not choice.is_on],
        "people": [party for party in page.parties if party.must_agree and party.state != "agreed"],
        "client_key": uuid5(case.pk, str(case.version)).hex,
        "errors": errors or checking.refusals(case, context, selection),
        "declared": "declared" in request.POST,
    }
    return render(request, "citizen/check.html", shown, status=status)


@applicants_only
@never_cache
@require_GET
def receipt(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The number, the proof, and what happens next with days (收件凭证); what is decided meanwhile shows here."""
    case = own_case(request, case_id)
    if case.submitted_at is None:
        return redirect("citizen:tasks", case_id=case_id)
    mark, is_part = history_mark(case), bool(request.headers.get("HX-Request"))
    if is_part and request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    with read_together():
        page = case_standing(case, lang())
        upcoming = what_next(case, page)
    shown = {
        "section": "cases",
        "case": case,
        "page": page,
        "mark": mark,
        "head": receipts.head(page),
        "is_fresh": receipts.is_fresh(page),
        "lines": receipts.lines(upcoming),
    }
    if is_part:
        response = render(request, "citizen/parts/receipt_live.html", shown)
        response["ETag"] = mark
        return response
    document = receipt_of(case.pk, by=request.user.actor)
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[document.mark]))
    more = {"picture": pictures.live(page), "document": document, "qr": qr_code(address), "address": address}
    return render(request, "citizen/receipt.html", {**shown, **more})


@applicants_only
@never_cache
@require_GET
@says_why
def receipt_paper(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The receipt as PDF, with what was submitted behind it."""
    case = own_case(request, case_id)
    document = receipt_of(case.pk, by=request.user.actor)
    return paper_file(request, document, otherwise=reverse("citizen:receipt", args=[case_id]))


@applicants_only
@never_cache
@require_GET
@says_why
def submitted_file(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """What was submitted, byte for byte: the SHA-256 of this file stands on the receipt."""
    case = own_case(request, case_id)
    document = receipt_of(case.pk, by=request.user.actor)
    response = HttpResponse(document.words["submitted"], content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.json"'
    return response


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
