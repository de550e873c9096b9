"""What may stand in a value, in words: kind, length, range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

FORMATS = {"uuid": "UUID", "date": "YYYY-MM-DD", "date-time": "RFC 3339", "uri": "URL"}


def kind_of(schema: Mapping[str, Any]) -> str:
    """The kind of a value with its bounds, for people."""
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " · ".join(schema["enum"])
    types = schema.get("type", "object")
    listed = types if isinstance(types, list) else [types]
    words = [_word(kind, schema) for kind in listed if kind != "null"]
    return " / ".join(words) + (" · null" if "null" in listed else "")


def _word(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "string":
        return FORMATS.get(schema.get("format", "")) or _bounded(_("文本"), schema.get("maxLength"))
    if kind == "integer":
        ends = schema.get("minimum"), schema.get("maximum")
        return _("整数") + (f" {ends[0]}–{ends[1]}" if ends[1] is not None else "")
    if kind == "array":
        return _bounded(_("列表"), schema.get("maxItems"))
    words = {"number": _("数"), "boolean": _("真假"), "object": _("对象")}
    return words[kind]


def _bounded(word: str, most: int | None) -> str:
    return word if most is None else f"{word} ≤ {most}"
