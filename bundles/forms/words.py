"""Labels, options and sources in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bundles.forms.lookups import parse_path
from bundles.spec import BundleSpec, Field
from bundles.spec.registry import Registry

Choice = tuple[str, str]
# Types of fields whose answers are read in our words: an option, a place, yes or no.
WORDED: Final = frozenset({"enum", "multi", "region", "bool"})


def text_of(text: Any, lang: str = "zh") -> str:
    """A text of the definition, given bare (Chinese) or as {zh, en}; Chinese where the language is missing."""
    if isinstance(text, Mapping):
        return str(text.get(lang) or text.get("zh") or "")
    return "" if text is None else str(text)


def has_language(text: Any, lang: str) -> bool:
    """Whether a text of the definition is there in this language; pages mark what is not."""
    return lang == "zh" or (isinstance(text, Mapping) and bool(text.get(lang)))


def label_of(named: Any, lang: str = "zh") -> str:
    """The label of anything that has `zh` and `en`."""
    return str((named.en if lang == "en" else "") or named.zh)


def short_label(named: Any, lang: str = "zh") -> str:
    """The label as it stands in a sentence: without what it says in brackets."""
    label = label_of(named, lang)
    for bracket in ("（", "("):
        head = label.partition(bracket)[0].strip()
        label = head or label
    return label


def options_of(field: Field, registry: Registry) -> tuple[tuple[str, str, str], ...]:
    """(value, zh, en) of each option, from the field itself or from its code list."""
    if isinstance(field.options, str):
        return registry.codelists.get(field.options.removeprefix("@"), ())
    return tuple(_option(entry) for entry in field.options or ())


def choices(field: Field, registry: Registry, lang: str = "zh") -> tuple[Choice, ...]:
    """(value, label) of each option."""
    return tuple((value, (en if lang == "en" else "") or zh) for value, zh, en in options_of(field, registry))


def _option(entry: Any) -> tuple[str, str, str]:
    value, *labels = [str(part) for part in entry]
    zh = labels[0] if labels else value
    return value, zh, labels[1] if len(labels) > 1 else ""


def source_label(spec: BundleSpec, registry: Registry, path: str, lang: str = "zh") -> str:
    """What a prefill path is called: the licence or register, or the answer it repeats."""
    parts = parse_path(path)
    if parts:
        known = registry.licences if parts.kind == "licence" else registry.interfaces
        return label_of(known[parts.code], lang) if parts.code in known else parts.code
    kind, _, rest = path.partition(":")
    if kind == "result":
        item = next((i for i in spec.items if i.id == rest.partition(".")[0]), None)
        return label_of(item, lang) if item else rest
    if kind == "field" and spec.has_field(rest):
        return label_of(spec.field(rest), lang)
    zh, en = {"account": ("实名账户", "Your account"), "calc": ("自动计算", "Calculated")}.get(kind, ("今天", "Today"))
    return en if lang == "en" else zh
