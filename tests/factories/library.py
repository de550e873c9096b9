"""The shipped definitions and the synthetic people, read straight from the files: for tests that need no database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bundles.spec import BundleSpec, load
from bundles.spec.registry import Department, Interface, LicenceKind, Matter, Registry

LIBRARY = Path(__file__).parents[2] / "bundles" / "library"
_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read(path: Path) -> Any:
    """What a YAML file says, read once; the same object every time, so copy before you change it."""
    return yaml.load(path.read_bytes(), Loader=_Fast)


def _read(name: str) -> Any:
    return read(LIBRARY / name)


def document(code: str) -> dict[str, Any]:
    """The document of a bundle as its file has it; the same object every time, so copy before you change it."""
    return _documents()[code]


def spec(code: str) -> BundleSpec:
    """A shipped bundle."""
    return _specs()[code]


def codes() -> tuple[str, ...]:
    """The codes of all shipped bundles, in the order of the files."""
    return tuple(_documents())


@cache
def registry() -> Registry:
    """All shipped registries."""
    codelists = _read("codelists.yaml")
    return Registry(
        departments={d["code"]: _department(d) for d in _read("departments.yaml")["departments"]},
        licences={entry["code"]: _licence(entry) for entry in _read("licences.yaml")["licences"]},
        interfaces={entry["code"]: _interface(entry) for entry in _read("interfaces.yaml")["interfaces"]},
        codelists={name: tuple(map(_option, values)) for name, values in codelists["codelists"].items()},
        validators=codelists["validators"],
        matters={m["matter"]: _matter(m) for m in _read("item_codes.yaml")["matters"]},
    )


def person(name: str) -> Mapping[str, str]:
    """A person of samples.yaml: name, id_no, gender, birth_date, region, phone, bank_card."""
    return persons()[name]


@cache
def persons() -> Mapping[str, Mapping[str, str]]:
    """All synthetic people by name."""
    return {entry["name"]: entry for entry in _read("samples.yaml")["persons"]}


@cache
def companies() -> Mapping[str, Mapping[str, str]]:
    """All synthetic companies by name."""
    return {entry["name"]: entry for entry in _read("samples.yaml")["companies"]}


@cache
def _documents() -> dict[str, dict[str, Any]]:
    files = sorted((LIBRARY / "bundles").glob("*.yaml"))
    found = [_read(f"bundles/{file.name}") for file in files]
    return {entry["code"]: entry for entry in found}


@cache
def _specs() -> dict[str, BundleSpec]:
    return {code: load(entry) for code, entry in _documents().items()}


def _option(values: list[Any]) -> tuple[str, str, str]:
    value, zh, *en = map(str, values)
    return value, zh, en[0] if en else ""


def _known(kind: type[Any], entry: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    names = kind.__dataclass_fields__
    return {**{key: value for key, value in entry.items() if key in names}, **values}


def _department(entry: Mapping[str, Any]) -> Department:
    return Department(**_known(Department, entry))


def _licence(entry: Mapping[str, Any]) -> LicenceKind:
    return LicenceKind(**_known(LicenceKind, entry, fields=tuple(map(tuple, entry["fields"]))))


def _interface(entry: Mapping[str, Any]) -> Interface:
    outputs = tuple(map(tuple, entry["output"]))
    return Interface(**_known(Interface, entry, input=tuple(entry["input"]), output=outputs))


def _matter(entry: Mapping[str, Any]) -> Matter:
    return Matter(**_known(Matter, entry, used_in=tuple(entry.get("used_in") or ())))
