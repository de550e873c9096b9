"""A roster in the words of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bundles.forms import tables
from cases.queries.context import context_of
from cases.queries.rosters import Cell, RosterView, cells_of
from portal.ui.fields import Choice, FieldView

LOOKS = {
    "faulty": "you", "ready": "done", "asked": "party", "filed": "doing", "done": "done", "declined": "gone",
    "returned": "you", "unconfirmed": "paused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    state: str
    label: str
    people: int
    look: str


def counts(view: RosterView | None) -> list[Count]:
    """How many people stand where."""
    found = view.counts if view else ()
    return [Count(one.state, one.label, one.people, LOOKS[one.state]) for one in found]


def columns(case: Any, lang: str) -> list[str]:
    """The headings of the table to fill in."""
    context = context_of(case)
    batch = context.spec.batch
    known = tables.columns_of(context.spec, batch.group, context.registry) if batch else ()
    return [(column.field.en if lang == "en" else "") or column.heading for column in known]


def fields(row: Any, lang: str) -> list[FieldView]:
    """The inputs of one row, with what is wrong at each."""
    return [_field(cell, row) for cell in cells_of(row, lang)]


def _field(cell: Cell, row: Any) -> FieldView:
    held = row.values.get(cell.field_id)
    value = ("true" if held else "false") if isinstance(held, bool) else str(held if held is not None else "")
    return FieldView(
        name=cell.field_id,
        label=cell.label,
        type=cell.kind,
        value=value,
        shown=cell.text,
        choices=[Choice(known, title, chosen=known == value) for known, title in cell.choices],
        error=cell.fault,
        required=cell.required,
    )


@dataclass(frozen=True, slots=True)
class Problem:
    href: str
    text: str


def problems(row: Any, lang: str) -> list[Problem]:
    """What keeps the row back, each with the place to go to."""
    known = {cell.field_id for cell in cells_of(row, lang)}
    return [Problem(f"#f-{f['field']}" if f["field"] in known else "#form", f["text"]) for f in row.faults]
