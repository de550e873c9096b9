"""Files for departments: fetched by the signed link that stands in the application, as an attachment, never inline."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.actions.delivery import material_links


@require_safe
def fetch(request: HttpRequest, department: str, token: str) -> HttpResponse:
    """The file, or 404 for a link that is false, too old or made for another department."""
    found = material_links.fetch(token, department)
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type=found.media_type or "application/octet-stream")
    response["Content-Disposition"] = "attachment"
    response["Cache-Control"] = "no-store"
    return response
