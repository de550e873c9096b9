"""What a result is declared to carry, and its values as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bundles import queries
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


def said_as(spec: BundleSpec, name: str, value: Any, kind: str) -> str:
    """A result value in words; one of the answers that the bundle lists (`reply`) by its label."""
    listed = dict(spec.reply.choices.get(name, ())) if spec.reply else {}
    return listed.get(str(value)) or readable(value, kind)


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
