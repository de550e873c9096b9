"""One file: as it was handed in, small, page by page; turned, put elsewhere, replaced. To its owner only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cases import access
from cases.actions.papers import file_moves, materials, previews
from cases.queries.piles import seems_misplaced
from cases.queries.slots import SlotView, slots_of
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown import slots
from portal.citizen.shown.files import Remarks, label_of, shown_file
from portal.citizen.views.materials import back_to

ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
MOST_PAGES = 30


@applicants_only
@never_cache
@require_GET
def material_file(request: OwnRequest, case_id: UUID, material_id: UUID) -> FileResponse:
    """A file as it was handed in."""
    return whole(_own_file(request, case_id, material_id))


@applicants_only
@never_cache
@require_GET
def small(request: OwnRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Its preview."""
    return preview(_own_file(request, case_id, material_id))


@applicants_only
@never_cache
@require_GET
def page(request: OwnRequest, case_id: UUID, material_id: UUID, number: int) -> HttpResponse:
    """One page of a PDF as a picture."""
    return picture(previews.page_of(_own_file(request, case_id, material_id), number))


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def file_page(request: OwnRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """A file in full, and everything one can do with it."""
    case, material = own_case(request, case_id), _own_file(request, case_id, material_id)
    if request.method == "POST":
        return _act(request, case, material)
    views = slots_of(case)
    slot = next((one for one in views if one.slot == material.slot), None)
    if slot is None:
        raise Http404
    return render(request, "citizen/file.html", _shown(case, views, slot, material))


def _shown(case: Any, views: tuple[SlotView, ...], slot: SlotView, material: Any) -> dict[str, Any]:
    order = [one.id for one in slot.files]
    at = order.index(material.pk)
    remark = Remarks(views, seems_misplaced(case, views)).on(slot.files[at], slot.slot)
    return {
        "section": "cases",
        "case": case,
        "slot": slots.shown(case, slot),
        "file": shown_file(case, slot.files[at], remark),
        "number": at + 1,
        "of": len(order),
        "before": order[at - 1] if at else None,
        "behind": order[at + 1] if at + 1 < len(order) else None,
        "pages": range(1, min(material.pages, MOST_PAGES) + 1) if not slot.files[at].is_image else (),
        "others": [(one.slot, label_of(one)) for one in views if "upload" in one.options and one.slot != slot.slot],
        "may_change": materials.may_change(case, slot.slot),
        "back": back_to(case, slot.slot),
    }


def _act(request: OwnRequest, case: Any, material: Any) -> HttpResponse:
    act, by = request.POST.get("act", ""), request.user.actor
    if act in (file_moves.LEFT, file_moves.RIGHT):
        file_moves.turn(case.pk, material.pk, act, by=by)
    elif act in ("forward", "back"):
        file_moves.move_page(case.pk, material.pk, forward=act == "forward", by=by)
    elif act == "keep":
        file_moves.keep_as_is(case.pk, material.pk, by=by)
        return redirect(back_to(case, material.slot))
    elif act == "move":
        there = request.POST.get("slot", "")
        file_moves.move_to(case.pk, material.pk, there, by=by)
        return redirect(back_to(case, there))
    else:
        raise Http404
    return redirect(reverse("citizen:file_page", args=[case.pk, material.pk]))


def _own_file(request: OwnRequest, case_id: UUID, material_id: UUID) -> Any:
    material = access.material_for(request.user, material_id)
    if material is None or material.case_id != case_id or not material.file:
        raise Http404
    return material


def whole(kept: Any) -> FileResponse:
    """The stored file, to be looked at alone: nothing in it runs, nothing outside is asked for."""
    response = FileResponse(kept.file.open("rb"), content_type=kept.media_type, filename=kept.name or "")
    response["Content-Security-Policy"] = ALONE
    return response


def preview(kept: Any) -> HttpResponse:
    """The preview of a stored file. Raises Http404 where none can be made."""
    return picture(previews.preview_of(kept))


def picture(content: bytes) -> HttpResponse:
    if not content:
        raise Http404
    return HttpResponse(content, content_type=previews.MEDIA_TYPE)
