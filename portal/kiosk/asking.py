"""Which terminal a page is for; a device that is none is shown how one becomes one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.models import Account
from portal.accounts.terminal import AtTerminal, terminal_of
from portal.kiosk.models import Stay

View = Callable[..., HttpResponse]


class TerminalRequest(HttpRequest):
    """A request of a registered terminal, as the middleware leaves it."""

    user: Account
    terminal: AtTerminal
    stay: Stay | None


def at_terminals_only(view: View) -> View:
    """No terminal, no kiosk."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if terminal_of(request) is None:
            return redirect("kiosk:setup")
        return view(request, *args, **kwargs)

    return asked


def way_back(request: HttpRequest, default: str) -> str:
    """Where `next` leads, when it leads to a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours and target.startswith("/") else default
