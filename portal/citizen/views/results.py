"""One package of results: certificates, refused items, everything as a ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries.case_page import case_standing
from cases.queries.documents import document_pages
from cases.queries.ratings import ratings_of
from cases.queries.reports import Report, reports_of
from cases.queries.results import ResultView, results_page
from cases.queries.together import reads_together
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case
from portal.citizen.shown import case_view, outcomes, pictures
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.parts import Certificate
from portal.citizen.views.documents import paper
from portal.ui.qr import qr_code
from portal.ui.stylesheet import sheet


@applicants_only
@never_cache
@require_GET
@reads_together
def results(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """What was issued, what was refused and what can be done about it."""
    case = own_case(request, case_id)
    if case.submitted_at is None:
        return redirect("citizen:tasks", case_id=case_id)
    found, page = results_page(case, lang()), case_standing(case, lang())
    context = {
        "section": "cases",
        "case": case,
        "page": page,
        "answers": [replace(answer, action_href="") for answer in case_view.answers(page, None)],
        "certificates": [_held(request, case.pk, one) for one in found.results if one.standing == "valid"],
        "ended": [outcomes.ended(one) for one in (*found.results, *found.earlier) if one.standing != "valid"],
        "refused": [outcomes.refused(one) for one in found.refused],
        "picture": pictures.live(page),
        "report": next(iter(reports_of(case)), None),
        "ratings": ratings_of(case),
    }
    return render(request, "citizen/results.html", context)


def _held(request: HttpRequest, case_id: UUID, result: ResultView) -> Certificate:
    """A result with the code that leads whoever holds a phone to its check."""
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[result.mark]))
    return outcomes.certificate(case_id, result, "" if result.is_withheld else qr_code(address))


@applicants_only
@never_cache
@require_GET
def certificate(request: OwnRequest, case_id: UUID, result_id: UUID) -> HttpResponse:
    """One result as a paper to print, with the code to verify it by."""
    case = own_case(request, case_id)
    page = results_page(case, lang())
    result = next((one for one in (*page.results, *page.earlier) if one.id == result_id), None)
    if result is None:
        raise Http404
    if result.is_withheld:
        return redirect("citizen:pay", case_id=case_id)
    reports = reports_of(case)
    context = {
        "section": "licences",
        "case": case,
        "versions": reports if any(one.result_id == result_id for one in reports) else (),
        **_paper(request, result, reports),
    }
    return render(request, "citizen/certificate.html", context)


def _paper(request: OwnRequest, result: ResultView, reports: Sequence[Report]) -> dict[str, object]:
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[result.mark]))
    report = next((one for one in reports if one.result_id == result.id), None)
    return {
        "result": result, "facts": outcomes.facts_of(result), "address": address, "qr": qr_code(address),
        "report": report, "dept": short_of(result.dept_code),
    }  # fmt: skip


@applicants_only
@never_cache
@require_GET
def package(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Everything in one ZIP: a page and the data of each result."""
    case = own_case(request, case_id)
    found = results_page(case, lang())
    handed_out = [one for one in found.results if not one.is_withheld]
    if not handed_out:
        raise Http404
    held, reports = io.BytesIO(), reports_of(case)
    for_machines = {one.id: one for one in results_page(case).results}
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("look.css", sheet().plain)
        for number, result in enumerate(handed_out, start=1):
            name = f"{number:02d}-{get_valid_filename(result.title)}"
            archive.writestr(f"{name}.html", render_to_string("citizen/packed.html", _paper(request, result, reports)))
            archive.writestr(
                f"{name}.json", json.dumps(outcomes.as_data(for_machines[result.id]), ensure_ascii=False, indent=2)
            )
        for number, one in enumerate(document_pages(case), start=1):
            page = render_to_string("documents/packed.html", paper(request, one))
            archive.writestr(f"文书-{number:02d}-{one.line.title}.html", page)
    response = HttpResponse(held.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{case.number}.zip"'
    return response
