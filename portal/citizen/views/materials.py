"""Papers: what is spared, uploaded, declared instead, handed in later, or handed in before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.actions.papers import materials, reusing
from cases.errors import BadUpload
from cases.queries.my_papers import offered, papers_of
from cases.queries.piles import pile_of, seems_misplaced
from cases.queries.proofs import proofs_of
from cases.queries.slots import SlotView, slots_of
from cases.states import CASE_FINAL, CaseState
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.shown import piles, slots
from portal.citizen.shown.files import Remarks

ACTS = {"commit": materials.commit_to, "defer": materials.defer, "undo": materials.undo_cover}
Errors = Mapping[str, Sequence[str]]


@applicants_only
@never_cache
@require_GET
def materials_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Every paper of the case, those that are the person's to hand in first."""
    case = own_case(request, case_id)
    if case.state in CASE_FINAL and not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    return show(request, case)


def show(request: OwnRequest, case: Any, *, errors: Errors | None = None, status: int = 200) -> HttpResponse:
    """The page, with what went wrong at its slot or at the file of the pile."""
    return render(request, "citizen/materials.html", page_of(request, case, errors), status=status)


def page_of(request: OwnRequest, case: Any, errors: Errors | None = None) -> dict[str, Any]:
    """All that the page and its parts show."""
    views, errors = slots_of(case), errors or {}
    beside = _beside(request, case, views)
    everything = [slots.shown(case, slot, beside) for slot in views]
    mine = [slot for slot in everything if slot.is_mine]
    takers = [slot for slot in views if "upload" in slot.options]
    return {
        "section": "cases",
        "case": case,
        "mine": mine,
        "spared": [slot for slot in everything if not slot.is_mine],
        "lacking": [slot for slot in mine if slot.state == "you" and not slot.may_undo],
        "count": len(everything),
        "errors": errors,
        "is_filed": case.submitted_at is not None,
        "takes_pile": any(slot.may_upload for slot in everything),
        "pile": [
            piles.lying(case, one, takers, "；".join(errors.get(str(one.file.id), ())))
            for one in pile_of(case, views, request.user)
        ],
    }


def _beside(request: OwnRequest, case: Any, views: Sequence[SlotView]) -> slots.Beside:
    return slots.Beside(
        remarks=Remarks(views, seems_misplaced(case, views)),
        proofs=proofs_of(case),
        earlier=offered(case, [one for one in views if one.state in ("open", "deferred")], papers_of(request.user)),
    )


@applicants_only
@never_cache
@require_POST
@says_why
def upload(request: OwnRequest, case_id: UUID, slot: str) -> HttpResponse:
    """Take in the files of one slot, each by itself: one that cannot be taken says why, the others are kept."""
    case = own_case(request, case_id)
    files = request.FILES.getlist("files")
    old = _replaced(request)
    faults = [said for file in files if (said := _taken(request, case, slot, file, old))]
    if not files:
        faults = [_("还没有选文件")]
    if request.headers.get("HX-Request"):
        return _told(faults[0]) if faults else slot_part(request, case, slot)
    if faults:
        return show(request, own_case(request, case_id), errors={slot: faults}, status=422)
    return redirect(back_to(case, slot))


def _taken(request: OwnRequest, case: Any, slot: str, file: UploadedFile, old: UUID | None) -> str:
    """Empty once the file is kept, else why it is not."""
    try:
        materials.upload(case.pk, slot, file, by=request.user.actor, replaces=old)
    except BadUpload as error:
        return error.message
    return ""


def _replaced(request: OwnRequest) -> UUID | None:
    try:
        return UUID(request.POST["replaces"])
    except (KeyError, ValueError):
        return None


def _told(text: str) -> HttpResponse:
    return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")


def slot_part(request: OwnRequest, case: Any, key: str) -> HttpResponse:
    """For scripts: the slot as it stands now, and what is still lacking."""
    page = page_of(request, own_case(request, case.pk))
    if case.state == CaseState.AWAITING_APPLICANT:
        views = [one for one in slots_of(case) if one.slot == key]
        found = [slots.asked_again(case, one) for one in views]
    else:
        found = [one for one in (*page["mine"], *page["spared"]) if one.key == key]
    parts = [render_to_string("citizen/parts/slot.html", {**page, "slot": one}, request) for one in found]
    return HttpResponse("".join([*parts, render_to_string("citizen/parts/materials_said.html", page, request)]))


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
    return redirect(back_to(case, slot))


@applicants_only
@never_cache
@require_POST
@says_why
def reuse(request: OwnRequest, case_id: UUID, slot: str) -> HttpResponse:
    """Hand in once more what was handed in with an earlier case."""
    case = own_case(request, case_id)
    try:
        chosen = UUID(request.POST.get("material", ""))
    except ValueError:
        raise Http404 from None
    reusing.reuse(case.pk, slot, chosen, account=request.user)
    return redirect(back_to(case, slot))


@applicants_only
@never_cache
@require_POST
@says_why
def remove(request: OwnRequest, case_id: UUID, material_id: UUID) -> HttpResponse:
    """Take a file out again."""
    case = own_case(request, case_id)
    materials.remove_file(case.pk, material_id, by=request.user.actor)
    return redirect(back_to(case, ""))


def back_to(case: Any, slot: str) -> str:
    """Back to the slot; to the notice while a correction is asked for."""
    if case.state == CaseState.AWAITING_APPLICANT:
        return reverse("citizen:correct", args=[case.pk])
    address = reverse("citizen:materials", args=[case.pk])
    return f"{address}#{slots.dom_id(slot)}" if slot else address
