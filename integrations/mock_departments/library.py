"""The shipped definitions as the departments read them: who they are, what they share, what they decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Field = tuple[str, str, str]


class Loader(Safe):  # type: ignore[misc, valid-type]
    """Reads only ``true`` and ``false`` as truth: a field may be called ``no``, ``on``, ``y``."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in Safe.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF"))


@dataclass(frozen=True, slots=True)
class Interface:
    """A data-sharing interface: what it is asked with and what it answers."""

    code: str
    zh: str
    dept: str
    conditional: bool
    inputs: tuple[str, ...]
    outputs: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """A kind of licence: who issues it and what stands on its face."""

    code: str
    zh: str
    dept: str
    validity: str
    id_field: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Item:
    """One item of a bundle, with what a department needs to decide it."""

    bundle: Mapping[str, Any]
    entry: Mapping[str, Any]

    @cached_property
    def is_sync(self) -> bool:
        """Whether the department answers with the decision at once."""
        return self.entry.get("connect") == "api-sync"

    @cached_property
    def rules(self) -> list[Mapping[str, Any]]:
        """The decision rules, in their order."""
        return (self.entry.get("decision") or {}).get("rules") or []

    @cached_property
    def results(self) -> list[Mapping[str, Any]]:
        """What an approval of this item produces."""
        return [result for result in self.bundle.get("results") or [] if result["item"] == self.entry["id"]]

    def reasons(self, kind: str) -> list[Mapping[str, Any]]:
        """The reasons of this kind (supplement, reject) written for this item."""
        entries = (self.bundle.get("reasons") or {}).get(kind) or []
        return [reason for reason in entries if reason.get("item") == self.entry["id"]]

    @cached_property
    def field_types(self) -> dict[str, str]:
        """Type of every field of the form, rows of groups included."""
        types: dict[str, str] = {}
        for section in (self.bundle.get("form") or {}).get("sections") or []:
            for field in section.get("fields") or []:
                types[field["id"]] = field["type"]
                types.update({inner["id"]: inner["type"] for inner in field.get("fields") or []})
        return types

    @cached_property
    def parties(self) -> dict[str, str]:
        """Role of every party: ``{"mother": "applicant", …}``."""
        return {party["id"]: party.get("role", "") for party in self.bundle.get("parties") or []}


class Library:
    """Everything under a folder of definitions, read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.departments: dict[str, Mapping[str, Any]] = {
            entry["code"]: entry for entry in self._read("departments.yaml")["departments"]
        }
        self.interfaces = {entry["code"]: _interface(entry) for entry in self._read("interfaces.yaml")["interfaces"]}
        self.licences = {entry["code"]: _licence_kind(entry) for entry in self._read("licences.yaml")["licences"]}
        self.samples = self._read("samples.yaml")
        bundles = [yaml.load(path.read_text("utf-8"), Loader) for path in sorted((folder / "bundles").glob("*.yaml"))]
        self.bundles: dict[str, Mapping[str, Any]] = {bundle["code"]: bundle for bundle in bundles}
        self._items = {
            (bundle["code"], entry["id"]): Item(bundle, entry) for bundle in bundles for entry in bundle["items"]
        }

    def _read(self, name: str) -> Any:
        return yaml.load((self._folder / name).read_text("utf-8"), Loader)

    @cached_property
    def validators(self) -> dict[str, re.Pattern[str]]:
        """The validators that are a pattern, compiled."""
        entries = self._read("codelists.yaml")["validators"]
        return {name: re.compile(entry["regex"]) for name, entry in entries.items() if "regex" in entry}

    def item(self, bundle: str, item: str) -> Item | None:
        """An item by bundle and id; nothing for a bundle that is not in the library."""
        return self._items.get((bundle, item))

    def name_of(self, dept: str) -> str:
        """A department's full name."""
        return self.departments.get(dept, {}).get("name", dept)


def _interface(entry: Mapping[str, Any]) -> Interface:
    outputs = tuple((name, zh, kind) for name, zh, kind in entry["output"])
    conditional = entry["share"] == "conditional"
    return Interface(entry["code"], entry["zh"], entry["dept"], conditional, tuple(entry["input"]), outputs)


def _licence_kind(entry: Mapping[str, Any]) -> LicenceKind:
    fields = tuple((name, zh, kind) for name, zh, kind in entry["fields"])
    return LicenceKind(entry["code"], entry["zh"], entry["dept"], str(entry["validity"]), entry["id_field"], fields)
