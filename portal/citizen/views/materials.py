"""Papers: what is spared, uploaded, declared instead, handed in later; files shown to their owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions import materials
from cases.errors import BadUpload
from cases.queries.slots import slots_of
from cases.states import CASE_FINAL, CaseState
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.shown import slots

ACTS = {"commit": materials.commit_to, "defer": materials.defer, "undo": materials.undo_cover}


@applicants_only
@never_cache
@require_GET
def materials_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Every paper of the case, those that are the person's to hand in first."""
    case = own_case(request, case_id)
    if case.state in CASE_FINAL and not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    return _show(request, case)


def _show(request: OwnRequest, case: Any, *, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    shown = [slots.shown(case, slot) for slot in slots_of(case)]
    mine = [slot for slot in shown if slot.is_mine]
    context = {
        "section": "cases",
        "case": case,
        "mine": mine,
        "spared": [slot for slot in shown if not slot.is_mine],
        "lacking": [slot for slot in mine if slot.state == "you" and not slot.may_undo],
        "count": len(shown),
        "errors": errors or {},
        "is_filed": case.submitted_at is not None,
    }
    return render(request, "citizen/materials.html", context, status=status)


@applicants_only
@never_cache
@require_POST
@says_why
def upload(request: OwnRequest, case_id: UUID, slot: str) -> HttpResponse:
    """Take in the files of one slot; a file that cannot be taken says why and what to do instead."""
    case = own_case(request, case_id)
    files = request.FILES.getlist("files")
    if not files:
        return _show(request, case, errors={slot: _("还没有选文件")}, status=422)
    try:
        for file in files:
            materials.upload(case.pk, slot, file, by=request.user.actor)
    except BadUpload as error:
        if request.headers.get("HX-Request"):
            return HttpResponse(error.message, status=422, content_type="text/plain; charset=utf-8")
        return _show(request, case, errors={slot: error.message}, status=422)
    return redirect(_at(case, slot)) if not request.headers.get("HX-Request") else HttpResponse(" ")


@applicants_only
@never_cache
@require_POST
@says_why
def cover(request: OwnRequest, case_id: UUID, slot: str) -> HttpResponse:
    """Declare instead, hand in later, or take either back."""
    case = own_case(request, case_id)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    act(case.pk, slot, by=request.user.actor)
    return redirect(_at(case, slot))


@applicants_only
@never_cache
@require_POST
@says_why
def remove(request: OwnRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Take a file out again."""
    case = own_case(request, case_id)
    materials.remove_file(case.pk, material_id, by=request.user.actor)
    return redirect(_at(case, ""))


@applicants_only
@never_cache
@require_GET
def material_file(request: OwnRequest, case_id: UUID, material_id: UUID) -> FileResponse:
    """A file as it was handed in, to its owner only."""
    material = access.material_for(request.user, material_id)
    if material is None or material.case_id != case_id or not material.file:
        raise Http404
    response = FileResponse(material.file.open("rb"), content_type=material.media_type, filename=material.name or "")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return response


def _at(case: Any, slot: str) -> str:
    """Back to the slot; to the notice while a correction is asked for."""
    if case.state == CaseState.AWAITING_APPLICANT:
        return reverse("citizen:correct", args=[case.pk])
    address = reverse("citizen:materials", args=[case.pk])
    return f"{address}#{slots.dom_id(slot)}" if slot else address
