"""Rows of a repeating block as a table: its columns, and a cell as somebody typed or pasted it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bundles.forms.answers import Place
from bundles.forms.checks import Checker, FieldError, distinct_columns
from bundles.forms.context import Context, Row
from bundles.forms.selection import select
from bundles.forms.typed import EMPTY, Illtyped, accept, as_typed
from bundles.forms.words import choices, options_of, short_label
from bundles.rules import RuleError, parse
from bundles.spec import BundleSpec, Field
from bundles.spec.registry import Registry

TYPES_OF_A_TABLE = frozenset(
    "text longtext id_number uscc phone email date datetime address region enum bool integer number money bank_card "
    "plate".split()
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: a field, with the words that name it in a heading and what may stand in a cell."""

    field: Field
    heading: str
    names: frozenset[str]
    hint: str


def columns_of(spec: BundleSpec, group: str, registry: Registry) -> tuple[Column, ...]:
    """The columns of a block's table: what is asked of people, in the order of the form."""
    asked = [f for f in spec.groups[group].fields if not f.system and f.type in TYPES_OF_A_TABLE]
    return tuple(_column(field, registry) for field in asked)


def _column(field: Field, registry: Registry) -> Column:
    names = {_plain(name) for name in (field.zh, short_label(field), field.en, field.id) if name}
    options = [zh for _, zh, _ in options_of(field, registry)] if field.type == "enum" else []
    hint = {"bool": "是 / 否", "date": "2026-09-01"}.get(field.type, "、".join(options[:12]))
    return Column(field, f"{field.zh}{'' if field.required else '（选填）'}", frozenset(names), hint)


def column_named(columns: Sequence[Column], heading: str) -> Column | None:
    """The column that a heading means, None for one the block does not have."""
    wanted = _plain(heading.removesuffix("（选填）"))
    return next((column for column in columns if wanted in column.names), None)


def _plain(name: str) -> str:
    return "".join(name.split()).lower().rstrip("*＊:：")


def read_cell(field: Field, typed: str, registry: Registry) -> object:
    """What to store for a cell; an option may be written as its label. Raises Illtyped."""
    text = typed.strip()
    if field.type == "enum" and text:
        by_word = {word: option[0] for option in options_of(field, registry) for word in (*option[1:], option[0])}
        return by_word.get(text, text)
    return accept(field, text)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as it will be kept, and what is wrong with it, a sentence a field."""

    values: Mapping[str, object]
    faults: tuple[FieldError, ...]


def check_rows(context: Context, group: str, rows: Sequence[Mapping[str, object]]) -> list[CheckedRow]:
    """Judge rows by the checks of the form, all items on; rows are compared with each other elsewhere."""
    answers = {k: v for k, v in context.answers.items() if k not in ("elsewhere", "layer")}
    fields = {**(answers.get("fields") or {}), group: [dict(row) for row in rows]}
    judged = replace(context, answers={**answers, "fields": fields})
    checker = Checker(judged, select(judged))
    found = []
    for index, row in enumerate(rows):
        scope = checker.case.in_row(Row(group, index))
        faults = [fault for field in context.spec.groups[group].fields for fault in checker.field(field, scope)]
        found.append(CheckedRow(row, tuple(faults)))
    return found


def ill_typed(field: Field, group: str, index: int, problem: Illtyped) -> FieldError:
    """What to say of a cell that is not of its column's type."""
    path = Place(field.id, Row(group, index)).path
    return FieldError(
        path, f"{short_label(field)}：{problem.zh}", f"{short_label(field, 'en')}: {problem.en}", field.id
    )


def unlike_columns(context: Context, group: str) -> dict[str, str]:
    """The columns in which no two rows may be alike, each with what to say of a second one."""
    found = dict(distinct_columns(context, context.spec.groups[group]))
    for item in context.spec.items:
        for rule in item.decision.rules:
            for column in _distinct_in(rule.expr, group):
                field = context.spec.field(column)
                found.setdefault(column, f"{short_label(field)}重复")
    return found


def _distinct_in(expression: str, group: str) -> list[str]:
    try:
        calls = parse(expression).calls if isinstance(expression, str) else ()
    except RuleError:
        return []
    named = [str(call.args[0]).partition(".") for call in calls if call.function == "distinct" and call.args]
    return [column for block, _, column in named if block == group]


def is_empty(row: Mapping[str, object]) -> bool:
    """Whether nothing at all stands in a row."""
    return all(value in EMPTY for value in row.values())


def cell_text(field: Field, value: object, registry: Registry, lang: str = "zh") -> str:
    """A stored value as it stands in a cell: options by their label, yes and no in words."""
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("Yes" if value else "No")
    labels = dict(choices(field, registry, lang))
    return labels.get(str(value), as_typed(field, value))


def cell_choices(field: Field, registry: Registry, lang: str = "zh") -> tuple[tuple[str, str], ...]:
    """What can be chosen in a cell, none where anything may be typed."""
    if field.type == "bool":
        return tuple((value, cell_text(field, value == "true", registry, lang)) for value in ("true", "false"))
    return choices(field, registry, lang) if field.type == "enum" else ()
