"""The last look at a page before it leaves: its characters, and the language of its parts (portal/ui/script.py)."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from portal.ui.own_words import own_words, with_masked
from portal.ui.script import marked_page, traditional_answer, traditional_page
from portal.ui.vocabulary import without_ours

LANGUAGE = "zh-hant"
TOUCHED = (LANGUAGE, "en")
# Programs speak for themselves, and the administration shows definitions as they are written.
_AS_THEY_ARE = ("/admin/", "/api/", "/callbacks/", "/static/")


class SpokenPages:
    """Looks at HTML and at the answers for scripts; files, papers as PDF and streams leave as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(_AS_THEY_ARE):
            return self.get_response(request)
        listens: AbstractContextManager[set[str]] = own_words() if get_language() in TOUCHED else nullcontext(set())
        with listens as heard:
            response = self.get_response(request)
        if isinstance(response, HttpResponse):
            _look_at(response, request, heard)
        return response


def _look_at(response: HttpResponse, request: HttpRequest, heard: set[str]) -> None:
    """By the language that is active now: a page may have its own, as the one for times without a network."""
    if get_language() == LANGUAGE:
        _turn(response, with_masked(without_ours(heard) | _name(request)))
    elif get_language() == "en" and _kind(response) == "text/html":
        response.content = marked_page(response.content.decode(), heard).encode()


def _name(request: HttpRequest) -> set[str]:
    """The name of whoever looks at the page; none where the database, silent just now, would have to say it."""
    try:
        return {getattr(getattr(request, "user", None), "name", "")} - {""}
    except (DatabaseError, InterfaceError):
        return set()


def _turn(response: HttpResponse, own: set[str]) -> None:
    kind = _kind(response)
    if kind == "text/html":
        response.content = traditional_page(response.content.decode(), own).encode()
    elif kind == "application/json":
        answer = traditional_answer(json.loads(response.content), own)
        response.content = json.dumps(answer, ensure_ascii=False).encode()


def _kind(response: HttpResponse) -> str:
    """Its content type; nothing where it is empty, packed, or a file to keep."""
    kept = "attachment" in response.get("Content-Disposition", "") or response.has_header("Content-Encoding")
    return "" if kept or not response.content else str(response.get("Content-Type", "")).partition(";")[0]
