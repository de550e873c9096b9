"""Which of a register's records a row is about, and its values by the type the register declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bundles.forms.answers import Place, stored
from bundles.forms.context import RECORDS, Context, Lookup, Row
from bundles.forms.lookups import parse_path
from bundles.forms.typed import EMPTY, read, stored_form
from bundles.rules import UNKNOWN
from bundles.spec import Field


def records_of(context: Context, lookup: Lookup) -> Sequence[Mapping[str, Any]]:
    """All records that the register returned, none where it returned one or nothing."""
    found = context.facts.get(lookup, RECORDS)
    if not isinstance(found, list | tuple):
        return ()
    return [record for record in found if isinstance(record, Mapping)]


def fact_of(context: Context, lookup: Lookup, field: str, row: Row | None) -> object:
    """What the register says; where its records are about the rows of a block, what the record of this row says."""
    records = records_of(context, lookup) if row and lookup.row is None else ()
    if row is None or not records or (len(records) == 1 and _is_for_any_row(context, lookup, records[0], row)):
        return typed_fact(context, lookup, field, context.facts.get(lookup, field))
    record = _record_of(context, lookup, records, row)
    return UNKNOWN if record is None else typed_fact(context, lookup, field, record.get(field))


def _is_for_any_row(context: Context, lookup: Lookup, record: Mapping[str, Any], row: Row) -> bool:
    """Whether a lone record counts here: it is not about rows at all, or it is this row's.

    A second child is not the first one over again: only a row that says what the record says is meant by it.
    """
    if row.index == 0 or not _is_about_rows(context, lookup, row):
        return True
    said = _said_by_row(context, lookup, row)
    return bool(said) and all(_same(record.get(name), value) for name, value in said.items())


def _is_about_rows(context: Context, lookup: Lookup, row: Row) -> bool:
    asked = (lookup.kind, lookup.code, lookup.party)
    sources = (parse_path(path) for field in context.spec.groups[row.group].fields for path in field.prefills)
    return any((parts.kind, parts.code, parts.party) == asked for parts in sources if parts)


def _record_of(
    context: Context, lookup: Lookup, records: Sequence[Mapping[str, Any]], row: Row
) -> Mapping[str, Any] | None:
    """The record that agrees with most of what the row says; the row's number decides between equals."""
    said = _said_by_row(context, lookup, row)
    if not said:
        return records[row.index] if row.index < len(records) else None
    scores = [sum(_same(record.get(name), value) for name, value in said.items()) for record in records]
    best = max(scores)
    if best == 0:
        return None
    equals = [n for n, score in enumerate(scores) if score == best]
    return records[row.index if row.index in equals else equals[0]]


def _said_by_row(context: Context, lookup: Lookup, row: Row) -> dict[str, object]:
    """The row's answers to fields that this register can prefill, by the register's names."""
    said: dict[str, object] = {}
    for field in context.spec.groups[row.group].fields:
        value = stored(context.answers, Place(field.id, row))
        for parts in filter(None, map(parse_path, field.prefills)):
            if (parts.kind, parts.code, parts.party) == (lookup.kind, lookup.code, lookup.party) and value not in EMPTY:
                said[parts.field] = read(field, value)
    return said


def _same(recorded: object, said: object) -> bool:
    return recorded is not None and str(stored_form(recorded)) == str(stored_form(said))


def typed_fact(context: Context, lookup: Lookup, field: str, value: object) -> object:
    """A register's value as rules work with it; a value that is not of the declared type is not known."""
    if value is None or value is UNKNOWN or not isinstance(value, str | int | float):
        return value
    declared = _declared_type(context, lookup, field)
    if declared in ("", "list"):
        return value
    return read(Field(id=field, zh="", en="", type=declared, required=False), stored_form(value))


def _declared_type(context: Context, lookup: Lookup, field: str) -> str:
    if lookup.kind == "api":
        interface = context.registry.interfaces.get(lookup.code)
        declared = interface.output if interface else ()
    else:
        licence = context.registry.licences.get(lookup.code)
        declared = licence.fields if licence else ()
    return next((kind for name, _, kind in declared if name == field), "")
