"""Requests of terminals: only what is for terminals, only while somebody is there, and nothing kept on the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from portal.accounts.access import policy_of
from portal.accounts.terminal import AtTerminal
from portal.kiosk import registering, stays, traces
from portal.kiosk.models import Stay

OPEN_HERE = ("/kiosk/", "/bundles/", "/apply/", "/cases/", "/authorise/", "/prefer/", "/language/", "/photo/")
# Pages of the portal that have another one here.
INSTEAD = {"/bundles/": "kiosk:things"}
# Looks and health: of nobody, so nobody is looked up for them.
OF_NOBODY = ("/ui/", "/static/", "/healthz")
NO_TOUCH = ("/kiosk/idle/", "/kiosk/over/", "/kiosk/leave/")


class KioskDoor:
    """Knows a terminal by its secret; binds sessions of terminals to it; ends what nobody is there for any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        secret = request.COOKIES.get(traces.COOKIE)
        terminal = registering.recognised(secret) if secret and not request.path.startswith(OF_NOBODY) else None
        request.terminal = terminal  # type: ignore[attr-defined]
        response = self.get_response(request)
        return traces.left_none(request, response) if terminal else response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path.startswith(OF_NOBODY):
            return None
        terminal: AtTerminal | None = request.terminal  # type: ignore[attr-defined]
        if terminal is not None:
            return _at(terminal, request, view)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.get(stays.STAY):
            logout(request)  # a session of a terminal, shown by some other device
        return None


def _at(terminal: AtTerminal, request: HttpRequest, view: Any) -> HttpResponse | None:
    """Where a terminal is not answered with the page it asked for."""
    if not request.path.startswith(OPEN_HERE):
        return redirect("kiosk:start")
    if request.path in INSTEAD:
        return redirect(INSTEAD[request.path])
    stay = stays.open_stay(request, terminal)
    request.stay = stay  # type: ignore[attr-defined]
    if stays.is_forgotten(request, terminal) or (stay is None and request.user.is_authenticated):
        return _over(request, stay)
    if stay is not None or not request.session.is_empty():
        _touched(request, stay)
    if stay is None and not policy_of(view, request).public:
        return redirect(f"{reverse('kiosk:sign_in')}?{urlencode({'next': request.get_full_path()})}")
    return None


def _over(request: HttpRequest, stay: Stay | None) -> HttpResponse:
    if stay is not None:
        stays.end(stay, Stay.End.IDLE)
    return traces.wiped(request, redirect("kiosk:start"))


def _touched(request: HttpRequest, stay: Stay | None) -> None:
    """A page that asks by itself for news is no sign of a person; what is posted or opened is."""
    by_itself = request.method == "GET" and request.headers.get("HX-Request")
    if not by_itself and not request.path.startswith(NO_TOUCH):
        stays.note_touch(request, stay)
