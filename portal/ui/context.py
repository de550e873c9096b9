"""What every template knows about the person's choices: theme, elder mode, language."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("auto", "light", "dark")
THEME_COOKIE, ELDER_COOKIE = "theme", "elder"


def preferences(request: HttpRequest) -> dict[str, object]:
    """`theme` (auto, light, dark), `elder`, `lang` (for the html element), `here` (where to come back to)."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "theme": theme if theme in THEMES else "auto",
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
        "lang": "en" if (get_language() or "").startswith("en") else "zh-Hans",
        "here": request.get_full_path(),
    }
