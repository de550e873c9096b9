"""Taking the one form apart again: what each department receives, and nothing else."""

from __future__ import annotations

from typing import Any

from bundles.forms.answers import Place, rows_of, stored
from bundles.forms.context import Context, Row
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, shows
from bundles.forms.typed import EMPTY, fault, stored_form
from bundles.rules import UNKNOWN
from bundles.spec import Field, Group


def split(context: Context, selection: Selection, item_id: str, row: Row | None = None) -> dict[str, Any]:
    """The answers that an item needs: the shown fields whose `items` name it.

    In an instance of a block, its fields are this row's; else a block is a list of rows under its id. An optional
    field without an answer is None; a system field without a value is left out.
    """
    case = scope(context, selection)
    spec = context.spec
    values: dict[str, Any] = {}
    for group in spec.groups.values():
        if row and row.group == group.id:
            values.update(_cells(case.in_row(row), selection, group, item_id))
        elif any(_sees(case, selection, field, item_id) for field in group.fields):
            values[group.id] = [
                _cells(case.in_row(Row(group.id, n)), selection, group, item_id)
                for n in range(len(rows_of(context.answers, group.id)))
            ]
    for _, inside, field in spec.walk_fields():
        alone = inside is None and not field.is_group and spec.group_of(field.id) is None
        if alone and _sees(case, selection, field, item_id):
            values.update(_value(case, field))
    return values


def _sees(case: FormScope, selection: Selection, field: Field, item_id: str) -> bool:
    return field.id in selection.fields and item_id in case.context.spec.items_of_field(field.id)


def _cells(row: FormScope, selection: Selection, group: Group, item_id: str) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for field in group.fields:
        if _sees(row, selection, field, item_id) and shows(field, selection, row):
            cells.update(_value(row, field))
    return cells


def _value(scope: FormScope, field: Field) -> dict[str, Any]:
    """{field: stored value}, worked out once for all items; nothing for a system field that is not known."""
    key = ("sent", field.id, scope.row)
    if key not in scope.context.memo:
        scope.context.memo[key] = _worked_out(scope, field)
    found: dict[str, Any] = scope.context.memo[key]
    return found


def _worked_out(scope: FormScope, field: Field) -> dict[str, Any]:
    """The stored value; for a system field what its source says."""
    value = stored(scope.context.answers, Place(field.id, scope.row))
    if value not in EMPTY and fault(field, value) is None:
        return {field.id: value}
    if not field.system:
        return {field.id: None}
    known = scope.name(field.id)
    return {} if known is UNKNOWN or known is None else {field.id: stored_form(known)}
