"""The catalogue of data sharing, open to everybody: what can be looked up, on what terms, and who uses it for what."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.accounts.access import public
from portal.citizen.language import lang
from portal.citizen.shown.parts import Crumb, trail
from portal.ui import sharing

KINDS = ("api", "licence")
MOST_OPEN = 12  # more lines stay folded under their departments


@public
@require_GET
def interfaces(request: HttpRequest) -> HttpResponse:
    """All interfaces and kinds of licences under their departments, narrowed by the address."""
    found = sharing.lines(request.GET, lang(), with_figures=False)
    context = {
        "section": "catalogue",
        "groups": sharing.by_department(found, lang()),
        "is_open": len(found) <= MOST_OPEN,
        "filters": sharing.narrowed(request.GET),
        "q": request.GET.get("q", ""),
        "trail": trail(Crumb(_("数据共享目录"))),
    }
    return render(request, "citizen/interfaces.html", context)


@public
@require_GET
def interface(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """One of them: what is asked, what comes back, and every bundle that uses it."""
    page = sharing.sheet(kind, code, lang()) if kind in KINDS else None
    if page is None:
        raise Http404
    crumbs = trail(Crumb(_("数据共享目录"), reverse("citizen:interfaces")), Crumb(page.line.title))
    return render(request, "citizen/interface.html", {"section": "catalogue", "page": page, "trail": crumbs})
