"""Pages for those who read traditional characters: turned over as they leave (portal/ui/script.py)."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language

from portal.ui.script import traditional_answer, traditional_page

LANGUAGE = "zh-hant"
# Programs speak for themselves, and the administration shows definitions as they are written.
_AS_THEY_ARE = ("/admin/", "/api/", "/callbacks/", "/static/")


class TraditionalCharacters:
    """Turns HTML and the answers for scripts; files, papers as PDF and streams leave as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        turns = get_language() == LANGUAGE and not request.path_info.startswith(_AS_THEY_ARE)
        if turns and isinstance(response, HttpResponse) and not response.has_header("Content-Encoding"):
            _turn(response)
        return response


def _turn(response: HttpResponse) -> None:
    kind = response.get("Content-Type", "").partition(";")[0]
    if not response.content or "attachment" in response.get("Content-Disposition", ""):
        return
    if kind == "text/html":
        response.content = traditional_page(response.content.decode()).encode()
    elif kind == "application/json":
        answer = traditional_answer(json.loads(response.content))
        response.content = json.dumps(answer, ensure_ascii=False).encode()
