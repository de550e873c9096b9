"""The registries of the library: departments, licences, interfaces, code lists, validators, matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from bundles.loading.entries import is_loaded, read_file, remember, store
from bundles.models import CodeList, Department, Interface, LicenceKind, Matter, Validator

Entries = Mapping[str, Mapping[str, Any]]


def load_registries(library: Path) -> dict[str, int]:
    """Bring all registries in, departments first; the number of rows written for each file."""
    written = {}
    for name, load in LOADERS.items():
        with transaction.atomic():
            written[name] = 0 if is_loaded(library, name) else load(read_file(library / name))
            remember(library, name)
    return written


def _load_departments(document: Any) -> int:
    """Bodies without a parent first: a parent must stand before its divisions."""
    entries = document["departments"]
    top = [entry for entry in entries if not entry.get("parent")]
    below = [entry for entry in entries if entry.get("parent")]
    return sum(store(Department, _departments(level)) for level in (top, below))


def _load_licences(document: Any) -> int:
    return store(LicenceKind, _by_code(document["licences"]))


def _load_interfaces(document: Any) -> int:
    return store(Interface, _by_code(document["interfaces"]))


def _load_codelists(document: Any) -> int:
    lists = {name: {"entries": rows} for name, rows in document["codelists"].items()}
    validators = {name: _validator(entry) for name, entry in document["validators"].items()}
    return store(CodeList, lists) + store(Validator, validators)


def _load_matters(document: Any) -> int:
    return store(Matter, _by_code(document["matters"], key="matter"))


LOADERS: Mapping[str, Callable[[Any], int]] = {
    "departments.yaml": _load_departments,
    "licences.yaml": _load_licences,
    "interfaces.yaml": _load_interfaces,
    "codelists.yaml": _load_codelists,
    "item_codes.yaml": _load_matters,
}


def _departments(entries: list[dict[str, Any]]) -> Entries:
    return {entry["code"]: _columns(entry, "code", parent="parent_id") for entry in entries}


def _by_code(entries: list[dict[str, Any]], key: str = "code") -> Entries:
    return {entry[key]: _columns(entry, key, dept="dept_id") for entry in entries}


def _columns(entry: Mapping[str, Any], key: str, **renamed: str) -> Mapping[str, Any]:
    """The entry as columns of its table, its key apart."""
    return {renamed.get(name, name): value for name, value in entry.items() if name != key}


def _validator(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "zh": entry["zh"],
        "regex": entry.get("regex", ""),
        "check_digit": entry.get("check", ""),
        "msg": entry.get("msg", ""),
    }
