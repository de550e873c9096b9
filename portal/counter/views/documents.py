"""Documents at the counter: a paper of the own department, or of a case at the window. Reading leaves a trace first."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases import access
from cases.queries.documents import page_of
from portal.accounts.access import desk_only
from portal.counter.worker import worker
from portal.ui.qr import qr_code


@desk_only
@never_cache
@require_GET
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One paper as it was issued."""
    found = access.document_for(worker(request), document_id)
    if found is None:
        raise Http404
    access.record_access(found.case_id, by=worker(request).actor, what=found.number, purpose=_("查看文书"))
    page = page_of(found)
    back = reverse("counter:task", args=[found.sub_id]) if found.sub_id else reverse("counter:desk")
    if worker(request).role == access.CLERK:
        back = reverse("counter:case", args=[found.case_id])
    address = request.build_absolute_uri(reverse("citizen:verify_mark", args=[page.mark]))
    body = f"documents/bodies/{page.line.kind}.html"
    shown = {"section": "cases", "document": page, "body": body, "qr": qr_code(address), "back": back}
    return render(request, "counter/document.html", shown)
