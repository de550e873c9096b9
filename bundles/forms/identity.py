"""Who a party is: the account for the applicant, the form's fields for everybody else.

A definition may say which fields identify a party (`parties[].identity`). Where it does not, names tell: the fields
of party `rep_new` are `new_rep`, `new_rep_id`, `new_rep_phone`; those of `debtor` are also the ones prefilled from
`…@debtor.uscc`. A party without any is the person, vehicle or company of a row, where the block is about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from bundles.forms.answers import Place, rows_of, stored
from bundles.forms.context import Context, Row
from bundles.forms.typed import EMPTY, read, stored_form
from bundles.rules import UNKNOWN
from bundles.spec import BundleSpec, Field, Party

OPERATORS: Final = frozenset({"agent", "operator"})


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """What a party is known by; empty texts where that is not known."""

    name: str = ""
    id_no: str = ""
    id_kind: str = ""
    phone: str = ""
    uscc: str = ""
    passport_no: str = ""
    nationality: str = ""
    legal_rep: str = ""
    email: str = ""
    plate_no: str = ""
    imo_no: str = ""

    def get(self, attribute: str) -> str:
        """An attribute by the name that interfaces use for it."""
        return str(getattr(self, attribute)) if attribute in ATTRIBUTES else ""

    def __bool__(self) -> bool:
        return any(self.get(attribute) for attribute in ATTRIBUTES)

    def completed(self, other: PartyIdentity) -> PartyIdentity:
        """This identity with its gaps filled from another one."""
        return replace(self, **{a: other.get(a) for a in ATTRIBUTES if not self.get(a)})


ATTRIBUTES: Final = tuple(entry.name for entry in fields(PartyIdentity))
_SUFFIXES: Final[dict[str, str]] = {
    "name": "name",
    "id": "id_no",
    "id_no": "id_no",
    "id_kind": "id_kind",
    "phone": "phone",
    "uscc": "uscc",
    "passport": "passport_no",
    "passport_no": "passport_no",
    "nationality": "nationality",
    "email": "email",
    "plate": "plate_no",
    "imo_no": "imo_no",
}
_TYPES: Final = {"id_number": "id_no", "uscc": "uscc", "phone": "phone", "plate": "plate_no"}
_SOURCE: Final = re.compile(r"(?:api|licence):[A-Z0-9_]+@(\w+)\.(\w+)")


def identity_of(context: Context, party_id: str, row: Row | None = None) -> PartyIdentity:
    """What is known of a party; the empty identity where nothing is."""
    key = ("identity", party_id, row)
    if key not in context.memo:
        context.memo[key] = _identity_of(context, party_id, row)
    found: PartyIdentity = context.memo[key]
    return found


def _identity_of(context: Context, party_id: str, row: Row | None) -> PartyIdentity:
    party = next((p for p in context.spec.parties if p.id == party_id), None)
    if party is None:
        return _of_row(context, row) if party_id == "row" and row else PartyIdentity()
    if is_account(context, party):
        return of_account(context, party).completed(_of_fields(context, party, row))
    if party.role in OPERATORS and context.account.get("operator_name"):
        return _of_operator(context)
    if row and lives_in(context.spec, party, row.group):
        return _of_row(context, row)
    return _of_fields(context, party, row)


def lives_in(spec: BundleSpec, party: Party, group: str) -> bool:
    """Whether a party is whoever stands in the row of a block.

    It has no fields of its own, and the block's fields are looked up by it, or a paper per row is of it.
    """
    if named_fields(spec, party):
        return False
    looked_up = any(f"@{party.id}." in path for field in spec.groups[group].fields for path in field.prefills)
    return looked_up or any(m.per == group and party.id in m.of for m in spec.materials)


def is_account(context: Context, party: Party) -> bool:
    """Whether the party is the one who signed in.

    That is the applicant of the account's kind. Where no applicant is of that kind, it is the person the bundle is
    about, or the agent where an agent files.
    """
    kind = context.account.get("kind")
    if not kind or party.kind != kind:
        return False
    applicants = [p for p in context.spec.parties if p.role == "applicant" and p.kind == kind]
    if applicants:
        return party is applicants[0]
    role = "agent" if context.by_agent else "subject"
    return next((p for p in context.spec.parties if p.role == role and p.kind == kind), None) is party


def of_account(context: Context, party: Party) -> PartyIdentity:
    """The identity that signing in has proved."""
    account = context.account
    if party.kind == "person":
        keys = ("name", "id_no", "id_kind", "phone", "passport_no", "nationality", "email")
        return PartyIdentity(**{key: account.get(key, "") for key in keys})
    return PartyIdentity(
        name=account.get("ent_name", ""),
        uscc=account.get("uscc", ""),
        legal_rep=account.get("legal_rep", ""),
        phone=account.get("operator_phone") or account.get("phone", ""),
    )


def answer_of(context: Context, field_id: str, row: Row | None = None) -> object:
    """The typed answer to a field, UNKNOWN where it has none or does not count.

    A repeated field outside its rows has a value where all rows agree on one. A system field without an answer
    takes it from the result of an upstream item.
    """
    spec = context.spec
    if not spec.has_field(field_id) or (context.shown is not None and field_id not in context.shown):
        return UNKNOWN
    group = spec.group_of(field_id)
    if group is None:
        return _answer_at(context, spec.field(field_id), Place(field_id))
    if row and row.group == group.id:
        return _answer_at(context, spec.field(field_id), Place(field_id, row))
    return _agreed(context, field_id, group.id)


def _agreed(context: Context, field_id: str, group: str) -> object:
    """What all rows of a block say, UNKNOWN where they differ or there are none."""
    key = ("agreed", field_id)
    if key not in context.memo:
        context.memo[key] = _agreement(context, field_id, group)
    return context.memo[key]


def _agreement(context: Context, field_id: str, group: str) -> object:
    field = context.spec.field(field_id)
    found: object = UNKNOWN
    for index in range(len(rows_of(context.answers, group))):
        value = _answer_at(context, field, Place(field_id, Row(group, index)))
        if value is UNKNOWN or (found is not UNKNOWN and value != found):
            return UNKNOWN
        found = value
    return found


def _answer_at(context: Context, field: Field, place: Place) -> object:
    value = stored(context.answers, place)
    if value in EMPTY and field.system:
        value = _upstream(context, field, place.row)
    return read(field, value)


def _upstream(context: Context, field: Field, row: Row | None) -> object:
    for path in field.prefills:
        if path.startswith("result:"):
            item, _, name = path.removeprefix("result:").partition(".")
            value = context.results.get(item, name, row)
            if value is not UNKNOWN and value is not None:
                return stored_form(value)
    return None


def as_text(value: object) -> str:
    """An answer as text, empty where there is none."""
    return "" if value is UNKNOWN or value in EMPTY else str(stored_form(value))


def _of_operator(context: Context) -> PartyIdentity:
    account = context.account
    return PartyIdentity(
        name=account.get("operator_name", ""),
        id_no=account.get("operator_id", ""),
        phone=account.get("operator_phone", ""),
    )


def _of_fields(context: Context, party: Party, row: Row | None) -> PartyIdentity:
    """What the form's fields say of a party, the first filled field for each attribute."""
    found: dict[str, str] = {}
    for attribute, field_id in named_fields(context.spec, party):
        text = as_text(answer_of(context, field_id, row))
        if text and attribute not in found:
            found[attribute] = text
    return PartyIdentity(**found)


