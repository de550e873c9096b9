"""The registries that bundles refer to: departments, licences, interfaces, code lists, validators, matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Department:
    """A body that handles items. `system`: api-sync, api-callback or manual; `org_code` after GB 32100."""

    code: str
    name: str
    short: str
    en: str
    kind: str
    org_code: str
    system: str
    parent: str | None = None
    window: bool = False
    tel: str = ""


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """A kind of electronic licence. `fields`: (name, zh, type) of its face; `id_field` finds one again."""

    code: str
    zh: str
    en: str
    dept: str
    holder: str
    id_field: str
    fields: tuple[tuple[str, str, str], ...]
    national: bool = False
    validity: str = ""
    type_code: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """A data-sharing interface. `input`: names it asks for; `output`: (name, zh, type) of what it returns."""

    code: str
    zh: str
    en: str
    dept: str
    share: str
    level: str
    sla: str
    input: tuple[str, ...]
    output: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """A single matter (事项) of the catalogue with its base code (12) and implementation code (31 characters)."""

    matter: str
    zh: str
    dept: str
    type: str
    base: str
    impl: str
    used_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """All registries at one moment. Code lists: name -> ((value, zh, en), …); validators: name -> mapping."""

    departments: Mapping[str, Department] = field(default_factory=dict)
    licences: Mapping[str, LicenceKind] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    codelists: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    validators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    matters: Mapping[str, Matter] = field(default_factory=dict)
