"""Codes and fixed words of registers, licences and results, in the reader's language.

Three kinds of lists in `codelists.yaml` say what a value means: the list that has the name of its field (`gender`),
`division` for places (GB/T 2260) and `terms` for labels and words that are Chinese wherever they stand.
"""

from __future__ import annotations

import re

from bundles.spec.registry import Registry

PLACES, TERMS = "division", "terms"
_DIVISION = re.compile(r"\d{6}")


def code_label(registry: Registry, name: str, value: object, lang: str = "zh") -> str:
    """The label of a value in the list of that name; empty where there is none."""
    return _label(registry, name, str(value), lang)


def place_name(registry: Registry, value: object, lang: str = "zh") -> str:
    """A place as people call it; words stay as they are.

    Of a division that the list lacks: its province and the code.
    """
    code = str(value)
    known = _label(registry, PLACES, code, lang)
    if known or not _DIVISION.fullmatch(code):
        return known or code
    province = _label(registry, PLACES, f"{code[:2]}0000", lang)
    if not province:
        return code
    return f"{province} ({code})" if lang == "en" else f"{province}（{code}）"


def term(registry: Registry, zh: str, lang: str = "zh") -> str:
    """A label or fixed word of a licence or result; Chinese where the shipped terms have no English."""
    return (_label(registry, TERMS, zh, lang) or zh) if lang == "en" else zh


def _label(registry: Registry, name: str, value: str, lang: str) -> str:
    found = next(((zh, en) for code, zh, en in registry.codelists.get(name, ()) if code == value), ("", ""))
    return (found[1] if lang == "en" else "") or found[0]
