"""What a result is declared to carry, and its values as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bundles import queries
from bundles.forms.coded import code_label, place_name, term
from bundles.forms.words import options_of
from bundles.spec import BundleSpec
from bundles.spec import Result as ResultSpec
from bundles.spec.registry import Registry


def declared_fields(result: ResultSpec, registry: Registry | None = None) -> Mapping[str, tuple[str, str]]:
    """Fields a result must carry: name -> (label, type), the licence's face first, then its own."""
    licence = (registry or queries.registry()).licences.get(result.licence or "")
    face = licence.fields if licence else ()
    return {str(name): (str(label), str(kind)) for name, label, kind in (*face, *result.fields)}


def readable(value: Any, kind: str) -> str:
    """A result value in words: yes or no, a moment in local time, money with two places."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if kind == "datetime":
        moment = parse_datetime(str(value))
        return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment and moment.tzinfo else str(value)
    if kind == "money":
        return _money(value)
    if isinstance(value, list):
        return "、".join(_entry(entry) for entry in value)
    return str(value)


def in_words(
    registry: Registry, name: str, value: Any, kind: str, lang: str = "zh", spec: BundleSpec | None = None
) -> str:
    """A value of a result or licence by its label, where one of these lists knows it; else as it reads.

    The answers of the bundle (`reply`), the options of its form, the code list of that name, the places.
    """
    if kind == "region":
        return place_name(registry, value, lang)
    listed = (_answer(spec, name, value) or _option(spec, registry, name, value, lang)) if spec else ""
    if not listed and kind == "enum":
        listed = code_label(registry, name, value, lang)
    return term(registry, listed or readable(value, kind), lang)


def said_as(spec: BundleSpec, name: str, value: Any, kind: str) -> str:
    """A result value in words; one of the answers that the bundle lists (`reply`) by its label."""
    return in_words(queries.registry(), name, value, kind, spec=spec)


def _answer(spec: BundleSpec, name: str, value: Any) -> str:
    return str(dict(spec.reply.choices.get(name, ())).get(str(value)) or "") if spec.reply else ""


def _option(spec: BundleSpec, registry: Registry, name: str, value: Any, lang: str) -> str:
    """The label of a value that the form of the bundle offers under the same name."""
    options = options_of(spec.field(name), registry) if spec.has_field(name) else ()
    found = next(((zh, en) for code, zh, en in options if code == str(value)), ("", ""))
    return (found[1] if lang == "en" else "") or found[0]


def _entry(entry: Any) -> str:
    """An entry of a list; of a record, its values one after the other."""
    if isinstance(entry, Mapping):
        return " ".join(str(value) for value in entry.values() if value not in (None, "", [], ()))
    return str(entry)


def _money(value: Any) -> str:
    try:
        return f"{Decimal(str(value)):,.2f}"
    except InvalidOperation:
        return str(value)
