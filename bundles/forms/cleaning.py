"""Taking in a posted section: what was typed, as it will be stored, with nothing that was not asked for.

A section is posted whole. An unticked box or an empty multiple choice posts nothing and so counts as cleared; any
other name that is not posted keeps its answer. The rows posted are the rows of the block: a row that is not posted
is removed, unless a register locked it. Locked, hidden and system fields take nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any, Final

from bundles.forms.answers import Place, is_locked, place_of, rows_of, stored, with_rows, with_values
from bundles.forms.checks import FieldError
from bundles.forms.context import Context, Row
from bundles.forms.selection import Selection
from bundles.forms.typed import EMPTY, MAX_LONG_TEXT, Illtyped, accept, as_typed
from bundles.forms.words import short_label
from bundles.spec import BundleSpec, Field, Group, Section

MAX_ROWS: Final = 10_000
Posted = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A posted section. `values` and `raw` by field path; `answers` are the new answers, ready to be kept.

    What is not of its type stays as typed, in the answers too, and stands in `errors`.
    """

    answers: dict[str, Any]
    values: Mapping[str, object] = attribute(default_factory=dict)
    raw: Mapping[str, Posted] = attribute(default_factory=dict)
    errors: tuple[FieldError, ...] = ()


def is_box(field: Field) -> bool:
    """A declaration to tick, in contrast to a question with yes and no: its rule demands that it is true."""
    rules = (rule.get("expr") for rule in field.rules if isinstance(rule, Mapping))
    return field.type == "bool" and any(str(expr).strip() == field.id for expr in rules)


def clean_section(context: Context, selection: Selection, section_id: str, raw: Mapping[str, Posted]) -> Cleaned:
    """Take in a section as posted; names are field paths."""
    section = context.spec.section(section_id)
    answers, posted = _with_posted_rows(context, section, raw)
    posted = {**_cleared(context, selection, section, posted), **posted}
    return _taken_in(context, selection, answers, posted, section)


def clean_field(context: Context, selection: Selection, path: str, typed: Posted) -> Cleaned:
    """Take in one field alone, as it is left; every other answer stays."""
    return clean_fields(context, selection, {path: typed})


def clean_fields(context: Context, selection: Selection, typed: Mapping[str, Posted]) -> Cleaned:
    """Take in these fields of any sections; every other answer stays, and no row goes."""
    return _taken_in(context, selection, dict(context.answers), typed, None)


def _taken_in(
    context: Context,
    selection: Selection,
    answers: Mapping[str, Any],
    posted: Mapping[str, Posted],
    section: Section | None,
) -> Cleaned:
    values: dict[Place, object] = {}
    errors: list[FieldError] = []
    for path, typed in posted.items():
        place = place_of(context.spec, path)
        if place is None or not _is_open(context, selection, answers, place, section):
            continue
        field, present = context.spec.field(place.field), stored(answers, place)
        try:
            value = accept(field, typed)
        except Illtyped as problem:
            value = _kept(typed)
            errors.append(_error(context.spec, place, problem))
        values[place] = present if _looks_alike(field, present, value) else value
    changed = [p.path for p, value in values.items() if stored(answers, p) != value]
    return Cleaned(
        answers=with_values(answers, values, dict.fromkeys(changed)),
        values={place.path: value for place, value in values.items()},
        raw={place.path: posted[place.path] for place in values},
        errors=tuple(errors),
    )


def _kept(typed: object) -> str:
    """What was typed, as far as it can be kept."""
    last = typed[-1] if isinstance(typed, list | tuple) and typed else typed
    return last[:MAX_LONG_TEXT] if isinstance(last, str) else ""


def _looks_alike(field: Field, present: object, value: object) -> bool:
    """Whether a page would show both the same: the seconds of a time from a register are not lost by posting it."""
    alike = as_typed(field, present) == as_typed(field, value)
    return alike and field.type not in ("multi", "bool") and present not in EMPTY and value not in EMPTY