def named_fields(spec: BundleSpec, party: Party) -> tuple[tuple[str, str], ...]:
    """(attribute, field) pairs that the definition gives a party, or that names and sources do."""
    kept = spec.__dict__.setdefault("_party_fields", {})  # the way functools.cached_property keeps things
    if party.id not in kept:
        kept[party.id] = tuple(_named_fields(spec, party))
    found: tuple[tuple[str, str], ...] = kept[party.id]
    return found


def _named_fields(spec: BundleSpec, party: Party) -> Iterator[tuple[str, str]]:
    if party.identity:
        yield from ((a, f) for a, f in party.identity.items() if a in ATTRIBUTES)
        return
    matches: tuple[Callable[[Field, Party], str | None], ...] = (_by_name, _by_source)
    for match in matches:
        for _, _, field in spec.walk_fields():
            attribute = match(field, party)
            if attribute:
                yield attribute, field.id
    if party.kind == "org" and sum(p.kind == "org" for p in spec.parties) == 1:
        yield from (("name", "ent_name"), ("uscc", "uscc"))


def _by_name(field: Field, party: Party) -> str | None:
    """`new_rep_id` is the id_no of `rep_new`, `g2_name` the name of `guardian2`."""
    words = field.id.split("_")
    for alias in _aliases(party.id):
        if set(words) == alias and field.type == "text":
            return "name"
        rest = [word for word in words if word not in alias]
        if alias <= set(words) and len(rest) < len(words):
            return _SUFFIXES.get("_".join(rest))
    return None


def _aliases(party_id: str) -> Iterator[set[str]]:
    yield set(party_id.split("_"))
    numbered = re.fullmatch(r"([a-z])[a-z]+(\d+)", party_id)
    if numbered:
        yield {numbered[1] + numbered[2]}


def _by_source(field: Field, party: Party) -> str | None:
    for path in field.prefills:
        source = _SOURCE.fullmatch(path)
        if source and source[1] == party.id and source[2] in ATTRIBUTES:
            return source[2]
    return None


def _of_row(context: Context, row: Row | None) -> PartyIdentity:
    """The person, vehicle or company of a row, by the types and names of its fields."""
    group = context.spec.groups.get(row.group) if row else None
    found: dict[str, str] = {}
    for field in group.fields if group else ():
        attribute = _TYPES.get(field.type) or _row_attribute(field)
        text = as_text(answer_of(context, field.id, row)) if attribute else ""
        if attribute and text and attribute not in found:
            found[attribute] = text
    return PartyIdentity(**found)


def _row_attribute(field: Field) -> str | None:
    last = field.id.rpartition("_")[2]
    if field.id.endswith("id_kind"):
        return "id_kind"
    if last == "name" or "name_zh" in field.rules:
        return "name"
    if field.type == "text" and (last == "passport" or field.id.endswith("passport_no")):
        return "passport_no"
    return None
