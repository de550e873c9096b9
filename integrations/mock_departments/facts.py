"""What a department knows when it decides: the application, its own registers, the licence library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .application import Application
from .check_digits import is_identity_number
from .library import Library
from .licences import LicenceLibrary
from .registers import Registers
from .rules import UNKNOWN, Scope, as_date, as_moment, evaluate

# Under which field names the forms keep what a register is looked up by.
_PLACES: dict[str, tuple[str, ...]] = {
    "id_no": ("id", "id_no", "uscc"),
    "name": ("name",),
    "uscc": ("uscc",),
    "plate_no": ("plate", "plate_no"),
    "card_no": ("bank_card", "pay_card", "card_no"),
    "phone": ("phone",),
    "mother_id": ("mother_id", "id"),
    "birth_cert_no": ("birth_cert_no",),
    "relative_id": ("child_id", "member_id", "relative_id"),
}
_SPECIAL: dict[tuple[str, str], tuple[str, ...]] = {
    ("BIRTH_INFO", "cert_no"): ("birth_cert_no", "cert_no"),
    ("SKILL_INFO", "cert_no"): ("skill_no",),
    ("WATER_ACCT", "account_no"): ("water_no",),
    ("POWER_ACCT", "account_no"): ("power_no",),
    ("GAS_ACCT", "account_no"): ("gas_no",),
    ("NAME_CHECK", "name"): ("ent_name", "new_name", "name1", "name"),
    ("TIDE_INFO", "at_time"): ("plan_time",),
    ("COURT_CASE", "case_no"): ("ruling_no", "case_no"),
    ("SCHOOL_ZONE", "address"): ("live_address", "house_address", "address"),
}


class ApplicationScope:
    """The values an application's rules may ask for, typed as the definition declares them."""

    def __init__(
        self,
        application: Application,
        library: Library,
        registers: Registers,
        licences: LicenceLibrary,
        row: Mapping[str, Any] | None = None,
    ) -> None:
        self.application = application
        self._library = library
        self._registers = registers
        self._licences = licences
        self._row = application.row if row is None else row
        self._types = application.item.field_types if application.item else {}
        self._computing: set[str] = set()

    def name(self, name: str) -> object:
        """A field, a value handed on, or a variable of the bundle."""
        raw = self._row.get(name, self.application.flat.get(name))
        if raw in (None, "") and name in ("channel", "by_agent"):
            raw = self.application.body.get(name)
        if raw not in (None, ""):
            return typed(self._types.get(name, "text"), raw)
        return self._variable(name)

    def fact(self, path: str) -> object:
        """What ``api:``, ``licence:`` or ``result:`` says; UNKNOWN where the question cannot be put together."""
        kind, _, rest = str(path).partition(":")
        if kind == "result":
            return self.result(rest)
        code, _, who = rest.partition("@")
        party, _, field = who.partition(".")
        if kind == "api" and code in self._library.interfaces:
            return self._register(code, party, field)
        if kind == "licence" and code in self._library.licences:
            return self._licence(code, party, field)
        return UNKNOWN

    def result(self, path: str) -> object:
        """A field of an earlier item's result; UNKNOWN where that item handed nothing on."""
        item, _, field = str(path).partition(".")
        return self.application.upstream[item].get(field) if item in self.application.upstream else UNKNOWN

    def rows(self, group: str) -> Sequence[Scope]:
        """A scope for each row of a group."""
        return [self.in_row(row) for row in self.application.groups.get(group, ())]

    def in_row(self, row: Mapping[str, Any]) -> ApplicationScope:
        """The same application seen from one row."""
        return type(self)(self.application, self._library, self._registers, self._licences, row)

    def valid(self, validator: str, value: object) -> object:
        """Whether a value follows a validator of the code lists."""
        if validator == "id_gb11643":
            return is_identity_number(value)
        pattern = self._library.validators.get(validator)
        return UNKNOWN if pattern is None or value is None else bool(pattern.search(str(value)))

    def records(self, code: str, inputs: Mapping[str, str]) -> list[dict[str, object]]:
        """What one of the registers says; nothing where the question is incomplete."""
        return self._registers.records(code, inputs) if self._registers.is_complete(code, inputs) else []

    # -- putting a question together --------------------------------------------------------------------------------
    def _variable(self, name: str) -> object:
        item = self.application.item
        entry = ((item.bundle.get("variables") or {}) if item else {}).get(name)
        if not isinstance(entry, dict) or name in self._computing:
            return UNKNOWN
        if "value" in entry:
            value = entry["value"]
            return Decimal(str(value)) if isinstance(value, float) else value
        self._computing.add(name)
        try:
            return evaluate(str(entry.get("expr", "")), self)
        finally:
            self._computing.discard(name)

    def inputs(self, code: str, party: str) -> dict[str, str]:
        """What a register is asked with about a party, as far as this application says it."""
        asked: dict[str, str] = {}
        for name in self._library.interfaces[code].inputs:
            value = self._input(_SPECIAL.get((code, name)) or _PLACES.get(name, (name,)), party)
            if value:
                asked[name] = value
        return asked

    def _input(self, places: tuple[str, ...], party: str) -> str | None:
        if party == "row":
            row = self._row or self.application.flat
            return next((str(v) for p in places for k, v in row.items() if v and (k == p or k.endswith(f"_{p}"))), None)
        return self.application.of_party(party, places)

    def _register(self, code: str, party: str, field: str) -> object:
        inputs = self.inputs(code, party)
        if not self._registers.is_complete(code, inputs):
            return UNKNOWN
        records = self._registers.records(code, inputs)
        kind = next((kind for name, _zh, kind in self._library.interfaces[code].outputs if name == field), "text")
        return typed(kind, records[0].get(field)) if records else None

    def _licence(self, code: str, party: str, field: str) -> object:
        holder = self._input(("id", "id_no", "uscc", "plate", "passport_no", "imo_no"), party)
        if not holder:
            return UNKNOWN
        found = self._licences.search(code, holder)
        kind = next((kind for name, _zh, kind in self._library.licences[code].fields if name == field), "text")
        return typed(kind, found[0].data.get(field)) if found else None


def typed(kind: str, value: Any) -> object:
    """A wire value as its declared type; UNKNOWN where it is not of that type."""
    if value is None:
        return None
    try:
        if kind == "date":
            return as_date(value)
        if kind == "datetime":
            return as_moment(value)
        if kind in ("number", "money", "integer"):
            return Decimal(str(value))
    except (InvalidOperation, TypeError, ValueError):
        return UNKNOWN
    return value if isinstance(value, bool | list | date | datetime) or kind == "bool" else str(value)


class Unheard(ApplicationScope):
    """The same application where registers without a record count as registers that could not be asked."""

    @classmethod
    def of(cls, scope: ApplicationScope) -> Unheard:
        """The application as `scope` sees it."""
        return cls(scope.application, scope._library, scope._registers, scope._licences, scope._row)

    def fact(self, path: str) -> object:
        """What the register says, UNKNOWN where it has no record."""
        found = super().fact(path)
        return UNKNOWN if found is None else found
