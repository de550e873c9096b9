"""Nothing stays on the device: no cookie but its own secret, no stored page, no file, no picture without a way back."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from portal.ui.qr import qr_code

COOKIE = "__Host-kiosk" if settings.SESSION_COOKIE_NAME.startswith("__Host-") else "kiosk"
COOKIE_AGE_S = 400 * 24 * 3600  # the most that browsers keep
CLEARED = '"cache", "storage"'  # cookies are deleted one by one: the secret of the device stays


def remember_device(response: HttpResponse, secret: str, *, secure: bool) -> None:
    """Give the device its secret; scripts and other sites never see it."""
    response.set_cookie(COOKIE, secret, max_age=COOKIE_AGE_S, secure=secure, httponly=True, samesite="Lax")


def wiped(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Signed out, every other cookie deleted, storage and cache of the browser cleared."""
    logout(request)
    for name in request.COOKIES:
        if name != COOKIE:
            response.delete_cookie(name, samesite="Lax")
    response["Clear-Site-Data"] = CLEARED
    return response


def left_none(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """An answer as a terminal may have it: never stored; a file to keep or a bare picture in a frame instead."""
    response["Cache-Control"] = "no-store"
    if response.status_code != 200 or request.method != "GET":
        return response
    if response.get("Content-Disposition", "").startswith("attachment"):
        return _framed(request, response, "kiosk/take_along.html")
    is_page = response.get("Content-Type", "").startswith("text/html")
    if not is_page and request.headers.get("Sec-Fetch-Dest") == "document":
        return _framed(request, response, "kiosk/look.html")
    if not is_page and request.headers.get("Sec-Fetch-Dest") == "iframe":
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Content-Security-Policy"] = "frame-ancestors 'self'"
    return response


def _framed(request: HttpRequest, response: HttpResponseBase, template: str) -> HttpResponse:
    kind = response.get("Content-Type", "")
    if isinstance(response, FileResponse) and response.file_to_stream:
        response.file_to_stream.close()
    address = settings.PORTAL_URL + request.get_full_path()
    shown = {"is_picture": kind.startswith("image/"), "address": request.get_full_path(), "qr": qr_code(address)}
    framed = render(request, template, shown)
    framed["Cache-Control"] = "no-store"
    return framed
