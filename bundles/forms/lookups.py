"""From a path like "api:BIRTH_INFO@child.used" to the question that a register can be asked.

The inputs that an interface declares come from the party's identity, then from the form, then from results of
upstream items. A definition may say which field is meant, or a fixed value:
`lookups: {"NAME_CHECK@company": {name: new_name}, "WEATHER_INFO@vessel": {area_code: {value: XM}}}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bundles.forms.context import Context, Lookup, Row
from bundles.forms.identity import ATTRIBUTES, PartyIdentity, answer_of, as_text, identity_of
from bundles.forms.typed import SHANGHAI
from bundles.rules import UNKNOWN
from bundles.spec import Field

LOOK_BACK_DAYS: Final = 365
_PATH: Final = re.compile(r"(api|licence):([A-Z0-9_]+)@(\w+)\.(\w+)")
_IDENTIFIERS: Final = frozenset({"id_no", "birth_cert_no", "passport_no"})
_TYPES: Final = {"plate_no": "plate", "card_no": "bank_card", "at_time": "datetime", "from_time": "datetime",
                 "to_time": "datetime", "email": "email"}  # fmt: skip
_HOLDER_KEYS: Final = {
    "person": ("id_no", "passport_no", "uscc", "plate_no"),
    "org": ("uscc", "id_no"),
    "asset": ("plate_no", "imo_no", "id_no", "uscc"),
}

_OWN_NUMBERS: Final = frozenset({"passport_no", "plate_no", "imo_no"})


@dataclass(frozen=True, slots=True)
class Path:
    """A path into a register or the licence library, in its parts."""

    kind: str
    code: str
    party: str
    field: str


def parse_path(path: str) -> Path | None:
    """The parts of "api:CODE@party.field" or "licence:CODE@party.field", None for anything else."""
    match = _PATH.fullmatch(path)
    return Path(*match.groups()) if match else None


def lookup_for(context: Context, path: str, row: Row | None = None) -> Lookup | None:
    """What to ask for a path, None while something that the register must be told is missing.

    The lookup names the row only where the row makes it another question.
    """
    parts = parse_path(path)
    if parts is None:
        return None
    inputs = _inputs(context, parts, row)
    if inputs is None:
        return None
    own = row if row and (parts.party == "row" or _inputs(context, parts, None) != inputs) else None
    return Lookup("api" if parts.kind == "api" else "licence", parts.code, inputs, parts.party, own)


def _inputs(context: Context, parts: Path, row: Row | None) -> tuple[tuple[str, str], ...] | None:
    key = ("inputs", parts.kind, parts.code, parts.party, row)
    if key not in context.memo:
        context.memo[key] = _inputs_found(context, parts, row)
    found: tuple[tuple[str, str], ...] | None = context.memo[key]
    return found


def _inputs_found(context: Context, parts: Path, row: Row | None) -> tuple[tuple[str, str], ...] | None:
    question = _Question(context, parts, identity_of(context, parts.party, row), row)
    return question.for_interface() if parts.kind == "api" else question.for_licence()


@dataclass(frozen=True, slots=True)
class _Question:
    """One path on its way to becoming a lookup."""

    context: Context
    path: Path
    identity: PartyIdentity
    row: Row | None

    def for_interface(self) -> tuple[tuple[str, str], ...] | None:
        """The declared inputs with their values, None if one is missing.

        Of several ways to name a person (identity number, birth certificate, passport) one is enough.
        """
        interface = self.context.registry.interfaces.get(self.path.code)
        if interface is None:
            return None
        found = [(name, self._input(name)) for name in interface.input]
        persons = [value for name, value in found if name in _IDENTIFIERS]
        if persons and not any(persons):
            return None
        if any(not value for name, value in found if name not in _IDENTIFIERS):
            return None
        return tuple((name, value) for name, value in found if value)

    def for_licence(self) -> tuple[tuple[str, str], ...] | None:
        """The holder's number, or else the number of the licence that the form states."""
        kind = self.context.registry.licences.get(self.path.code)
        if kind is None:
            return None
        for key in _HOLDER_KEYS.get(kind.holder, ("id_no", "uscc")):
            value = self.identity.get(key) or (self._first([key]) if key in _OWN_NUMBERS else "")
            if value:
                return ((key, value),)
        number = self._licence_number(kind.id_field)
        return ((kind.id_field, number),) if number else None

    def _licence_number(self, id_field: str) -> str:
        path = f"licence:{self.path.code}@{self.path.party}.{id_field}"
        numbers = (f.id for _, _, f in self.context.spec.walk_fields() if path in f.prefills)
        return self._first(numbers)

    def _input(self, name: str) -> str:
        ways: tuple[Callable[[str], str], ...] = (
            self._stated,
            self._of_party,
            self._named,
            self._of_other_party,
            self._fitting,
            self._upstream,
            self._period,
        )
        return next((value for value in (way(name) for way in ways) if value), "")

    def _stated(self, name: str) -> str:
        """What the definition says outright."""
        stated: Any = self.context.spec.extra.get("lookups") or {}
        meant = (stated.get(f"{self.path.code}@{self.path.party}") or {}).get(name)
        if isinstance(meant, Mapping):
            return str(meant.get("value", ""))
        return self._first([meant]) if meant else ""

    def _of_party(self, name: str) -> str:
        """From the identity; a company's number is its credit code."""
        return self.identity.get(name) or (self.identity.uscc if name == "id_no" else "")

    def _named(self, name: str) -> str:
        """A field of that name, of the party's, or of what the register is about: `water_no` for WATER_ACCT."""
        about = self.path.code.split("_")[0].lower()
        last = name.rpartition("_")[2]
        start, _, end = name.partition("_")
        names = [f"{self.path.party}_{name}", name, f"{about}_{name}", f"{about}_{last}", f"{end}_{start}"]
        if last == "month":
            names.append(f"{name.removesuffix('month')}date")
        return self._first(names)

    def _of_other_party(self, name: str) -> str:
        """`mother_id` is the mother's number; `relative_id` is that of the person the bundle is about."""
        if not name.endswith("_id"):
            return ""
        if name == "relative_id":
            subjects = [p.id for p in self.context.spec.parties if p.role == "subject"]
            others = [party for party in subjects if party != self.path.party]
            return identity_of(self.context, others[0], self.row).id_no if others else ""
        return identity_of(self.context, name.removesuffix("_id"), self.row).id_no

    def _fitting(self, name: str) -> str:
        """A field that is checked as such a number, is of such a type, or is called so at its end."""
        fits: tuple[Callable[[Field], bool], ...] = (
            lambda f: name in f.rules,
            lambda f: f.type == _TYPES.get(name),
            lambda f: f.id.endswith(f"_{name}") and name not in ATTRIBUTES,
        )
        for fit in fits:
            value = self._first(f.id for _, _, f in self.context.spec.walk_fields() if fit(f))
            if value:
                return value
        return ""

    def _upstream(self, name: str) -> str:
        for item in self.context.spec.items:
            for dependency in item.depends_on:
                if name in dependency.flow:
                    value = self.context.results.get(dependency.item, name, self.row)
                    if value is not UNKNOWN and value is not None:
                        return as_text(value)
        return ""

    def _period(self, name: str) -> str:
        """Registers that list a period are asked for the last year, unless the form says otherwise."""
        today = self.context.now.astimezone(SHANGHAI).date()
        if name == "to_date":
            return today.isoformat()
        return (today - timedelta(days=LOOK_BACK_DAYS)).isoformat() if name == "from_date" else ""

    def _first(self, field_ids: Iterable[str]) -> str:
        """The first of these fields that is filled."""
        texts = (as_text(answer_of(self.context, field_id, self.row)) for field_id in field_ids)
        return next((text for text in texts if text), "")
