"""A paper photographed with one's own phone: the code on the screen here, the page of the phone there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import access
from cases.errors import BadUpload, CaseError
from cases.queries.slots import SlotView, slots_of
from portal.accounts.access import applicants_only, public
from portal.kiosk import photos
from portal.kiosk.models import PhotoLink
from portal.ui.qr import qr_code


@applicants_only
@never_cache
@require_POST
def offer(request: Any, case_id: UUID, slot: str) -> HttpResponse:
    """A new link for one slot of an own case, as a code to scan."""
    case = access.case_for(request.user, case_id)
    if case is None:
        raise Http404
    wanted = _slot(case, slot)
    link, secret = photos.offer(request.user, case_id, slot)
    address = settings.PORTAL_URL + reverse("kiosk:photo", args=[secret])
    shown = {
        "section": "cases",
        "case": case,
        "slot": wanted,
        "link": link,
        "address": address,
        "qr": qr_code(address),
        "minutes": int(photos.GOOD_FOR.total_seconds() // 60),
        "back": _materials_of(case, slot),
    }
    return render(request, "kiosk/photo_offer.html", shown)


@applicants_only
@never_cache
@require_GET
def arrived(request: Any, link_id: UUID) -> HttpResponse:
    """How many photographs have come; the page asks for it by itself."""
    link = PhotoLink.objects.filter(pk=link_id, account=request.user.pk).first()
    if link is None:
        raise Http404
    return render(request, "kiosk/parts/arrived.html", {"link": link})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, secret: str) -> HttpResponse:
    """The page on the phone: takes photographs, shows nothing of the case. Needs no sign-in; ends in minutes."""
    link = photos.opened(secret)
    if link is None:
        return render(request, "kiosk/photo_over.html", {}, status=410)
    error, taken = "", 0
    if request.method == "POST":
        try:
            files = request.FILES.getlist("files")
            if not files:
                raise CaseError(_("还没有拍照片"))
            taken = photos.take(link, files)
        except (BadUpload, CaseError) as refused:
            error = refused.message
    case = access.case_for(link.account, link.case_id)
    if case is None:
        return render(request, "kiosk/photo_over.html", {}, status=410)
    shown = {"paper": _slot(case, link.slot), "error": error, "taken": taken, "total": link.files + taken}
    return render(request, "kiosk/photo.html", shown, status=422 if error else 200)


def _slot(case: Any, key: str) -> SlotView:
    found = next((one for one in slots_of(case) if one.slot == key), None)
    if found is None:
        raise Http404
    return found


def _materials_of(case: Any, slot: str) -> str:
    name = "citizen:correct" if case.state == "awaiting_applicant" else "citizen:materials"
    return reverse(name, args=[case.pk]) + ("" if name == "citizen:correct" else f"#m-{slot}")
