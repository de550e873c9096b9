"""My documents (我的材料): what I handed in before, who looked at it, and taking it off the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.papers import reusing
from cases.queries.my_papers import looks_at, paper_of, papers_page
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown import papers as shown
from portal.citizen.shown.paging import newest_first, number_of
from portal.citizen.views import files


@applicants_only
@never_cache
@require_GET
def papers(request: OwnRequest) -> HttpResponse:
    """Every file once, the newest first, by what paper it is."""
    found = papers_page(request.user, number_of(request.GET.get("page", "")))
    if found.number > 1 and not found.papers:
        return redirect("citizen:my_documents")
    pages = newest_first(reverse("citizen:my_documents"), {}, found.number, has_more=found.has_more)
    context = {"section": "me", "groups": shown.groups(found.papers), "pages": pages}
    return render(request, "citizen/papers.html", context)


@applicants_only
@never_cache
@require_GET
def paper(request: OwnRequest, material_id: UUID) -> HttpResponse:
    """One of them: large, where it was used, who looked at it."""
    found = paper_of(request.user, material_id)
    if found is None:
        raise Http404
    looks = [shown.look(one) for one in looks_at(request.user, found)]
    return render(request, "citizen/paper.html", {"section": "me", "paper": shown.paper(found), "looks": looks})


@applicants_only
@require_POST
@says_why
def remove(request: OwnRequest, material_id: UUID) -> HttpResponse:
    """Delete it, or where its case keeps it only offer it no more."""
    if reusing.take_away(_own(request, material_id).pk, account=request.user):
        messages.success(request, _("文件已删除"))
    else:
        messages.success(request, _("已从“我的材料”里拿掉；交过的那件事里还留着"))
    return redirect("citizen:my_documents")


@applicants_only
@never_cache
@require_GET
def paper_file(request: OwnRequest, material_id: UUID) -> FileResponse:
    """As it was handed in."""
    return files.whole(_own(request, material_id))


@applicants_only
@never_cache
@require_GET
def paper_small(request: OwnRequest, material_id: UUID) -> HttpResponse:
    """Its preview."""
    return files.preview(_own(request, material_id))


def _own(request: OwnRequest, material_id: UUID) -> Any:
    found = access.material_for(request.user, material_id)
    if found is None or not found.file:
        raise Http404
    return found
