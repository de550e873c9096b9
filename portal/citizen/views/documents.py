"""Documents of a case as pages one can read and print."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries.documents import DocumentPage, document_page
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, own_case
from portal.ui.papers import document_paper, pdf_response
from portal.ui.qr import qr_code


@applicants_only
@never_cache
@require_GET
def document(request: OwnRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """One paper as it was issued, with the code to verify it by."""
    case = own_case(request, case_id)
    found = document_page(case, document_id)
    if found is None:
        raise Http404
    context = {
        "section": "cases",
        "case": case,
        "back": reverse("citizen:case", args=[case.pk]),
        "pdf": reverse("citizen:document_paper", args=[case.pk, document_id]),
    }
    return render(request, "documents/document.html", {**context, **paper(request, found)})


@applicants_only
@never_cache
@require_GET
def as_file(request: OwnRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """The same paper as PDF."""
    case = own_case(request, case_id)
    found = document_page(case, document_id)
    if found is None:
        raise Http404
    page = reverse("citizen:document", args=[case.pk, document_id])
    return paper_file(request, found, otherwise=page)


def paper_file(request: HttpRequest, found: DocumentPage, *, otherwise: str) -> HttpResponse:
    """A document as a file named by its number."""
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[found.mark]))
    filename = f"{found.line.title} {found.line.number}"
    return pdf_response(request, lambda: document_paper(found, address), filename=filename, otherwise=otherwise)


def paper(request: HttpRequest, found: DocumentPage) -> dict[str, Any]:
    """What the template of a paper needs."""
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[found.mark]))
    body = f"documents/bodies/{found.line.kind}.html"
    return {"document": found, "body": body, "qr": qr_code(address), "address": address}
