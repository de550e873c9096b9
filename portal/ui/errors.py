"""Pages for when something is not right: calm, in words, with a way out."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

COME_AGAIN_AFTER_S = "5"
NOT_THIS_WAY = 405


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same page for what does not exist and for what is somebody else's."""
    return render(request, "404.html", status=404)


class NotPosted:
    """An address that only takes what is posted, opened as a page: after signing in anew, or from the history.

    Who answers 405 in words of his own, as the API does, is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_bare = response.status_code == NOT_THIS_WAY and not response.content
        if not is_bare or request.method != "GET" or not request.accepts("text/html"):
            return response
        page = render(request, "405.html", status=NOT_THIS_WAY)
        page["Allow"] = response.get("Allow", "POST")
        return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither a database nor a session: either may be what is broken.

    A database that is away, restarting or overcrowded is nobody's mistake and passes: 503, come again.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return come_again()
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def come_again() -> HttpResponse:
    return HttpResponse(loader.render_to_string("503.html"), status=503, headers={"Retry-After": COME_AGAIN_AFTER_S})
