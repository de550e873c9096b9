"""Filling in what the platform knows already, and saying where each value came from.

Empty fields take the first source that has a value. What a person typed is never touched. A value that came from a
source follows it: when the number behind a lookup is corrected, what was looked up by the old one goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bundles.forms.answers import Place, rows_of, source_of, stored, with_rows, with_values
from bundles.forms.context import Context, Row
from bundles.forms.instances import rows_from_records
from bundles.forms.lookups import lookup_for, parse_path
from bundles.forms.records import records_of
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, select, shows
from bundles.forms.typed import EMPTY, Illtyped, accept, stored_form
from bundles.forms.words import options_of, source_label
from bundles.rules import UNKNOWN
from bundles.spec import Field, Group
from bundles.spec.registry import Registry

PASSES: Final = 6
ROSTER: Final = "roster:"  # said by an organisation for a person: no register takes it back
LOCKING: Final = frozenset({"api", "licence", "account", "result"})


@dataclass(frozen=True, slots=True)
class PrefillResult:
    """New answers, and the field paths that changed; a block whose rows were made stands with its id."""

    answers: dict[str, Any]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the sources of a field say: a value with its path, or for certain that there is none."""

    value: object = None
    path: str = ""
    no_record: bool = False


def prefill(context: Context, selection: Selection) -> PrefillResult:
    """Fill what can be filled, until nothing more follows from it."""
    changed: dict[str, None] = {}
    for number in range(PASSES):
        chosen = selection if number == 0 else select(context)
        context, paths = _pass(context, chosen)
        if not paths:
            break
        changed.update(dict.fromkeys(paths))
    return PrefillResult(dict(context.answers), tuple(changed))


def _pass(context: Context, selection: Selection) -> tuple[Context, list[str]]:
    paths: list[str] = []
    for group in context.spec.groups.values():
        answers = _with_enough_rows(context, selection, group)
        if answers is not None:
            context = replace(context, answers=answers)
            paths.append(group.id)
    values: dict[Place, object] = {}
    sources: dict[str, Mapping[str, Any] | None] = {}
    for field, at in places(context, selection):
        _fill(field, at, values, sources)
    if values or sources:
        context = replace(context, answers=with_values(context.answers, values, sources))
    return context, paths + [place.path for place in values]


def places(context: Context, selection: Selection) -> Iterator[tuple[Field, FormScope]]:
    """Every shown field that could be filled in, with the case or the row it stands in."""
    case = scope(context, selection)
    rows = {g: [case.in_row(Row(g, n)) for n in range(len(rows_of(context.answers, g)))] for g in context.spec.groups}
    for _, _, field in context.spec.walk_fields():
        if field.id not in selection.fields or field.is_group or not (field.prefill or field.default is not None):
            continue
        group = context.spec.group_of(field.id)
        for at in rows[group.id] if group else [case]:
            if shows(field, selection, at):
                yield field, at


def _fill(
    field: Field, at: FormScope, values: dict[Place, object], sources: dict[str, Mapping[str, Any] | None]
) -> None:
    """Decide on one place: fill it, follow its source, or leave it alone."""
    place = Place(field.id, at.row)
    context = at.context
    value, source = stored(context.answers, place), source_of(context.answers, place.path)
    if value not in EMPTY and (source is None or str(source.get("path", "")).startswith(ROSTER)):
        return
    found = ask_sources(field, at)
    if found.path:
        label = _source(context, field, found.path)
        if found.value != value or source is None or source.get("path") != found.path:
            values[place], sources[place.path] = found.value, label
    elif source is not None and found.no_record:
        values[place], sources[place.path] = None, None
    elif value in EMPTY and field.default is not None:
        values[place] = _fitting(field, field.default, context.registry)


