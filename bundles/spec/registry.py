"""The registries that bundles refer to: departments, licences, interfaces, code lists, validators, matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What kind of office it is, left out where a department is called by a short name.
OFFICES = (" Bureau", " Commission", " Administration", " Division", " Company", " Center", " Service", " Office")


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

    @property
    def short_en(self) -> str:
        """Health of Health Commission: without brackets, whom it belongs to and what kind of office it is."""
        plain = self.en.partition(" (")[0].partition(" of the ")[0]
        return next((plain.removesuffix(kind) for kind in OFFICES if plain.endswith(kind)), plain)


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """A kind of electronic licence. `fields`: (name, zh, type) of its face; `id_field` finds one again.

    `trust`: the level (可信等级 A to D) of a licence of which its department does not say another.
    """

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
    sensitive: str = ""
    trust: str = "A"


# How long an answer may be used again in its case where an interface does not say, by how it answers (seconds).
KEEPS_S: Mapping[str, int] = {"ms": 600, "s": 600, "batch": 86_400, "manual": 86_400}


@dataclass(frozen=True, slots=True)
class Interface:
    """A data-sharing interface. `input`: names it asks for; `output`: (name, zh, type) of what it returns.

    `sensitive`: the kind of sensitive personal information (个人信息保护法 第二十八条), empty for none. `max_age_s`,
    `per_minute` and `per_day` are the terms of its department; None where there are none.
    """

    code: str
    zh: str
    en: str
    dept: str
    share: str
    level: str
    sla: str
    input: tuple[str, ...]
    output: tuple[tuple[str, str, str], ...]
    sensitive: str = ""
    max_age_s: int | None = None
    per_minute: int | None = None
    per_day: int | None = None

    @property
    def keeps_s(self) -> int:
        """How long an answer may be used again in its case (seconds)."""
        return KEEPS_S.get(self.sla, 600) if self.max_age_s is None else self.max_age_s


@dataclass(frozen=True, slots=True)
class Matter:
    """A single matter (事项) of the catalogue with its base code (12) and implementation code (31 characters).

    `parent`: the main matter (主项) it is a part of; `office`: the body that handles it, empty for the department of
    the city; `level`: national, province, city, district or town; `audience`: person, org or both; `reach`: national,
    province or city; `days`: committed working days, None where nothing is said.
    """

    matter: str
    zh: str
    dept: str
    type: str
    base: str
    impl: str
    used_in: tuple[str, ...] = ()
    parent: str | None = None
    level: str = "city"
    region: str = ""
    office: str = ""
    audience: str = "both"
    stage: str = ""
    channels: tuple[str, ...] = ()
    reach: str = "city"
    instant: bool = False
    paperless: bool = False
    days: int | None = None
    fee: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """All registries at one moment. Code lists: name -> ((value, zh, en), …); validators: name -> mapping."""

    departments: Mapping[str, Department] = field(default_factory=dict)
    licences: Mapping[str, LicenceKind] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    codelists: Mapping[str, tuple[tuple[str, str, str], ...]] = field(default_factory=dict)
    validators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    matters: Mapping[str, Matter] = field(default_factory=dict)
