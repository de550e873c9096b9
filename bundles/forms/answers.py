"""Reading and changing the answers: field paths, rows of repeating blocks, sources.

A path is a field ("mother_name") or block, row and field ("s_child.0.child_name"). Answers are never changed in
place: every function here gives a new mapping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bundles.forms.context import Row
from bundles.spec import BundleSpec, Group

# One spelling a row: what is asked for under a path is found under it again.
_ROW_NUMBER: Final = re.compile(r"0|[1-9]\d{0,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a field, and its row where the field repeats."""

    field: str
    row: Row | None = None

    @property
    def path(self) -> str:
        return f"{self.row.group}.{self.row.index}.{self.field}" if self.row else self.field


def place_of(spec: BundleSpec, path: str) -> Place | None:
    """The place that a path means, None for one the form does not have."""
    parts = path.split(".")
    if len(parts) == 1:
        known = spec.has_field(path) and spec.group_of(path) is None
        return Place(path) if known else None
    if len(parts) != 3 or parts[0] not in spec.groups or not _ROW_NUMBER.fullmatch(parts[1]):
        return None
    group = spec.groups[parts[0]]
    return Place(parts[2], Row(group.id, int(parts[1]))) if _inside(group, parts[2]) else None


def _inside(group: Group, field_id: str) -> bool:
    return any(field.id == field_id for field in group.fields)


def fields_of(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers of the form; no answers where they have not the right shape."""
    fields = answers.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def ids_in(answers: Mapping[str, Any], key: str) -> Sequence[str]:
    """The ids listed under "ticks", "later" or "elsewhere"."""
    listed = answers.get(key)
    return [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, list | tuple) else ()


def rows_of(answers: Mapping[str, Any], group: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a repeating block."""
    rows = fields_of(answers).get(group)
    if not isinstance(rows, list | tuple):
        return ()
    return [row if isinstance(row, Mapping) else {} for row in rows]


def stored(answers: Mapping[str, Any], place: Place) -> object:
    """What is stored at a place, None where nothing is."""
    if place.row is None:
        return fields_of(answers).get(place.field)
    rows = fields_of(answers).get(place.row.group)
    if not isinstance(rows, list | tuple) or place.row.index >= len(rows):
        return None
    row = rows[place.row.index]
    return row.get(place.field) if isinstance(row, Mapping) else None


def changed_sections(
    spec: BundleSpec, places: Sequence[Place], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """The sections of those places at which another answer stands now, in the order of the places."""
    changed = (place for place in places if stored(before, place) != stored(after, place))
    return list(dict.fromkeys(spec.section_of(place.field).id for place in changed))


def sources_of(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """All sources by field path."""
    sources = answers.get("sources")
    return sources if isinstance(sources, Mapping) else {}


def source_of(answers: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """Where a prefilled value came from: {"path", "label", "at", "locked"}."""
    found = sources_of(answers).get(path)
    return found if isinstance(found, Mapping) else None


def is_locked(answers: Mapping[str, Any], path: str) -> bool:
    """Whether the value came from a source that the applicant cannot overrule here."""
    source = source_of(answers, path)
    return bool(source and source.get("locked"))


def with_values(
    answers: Mapping[str, Any], values: Mapping[Place, object], sources: Mapping[str, Mapping[str, Any] | None]
) -> dict[str, Any]:
    """New answers with these values; a source of None says that the value no longer comes from one."""
    fields = dict(fields_of(answers))
    for place, value in values.items():
        if place.row is None:
            fields[place.field] = value
        else:
            fields[place.row.group] = _with_cell(fields.get(place.row.group), place.row.index, place.field, value)
    kept = {**sources_of(answers), **sources}
    return {**answers, "fields": fields, "sources": {path: source for path, source in kept.items() if source}}


def _with_cell(rows: object, index: int, field_id: str, value: object) -> list[dict[str, Any]]:
    cells = [dict(row) if isinstance(row, Mapping) else {} for row in rows] if isinstance(rows, list | tuple) else []
    cells += [{} for _ in range(index + 1 - len(cells))]
    cells[index][field_id] = value
    return cells


def with_rows(answers: Mapping[str, Any], group: str, kept: Sequence[int | None]) -> dict[str, Any]:
    """New answers whose block has these rows: numbers of present rows to keep, in order, None for a new one.

    Sources follow their rows.
    """
    old = rows_of(answers, group)
    rows = [dict(old[n]) if n is not None and n < len(old) else {} for n in kept]
    moved = {n: new for new, n in enumerate(kept) if n is not None}
    sources: dict[str, Any] = {}
    for path, source in sources_of(answers).items():
        parts = path.split(".")
        if len(parts) != 3 or parts[0] != group:
            sources[path] = source
        elif parts[1].isdecimal() and int(parts[1]) in moved:
            sources[f"{group}.{moved[int(parts[1])]}.{parts[2]}"] = source
    return {**answers, "fields": {**fields_of(answers), group: rows}, "sources": sources}


def add_row(spec: BundleSpec, answers: Mapping[str, Any], group: str) -> dict[str, Any]:
    """New answers with one more empty row, the same rows where the block is full already."""
    count = len(rows_of(answers, group))
    most = spec.groups[group].max
    full = most is not None and count >= most
    return with_rows(answers, group, [*range(count)] if full else [*range(count), None])


def remove_row(spec: BundleSpec, answers: Mapping[str, Any], group: str, index: int) -> dict[str, Any]:
    """New answers without this row; the rows after it move up, their sources with them."""
    return with_rows(answers, group, [n for n in range(len(rows_of(answers, group))) if n != index])
