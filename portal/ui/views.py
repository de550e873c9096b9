"""Choices of look and language, the style sheet, and the gallery of components."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.i18n import set_language

from portal.ui.context import ELDER_COOKIE, THEME_COOKIE, THEMES
from portal.ui.gallery import samples
from portal.ui.stylesheet import sheet

YEAR_S = 365 * 24 * 3600


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep theme, elder mode or language for a year, then go back to where the person was.

    The way back and the language are Django's own (`next`, `language`), which refuses foreign addresses.
    """
    response = set_language(request)
    if request.POST.get("theme") in THEMES:
        _keep(response, THEME_COOKIE, request.POST["theme"], secure=request.is_secure())
    if request.POST.get("elder") in ("0", "1"):
        _keep(response, ELDER_COOKIE, request.POST["elder"], secure=request.is_secure())
    return response


def _keep(response: HttpResponse, name: str, value: str, *, secure: bool) -> None:
    response.set_cookie(name, value, max_age=YEAR_S, samesite="Lax", httponly=True, secure=secure)


@require_safe
def stylesheet(request: HttpRequest, mark: str) -> HttpResponse:
    """The style sheet; its address changes with its bytes, so it may be kept for good."""
    current = sheet()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(current.packed if packed else current.plain, content_type="text/css; charset=utf-8")
    fresh = mark == current.mark
    response["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    response["Vary"] = "Accept-Encoding"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, while developing."""
    if not settings.DEBUG:
        raise Http404(_("只在开发时能看"))
    return render(request, "ui/components.html", samples())
