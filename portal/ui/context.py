"""What every template knows about the person's choices: theme, elder mode, language."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("auto", "light", "dark")
# What the html element says for a language of the settings; all else is the source.
LANGUAGE_TAGS = {"zh-hant": "zh-Hant"}
THEME_COOKIE, ELDER_COOKIE = "theme", "elder"


def preferences(request: HttpRequest) -> dict[str, object]:
    """`theme` (auto, light, dark), `elder`, `lang` (for the html element), `here` (where to come back to)."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "theme": theme if theme in THEMES else "auto",
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
        "lang": _html_language(),
        "here": request.get_full_path(),
    }


def _html_language() -> str:
    active = get_language() or ""
    return "en" if active.startswith("en") else LANGUAGE_TAGS.get(active, "zh-Hans")
