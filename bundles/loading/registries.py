"""The registries of the library: departments, licences, interfaces, code lists, validators, matters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bundles.loading.entries import read_file, store
from bundles.models import CodeList, Department, Interface, LicenceKind, Matter, Validator

Entries = Mapping[str, Mapping[str, Any]]


def load_registries(library: Path) -> dict[str, int]:
    """Bring all registries in; the number of rows written for each."""
    codelists = read_file(library / "codelists.yaml")
    return {
        "departments": _load_departments(read_file(library / "departments.yaml")["departments"]),
        "licences": store(LicenceKind, _by_code(read_file(library / "licences.yaml")["licences"])),
        "interfaces": store(Interface, _by_code(read_file(library / "interfaces.yaml")["interfaces"])),
        "codelists": store(CodeList, {name: {"entries": rows} for name, rows in codelists["codelists"].items()}),
        "validators": store(Validator, {n: _validator(entry) for n, entry in codelists["validators"].items()}),
        "matters": store(Matter, _by_code(read_file(library / "item_codes.yaml")["matters"], key="matter")),
    }


def _load_departments(entries: list[dict[str, Any]]) -> int:
    """Bodies without a parent first: a parent must stand before its divisions."""
    top = [entry for entry in entries if not entry.get("parent")]
    below = [entry for entry in entries if entry.get("parent")]
    return sum(store(Department, _departments(level)) for level in (top, below))


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