def _is_open(
    context: Context, selection: Selection, answers: Mapping[str, Any], place: Place, section: Section | None
) -> bool:
    """Whether the place is the applicant's to fill, and in this section if one is given."""
    spec = context.spec
    field = spec.field(place.field)
    group = spec.group_of(place.field)
    inside = section is None or spec.section_of(place.field).id == section.id
    shown = place.field in selection.fields and (group is None or group.field is None or group.id in selection.fields)
    fits = place.row is None or place.row.index < _most_rows(group, len(rows_of(answers, place.row.group)))
    return inside and shown and fits and not field.system and not field.is_group and not is_locked(answers, place.path)


def _most_rows(group: Group | None, present: int) -> int:
    """How far a block may grow by one field alone: by the next row."""
    limit = MAX_ROWS if group is None or group.max is None else group.max
    return min(limit, present + 1)


def _error(spec: BundleSpec, place: Place, problem: Illtyped) -> FieldError:
    field = spec.field(place.field)
    zh = f"{short_label(field)}：{problem.zh}"
    return FieldError(place.path, zh, f"{short_label(field, 'en')}: {problem.en}", field.id)


def _with_posted_rows(
    context: Context, section: Section, raw: Mapping[str, Posted]
) -> tuple[Mapping[str, Any], dict[str, Posted]]:
    """The answers with the rows that were posted, and what was posted with rows numbered without gaps."""
    answers: Mapping[str, Any] = dict(context.answers)
    posted = dict(raw)
    for group in context.spec.groups.values():
        if group.section == section.id:
            answers, posted = _renumbered(context, group, answers, posted)
    return answers, posted


def _renumbered(
    context: Context, group: Group, answers: Mapping[str, Any], posted: dict[str, Posted]
) -> tuple[Mapping[str, Any], dict[str, Posted]]:
    places = {path: place_of(context.spec, path) for path in posted}
    rows = {path: p.row.index for path, p in places.items() if p and p.row and p.row.group == group.id}
    if not rows:
        return answers, posted
    present = range(len(rows_of(answers, group.id)))
    kept = sorted({*rows.values(), *(n for n in present if _is_fixed(answers, group, n))})[: group.max or MAX_ROWS]
    numbers = {old: new for new, old in enumerate(kept)}
    renamed = {path: typed for path, typed in posted.items() if path not in rows}
    for path, index in rows.items():
        place = places[path]
        if place and index in numbers:
            renamed[Place(place.field, Row(group.id, numbers[index])).path] = posted[path]
    return with_rows(answers, group.id, [n if n in present else None for n in kept]), renamed


def _is_fixed(answers: Mapping[str, Any], group: Group, index: int) -> bool:
    return any(is_locked(answers, Place(field.id, Row(group.id, index)).path) for field in group.fields)


def _cleared(
    context: Context, selection: Selection, section: Section, posted: Mapping[str, Posted]
) -> dict[str, Posted]:
    """Boxes and multiple choices of the section that posted nothing."""
    return {
        place.path: [] if field.type == "multi" else "false"
        for field, place in _tickable(context.spec, section, posted)
        if place.path not in posted and field.id in selection.fields and _was_given(context, place)
    }


def _was_given(context: Context, place: Place) -> bool:
    return stored(context.answers, place) not in EMPTY


def _tickable(spec: BundleSpec, section: Section, posted: Mapping[str, Posted]) -> Iterator[tuple[Field, Place]]:
    rows = {place.row for place in (place_of(spec, path) for path in posted) if place and place.row}
    for _, _, field in (entry for entry in spec.walk_fields() if entry[0].id == section.id):
        if field.type == "multi" or is_box(field):
            group = spec.group_of(field.id)
            if group is None:
                yield field, Place(field.id)
            for row in rows:
                if group and row.group == group.id:
                    yield field, Place(field.id, row)
