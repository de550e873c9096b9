"""How many sub-applications an item becomes: one, one per row, or one per record that a register returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bundles.forms.answers import rows_of
from bundles.forms.context import Context, Row
from bundles.forms.identity import answer_of, as_text
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, select
from bundles.forms.typed import EMPTY
from bundles.forms.words import options_of
from bundles.rules import UNKNOWN, judge
from bundles.spec import Field, Group, Instances, Item

KIND_KEYS = ("kind", "licence", "licence_kind", "permit_kind", "type")
AGENCY_KEYS = ("agency", "agency_code", "dept", "issuer")


@dataclass(frozen=True, slots=True)
class Instance:
    """One sub-application of an item. `key` is stable and unique within the item; `dept` None is the item's own.

    `record` is the register's record it was made from, where there is one.
    """

    row: Row | None
    key: str
    label: str
    dept: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


def instances_of(context: Context, item_id: str, selection: Selection | None = None) -> tuple[Instance, ...]:
    """The instances of an item; a register that cannot be asked leaves one, for a person to split up."""
    item = context.spec.item(item_id)
    if item.instances is None:
        return (Instance(None, "", ""),)
    chosen = selection or select(context)
    case = scope(context, chosen)
    group = item.instances.group
    if group and group in context.spec.groups and (rows_of(context.answers, group) or not item.instances.from_):
        return tuple(_of_rows(case, item.instances, context.spec.groups[group]))
    return tuple(_of_records(case, item, item.instances))


def row_label(context: Context, row: Row, by: str | None = None) -> str:
    """What a row is called: its `by` field, or its first name or number, or its position."""
    group = context.spec.groups[row.group]
    named = [f for f in group.fields if f.id == by]
    named += [f for f in group.fields if f.id.endswith("name") or f.type in ("plate", "id_number")]
    for one in named:
        text = as_text(answer_of(context, one.id, row))
        if text:
            return text
    return f"第{row.index + 1}项"


def _of_rows(case: FormScope, rule: Instances, group: Group) -> Iterator[Instance]:
    pick = next((f for f in group.fields if f.type == "bool" and f.id.endswith("_pick")), None)
    for index, cells in enumerate(rows_of(case.context.answers, group.id)):
        row = Row(group.id, index)
        left_out = pick is not None and cells.get(pick.id) is False
        if left_out or (rule.filter and judge(rule.filter, case.in_row(row)) is False):
            continue
        values = {**cells, **_without_prefix(cells)}
        yield Instance(row, f"{group.id}.{index}", row_label(case.context, row, rule.by), _dept(rule, values), values)


def _without_prefix(cells: Mapping[str, Any]) -> dict[str, Any]:
    """`pm_kind` as `kind`: the fields of a block share a prefix that registers do not have."""
    return {name.partition("_")[2]: value for name, value in cells.items() if "_" in name}


def _of_records(case: FormScope, item: Item, rule: Instances) -> Iterator[Instance]:
    found = case.fact(rule.from_) if rule.from_ else UNKNOWN
    if found is UNKNOWN:
        yield Instance(None, "", item.zh)
        return
    keys: set[str] = set()
    for number, record in enumerate(found if isinstance(found, list | tuple) else ()):
        if not isinstance(record, Mapping) or (rule.filter and judge(rule.filter, _RecordScope(case, record)) is False):
            continue
        key = _unique(str(record.get(rule.by or "") or number + 1), keys)
        yield Instance(None, key, str(record.get(rule.by or "") or f"第{number + 1}项"), _dept(rule, record), record)


def _unique(key: str, taken: set[str]) -> str:
    chosen, number = key, 2
    while chosen in taken:
        chosen, number = f"{key}-{number}", number + 1
    taken.add(chosen)
    return chosen


def _dept(rule: Instances, record: Mapping[str, Any]) -> str | None:
    """The department that the record's kind or agency is mapped to; None leaves it to the item's own."""
    for mapped, names in ((rule.dept_by_licence, KIND_KEYS), (rule.dept_by_agency, AGENCY_KEYS)):
        for name in names:
            if mapped and str(record.get(name)) in mapped:
                return str(mapped[str(record.get(name))])
    return None


class _RecordScope(FormScope):
    """The case, seen from a record of a register: its fields come first."""

    def __init__(self, case: FormScope, record: Mapping[str, Any]) -> None:
        super().__init__(case.context, case.items, case.questions)
        self.record = record

    def name(self, name: str) -> object:
        return self.record[name] if name in self.record else super().name(name)


def rows_from_records(records: Sequence[Mapping[str, Any]], group: Group, context: Context) -> list[dict[str, Any]]:
    """Rows for a block that takes its rows from a register: record "permit_no" fills field "pm_no"."""
    return [
        {one.id: value for one in group.fields if (value := _from_record(one, record, context)) not in EMPTY}
        for record in records
    ]


def _from_record(one: Field, record: Mapping[str, Any], context: Context) -> object:
    suffix = one.id.partition("_")[2] or one.id
    keys = [key for key in record if key in (one.id, suffix)] or [k for k in record if k.endswith(f"_{suffix}")]
    value = record[keys[0]] if keys else None
    options = {option[0] for option in options_of(one, context.registry)}
    return value if not options or value in options else None
