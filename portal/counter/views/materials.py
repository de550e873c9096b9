"""A file that was handed in, for the department whose item needs it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases import access
from portal.accounts.access import staff_only
from portal.counter.worker import worker


@staff_only
@never_cache
@require_GET
def material(request: HttpRequest, material_id: UUID) -> FileResponse:
    """The file as it is; that it was read is recorded first."""
    found = access.material_for(worker(request), material_id)
    if found is None or not found.file:
        raise Http404
    access.record_access(found.case_id, by=worker(request).actor, what=f"{found.material_id}", purpose=_("办理"))
    response = FileResponse(found.file.open("rb"), content_type=found.media_type, filename=found.name or "")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return response
