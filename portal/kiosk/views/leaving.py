"""Leaving: by oneself, by walking away, by more time asked for. Afterwards the device knows nothing."""

from __future__ import annotations

import time

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.access import public
from portal.kiosk import stays, traces
from portal.kiosk.asking import TerminalRequest, at_terminals_only, way_back
from portal.kiosk.models import Stay
from portal.ui.qr import qr_code


@public
@never_cache
@require_http_methods(["GET", "POST"])
@at_terminals_only
def leave(request: TerminalRequest) -> HttpResponse:
    """Ask what becomes of a draft, if there is one; then wipe everything."""
    stay = request.stay
    drafts = stays.drafts_of(stay) if stay else []
    if request.method == "GET" and drafts:
        return _ask(request, stay, len(drafts))
    how = Stay.End.IDLE if request.POST.get("how") == "idle" else Stay.End.LEFT
    if request.method == "GET" and stay is not None:
        return _ask(request, stay, 0)
    if stay is not None:
        if request.POST.get("drafts") in ("keep", "drop"):
            _keep(stay, request.POST["drafts"] == "keep")
        stays.end(stay, how)
    return traces.wiped(request, redirect("kiosk:start"))


def _ask(request: TerminalRequest, stay: Stay | None, drafts: int) -> HttpResponse:
    """What is to become of the drafts, with the way to them on one's own phone."""
    address = settings.PORTAL_URL + reverse("citizen:cases")
    shown = {
        "drafts": drafts,
        "keeps": bool(stay and stay.keeps_drafts),
        "qr": qr_code(address),
        "back": way_back(request, reverse("kiosk:start")),
    }
    return render(request, "kiosk/leave.html", shown)


def _keep(stay: Stay, is_kept: bool) -> None:
    Stay.objects.filter(pk=stay.pk).update(keeps_drafts=is_kept)


@public
@require_POST
@at_terminals_only
def keep(request: TerminalRequest) -> HttpResponse:
    """Say beforehand that a draft stays, whatever happens: walked away from, it is not lost."""
    if request.stay is not None:
        _keep(request.stay, request.POST.get("drafts") == "keep")
    return redirect(way_back(request, reverse("kiosk:start")))


@public
@require_POST
@at_terminals_only
def here(request: TerminalRequest) -> HttpResponse:
    """Somebody is still there; nothing more. The middleware has noted it."""
    return HttpResponse(status=204)


@public
@require_POST
@at_terminals_only
def longer(request: TerminalRequest) -> HttpResponse:
    """More time for each pause, until the end of the stay. WCAG 2.2.1."""
    request.session[stays.LONGER] = True
    request.session.set_expiry(0)
    return redirect(way_back(request, reverse("kiosk:start")))


@public
@never_cache
@require_GET
@at_terminals_only
def idle(request: TerminalRequest) -> HttpResponse:
    """Where a page without scripts goes after the idle time: it asks, and goes on to the end by itself."""
    request.session[stays.ASKED] = int(time.time())
    request.session.set_expiry(0)
    page = render(request, "kiosk/idle.html", {"back": way_back(request, reverse("kiosk:start"))})
    page["Refresh"] = f"{stays.COUNTDOWN_S};url={reverse('kiosk:over')}"
    return page


@public
@never_cache
@require_GET
@at_terminals_only
def over(request: TerminalRequest) -> HttpResponse:
    """Nobody answered. Opened by hand it asks first: a link alone signs nobody out."""
    asked = request.session.get(stays.ASKED)
    if request.session.is_empty():
        return traces.wiped(request, redirect("kiosk:start"))
    if not asked or time.time() - asked < stays.COUNTDOWN_S - 3:
        return redirect("kiosk:idle")
    if request.stay is not None:
        stays.end(request.stay, Stay.End.IDLE)
    return traces.wiped(request, redirect("kiosk:start"))
