"""The pile: many files at once, a proposal for each, and the person's word on where they go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.papers import piles
from cases.errors import BadUpload
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.views import files
from portal.citizen.views.materials import page_of, show

PREFIX = "to-"
PILE = "pile"


@applicants_only
@never_cache
@require_POST
@says_why
def add(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Lay files on the pile, each by itself: one that cannot be taken says why, the others are kept."""
    case = own_case(request, case_id)
    sent = request.FILES.getlist("files")
    faults = [said for file in sent if (said := _laid(request, case, file))] if sent else [_("还没有选文件")]
    if request.headers.get("HX-Request"):
        return HttpResponse(faults[0], status=422, content_type="text/plain; charset=utf-8") if faults else _part(
            request, case
        )  # fmt: skip
    if faults:
        return show(request, own_case(request, case_id), errors={PILE: faults}, status=422)
    return redirect(_at(case))


def _laid(request: OwnRequest, case: Any, file: Any) -> str:
    try:
        piles.add(case.pk, file, by=request.user.actor)
    except BadUpload as error:
        return error.message
    return ""


@applicants_only
@never_cache
@require_POST
@says_why
def sort(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Put the files where the person chose; what has no place stays."""
    case = own_case(request, case_id)
    chosen = _chosen(request)
    left = piles.sort(case.pk, chosen, by=request.user.actor)
    if left:
        errors = {str(file_id): [text] for file_id, text in left.items()}
        return show(request, own_case(request, case_id), errors=errors, status=422)
    done = len(chosen)
    if done:
        said = ngettext("%(count)s 个文件放好了", "%(count)s 个文件放好了", done) % {"count": done}
        messages.success(request, said)
    return redirect(_at(case))


def _chosen(request: OwnRequest) -> dict[UUID, str]:
    try:
        posted = {name[len(PREFIX) :]: slot for name, slot in request.POST.items() if name.startswith(PREFIX)}
        return {UUID(file_id): str(slot) for file_id, slot in posted.items() if slot}
    except ValueError:
        raise Http404 from None


@applicants_only
@never_cache
@require_POST
@says_why
def remove(request: OwnRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Throw one of them away."""
    case = own_case(request, case_id)
    piles.remove(case.pk, file_id, by=request.user.actor)
    return redirect(_at(case))


@applicants_only
@never_cache
@require_GET
def pile_file(request: OwnRequest, case_id: UUID, file_id: UUID) -> FileResponse:
    """A file of the pile as it came."""
    return files.whole(_own(request, case_id, file_id))


@applicants_only
@never_cache
@require_GET
def pile_small(request: OwnRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Its preview."""
    return files.preview(_own(request, case_id, file_id))


def _own(request: OwnRequest, case_id: UUID, file_id: UUID) -> Any:
    found = access.pile_file_for(request.user, file_id)
    if found is None or found.case_id != case_id:
        raise Http404
    return found


def _part(request: OwnRequest, case: Any) -> HttpResponse:
    page = page_of(request, own_case(request, case.pk))
    return HttpResponse(render_to_string("citizen/parts/pile.html", page, request))


def _at(case: Any) -> str:
    return reverse("citizen:materials", args=[case.pk]) + "#pile"
