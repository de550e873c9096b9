"""The first screen, what can be done here, what can be printed, and how a device becomes a terminal."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import queries
from cases.errors import CaseError
from cases.queries.my_cases import my_cases
from portal.accounts.access import applicants_only, public
from portal.accounts.limits import SignInLimit
from portal.accounts.terminal import KIOSK, terminal_of
from portal.kiosk import demo, registering, traces
from portal.kiosk.asking import TerminalRequest, at_terminals_only


@public
@never_cache
@require_GET
@at_terminals_only
def start(request: TerminalRequest) -> HttpResponse:
    """Three things to do here."""
    return render(request, "kiosk/start.html", {})


@public
@never_cache
@require_GET
@at_terminals_only
def things(request: TerminalRequest) -> HttpResponse:
    """The bundles that can be filed at a terminal."""
    specs = [one.spec for one in queries.published_all() if KIOSK in one.spec.channels]
    groups = [
        (_("个人"), [spec for spec in specs if spec.class_ != "企业"]),
        (_("企业"), [spec for spec in specs if spec.class_ == "企业"]),
    ]
    return render(request, "kiosk/things.html", {"groups": [group for group in groups if group[1]]})


@applicants_only
@never_cache
@require_GET
@at_terminals_only
def papers(request: TerminalRequest) -> HttpResponse:
    """What of one's own cases can be printed: the receipt, results, papers of departments."""
    spoken = "en" if get_language() == "en" else "zh"
    rows = [row for row in my_cases(request.user, lang=spoken) if row.number]
    return render(request, "kiosk/papers.html", {"cases": rows})


@public
@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Type in the code of the administration; the device is a terminal from then on."""
    if request.method == "POST":
        return _enrolled(request)
    if terminal_of(request) is not None:
        return redirect("kiosk:start")
    return render(request, "kiosk/setup.html", {"demo": settings.DEMO_SIGN_IN}, status=403)


def _enrolled(request: HttpRequest) -> HttpResponse:
    limit = SignInLimit("kiosk-enrolment", request.META.get("REMOTE_ADDR", ""))
    shown = {"demo": settings.DEMO_SIGN_IN}
    if limit.is_reached():
        return render(request, "kiosk/setup.html", {**shown, "error": _("试得太多了，请 15 分钟后再试")}, status=429)
    try:
        _terminal, secret = registering.enrol(request.POST.get("code", ""))
    except CaseError as error:
        limit.count()
        return render(request, "kiosk/setup.html", {**shown, "error": error.message}, status=422)
    return _registered(request, secret)


@public
@require_POST
def demo_terminal(request: HttpRequest) -> HttpResponse:
    """Make this browser the terminal of the demonstration; nowhere else is there such an address."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    return _registered(request, demo.registered())


def _registered(request: HttpRequest, secret: str) -> HttpResponse:
    """From now on the device is nobody's: who was signed in before is not any more."""
    response = traces.wiped(request, redirect("kiosk:start"))
    traces.remember_device(response, secret, secure=request.is_secure())
    return response
