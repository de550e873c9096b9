"""Files beside a task: added by whoever works on it, opened by those who may read the task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.desk import task_files
from cases.errors import NotReady
from portal.accounts.access import staff_only
from portal.counter.views.tasks import act_on
from portal.counter.worker import worker

MOST = 5


@staff_only
@never_cache
@require_POST
def attach(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Add files of one kind."""

    def act(sub: Any, version: int) -> None:
        files = request.FILES.getlist("files")[:MOST]
        if not files:
            raise NotReady(_("请选择文件"), (("files", _("请选择文件")),))
        for file in files:
            task_files.attach(sub.pk, request.POST.get("kind", ""), file, by=worker(request).actor)

    return act_on(request, sub_id, act, said=_("附件已加上"))


@staff_only
@never_cache
@require_GET
def file(request: HttpRequest, file_id: UUID) -> FileResponse:
    """The file as it is; that it was read is recorded first."""
    found = access.task_file_for(worker(request), file_id)
    if found is None:
        raise Http404
    what = f"{found.kind} {found.sub.number}"[:64]
    access.record_access(found.sub.case_id, by=worker(request).actor, what=what, purpose=_("办理"))
    response = FileResponse(found.file.open("rb"), content_type=found.media_type, filename=found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return response
