"""In which language a page speaks, and how things with a name are called in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language


def lang() -> str:
    """`en` or `zh`, as queries and definitions call the languages."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def said(named: Any) -> str:
    """What something with `zh` and `en` is called; Chinese where there is no English."""
    if isinstance(named, Mapping):
        return str(named.get(lang()) or named.get("zh") or "")
    if isinstance(named, str) or named is None:
        return named or ""
    return str((getattr(named, "en", "") if lang() == "en" else "") or named.zh)