def ask_sources(field: Field, at: FormScope) -> Found:
    """The first source of a field that has a fitting value."""
    no_record = bool(field.prefills)
    for path in field.prefills:
        value = at.source(path)
        no_record = no_record and value is None
        fitting = None if value is UNKNOWN else _fitting(field, value, at.context.registry)
        if fitting not in EMPTY:
            return Found(fitting, path)
    return Found(no_record=no_record)


def _fitting(field: Field, value: object, registry: Registry) -> object:
    """The value as this field would store it, None where it does not fit."""
    if value in EMPTY:
        return None
    if field.type in ("enum", "multi"):
        return _as_options(field, value, registry)
    if field.type == "date" and isinstance(value, datetime):
        value = value.date()
    try:
        return accept(field, str(stored_form(value)))
    except Illtyped:
        return None


def _as_options(field: Field, value: object, registry: Registry) -> object:
    """Option values for what a register says, which may be the value itself or its Chinese label."""
    known = {name: option[0] for option in options_of(field, registry) for name in (option[1], option[0])}
    said = [str(stored_form(entry)) for entry in (value if isinstance(value, list | tuple) else [value])]
    if any(name not in known for name in said):
        return None
    return [known[name] for name in said] if field.type == "multi" else known[said[0]]


def _source(context: Context, field: Field, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "label": source_label(context.spec, context.registry, path),
        "at": context.now.isoformat(timespec="seconds"),
        "locked": field.lock and path.partition(":")[0] in LOCKING,
    }


def _with_enough_rows(context: Context, selection: Selection, group: Group) -> dict[str, Any] | None:
    """Answers with the rows a shown block needs: its least number, or one for each of a register's records."""
    shown = group.field is None or group.id in selection.fields
    if not shown or not any(field.id in selection.fields for field in group.fields):
        return None
    rows = rows_of(context.answers, group.id)
    listed = None if rows else _rows_of_register(context, selection, group)
    if listed is not None:
        return listed
    wanted = max(group.min, 0 if _is_typed(context, group) else _records(context, selection, group))
    wanted = wanted if group.max is None else min(wanted, group.max)
    if wanted <= len(rows):
        return None
    return with_rows(context.answers, group.id, [*range(len(rows)), *[None] * (wanted - len(rows))])


def _is_typed(context: Context, group: Group) -> bool:
    """Whether a person has filled in anything of the block."""
    for number, row in enumerate(rows_of(context.answers, group.id)):
        for name, value in row.items():
            path = Place(name, Row(group.id, number)).path
            if (
                value not in EMPTY
                and source_of(context.answers, path) is None
                and not _is_default(context, name, value)
            ):
                return True
    return False


def _is_default(context: Context, name: str, value: object) -> bool:
    return context.spec.has_field(name) and context.spec.field(name).default == value


def _records(context: Context, selection: Selection, group: Group) -> int:
    """How many records the registers behind a block's fields have."""
    paths = {path for field in group.fields if field.id in selection.fields for path in field.prefills}
    counts = [0]
    for path in sorted(paths):
        parts = parse_path(path)
        lookup = lookup_for(context, path) if parts and parts.party != "row" else None
        if lookup:
            counts.append(len(records_of(context, lookup)))
    return max(counts)


def _rows_of_register(context: Context, selection: Selection, group: Group) -> dict[str, Any] | None:
    """Answers with the rows of a block that is a register's list (`repeat.from`), None where it is none."""
    repeat = group.field.repeat if group.field else context.spec.section(group.section).repeat
    path = str(repeat.extra.get("from") or "") if repeat else ""
    found = scope(context, selection).fact(path) if path else None
    if not isinstance(found, list | tuple) or not found:
        return None
    records = [record for record in found if isinstance(record, Mapping)][: group.max]
    rows = rows_from_records(records, group, context)
    places = {Place(name, Row(group.id, n)): v for n, row in enumerate(rows) for name, v in row.items()}
    fields = {field.id: field for field in group.fields}
    sources = {place.path: _source(context, fields[place.field], path) for place in places}
    return with_values(with_rows(context.answers, group.id, [None] * len(rows)), places, sources)
