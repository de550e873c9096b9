"""The portal on the home screen of a phone, and what it shows without a network.

The worker keeps one page, the style sheet and the icons: nothing of a person is ever kept in a browser. The desk, the
terminals in halls and the administration do without it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.ui.script import traditional
from portal.ui.stylesheet import sheet

# The language of an address (`?lang=zh-Hant`), for what a browser keeps and asks for without cookies; an address that
# names none is answered in the visitor's own.
LANGUAGES = {"zh-Hans": "zh-hans", "zh-Hant": "zh-hant", "en": "en"}
ICON_SIZES = (192, 512)
# Of the tokens: the accent and the wash of the light theme.
ACCENT, WASH = "#1456b8", "#f4f6f9"
WORKER = "app/worker.js"
HOUR, NOT_KEPT = "public, max-age=3600", "private, no-cache"


def spoken(request: HttpRequest) -> str:
    """The language an address asks for becomes that of the answer; its tag for the html element."""
    own = next((tag for tag, code in LANGUAGES.items() if code == get_language()), "zh-Hans")
    tag = request.GET["lang"] if _names_language(request) else own
    translation.activate(LANGUAGES[tag])
    return tag


def _names_language(request: HttpRequest) -> bool:
    return request.GET.get("lang") in LANGUAGES


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Name, icons and ways in, for the home screen. Source of the format: W3C Web Application Manifest."""
    tag = spoken(request)
    described: dict[str, Any] = {
        "id": "/",
        "name": _in_script(_("一件事 · 示例市政务服务")),
        "short_name": _("一件事"),
        "description": _in_script(_("一次填报，几个部门一起办。")),
        "lang": tag,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": ACCENT,
        "background_color": WASH,
        "categories": ["government"],
        "icons": _icons(),
        "shortcuts": _shortcuts(),
    }
    response = JsonResponse(described, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json; charset=utf-8"
    response["Cache-Control"] = HOUR if _names_language(request) else NOT_KEPT
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page for when there is no network: the same for everybody, rendered without asking who it is."""
    response = HttpResponse(render_to_string("offline.html", {"lang": spoken(request)}))
    response["Cache-Control"] = HOUR if _names_language(request) else NOT_KEPT
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker, told what to keep; its text changes with what it keeps, and so the browser takes the new one."""
    path = finders.find(WORKER)
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        text = f"const TOLD = {json.dumps(_told(spoken(request)))};\n{file.read()}"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _told(tag: str) -> dict[str, Any]:
    page = f"{reverse('ui:offline')}?lang={tag}"
    look = reverse("ui:stylesheet", args=[sheet().mark])
    return {
        "cache": f"offline-{sheet().mark}-{tag}",
        "page": page,
        "keep": [page, look, static("icons.svg"), static("mark.svg")],
        "never": ["/desk/", "/admin/", "/kiosk/", "/api/", "/callbacks/", settings.STATIC_URL],
    }


def _icons() -> list[dict[str, str]]:
    made = [
        {"src": static(f"app/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in ICON_SIZES
    ]
    cut = {"src": static("app/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    return [*made, cut]


def _shortcuts() -> list[dict[str, Any]]:
    """Ways in; a place that is not built in is left out."""
    ways = ((_("我的办件"), "citizen:cases"), (_("办事"), "citizen:catalogue"), (_("我的证照"), "citizen:licences"))
    found = []
    for name, way in ways:
        with suppress(NoReverseMatch):
            found.append({"name": _in_script(name), "url": reverse(way)})
    return found


def _in_script(text: str) -> str:
    return traditional(text) if get_language() == "zh-hant" else text
