"""What a department sees of one task: exactly what its item needs, and what was done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from bundles import forms, queries
from bundles.spec import BundleSpec, Item
from cases.models import Case, Result, SubApplication, SupplementPoint
from cases.queries.context import context_of
from cases.queries.declared import declared_fields, in_words
from cases.queries.nodes import RuleTrace, reasons_of, trace_of
from cases.queries.people import StaffPerson
from cases.queries.slots import SlotView, slots_of
from cases.queries.task_history import TaskEvent, history_of
from cases.queries.upstream import flows_into
from cases.queries.wording import named
from cases.queries.worklist import TaskRow, one_task_row
from cases.states import SUB_FINAL


@dataclass(frozen=True, slots=True)
class Seen:
    """A value the department may see. `type` says whether it is masked; `block` is the title of the row it is in."""

    name: str
    label: str
    text: str
    type: str = ""
    block: str = ""


@dataclass(frozen=True, slots=True)
class FromUpstream:
    item_id: str
    title: str
    fields: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class ResultInput:
    """A field of the result form, from the item's declared results; `choices` where the bundle lists the answers."""

    name: str
    label: str
    type: str
    result: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StandardReason:
    """A reason the bundle file has ready. `kind`: supplement or reject."""

    kind: str
    code: str
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A point the applicant was asked to supplement, and whether the answer has come."""

    about: str
    label: str
    text: str
    asked_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """A result that was issued for this task."""

    title: str
    mark: str
    issued_at: datetime
    fields: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class TaskPage:
    row: TaskRow
    case_id: UUID
    case_number: str
    applicant_name: str
    applicant_kind: str
    dept_code: str
    statutory_due_on: date | None
    accepted_at: datetime | None
    closed_at: datetime | None
    fields: tuple[Seen, ...]
    upstream: tuple[FromUpstream, ...]
    materials: tuple[SlotView, ...]
    result_fields: tuple[ResultInput, ...]
    reasons: tuple[StandardReason, ...]
    trace: tuple[RuleTrace, ...]
    asked: tuple[Asked, ...]
    issued: tuple[Issued, ...]
    refused_because: tuple[str, ...]
    history: tuple[TaskEvent, ...]
    is_manual: bool
    is_decided: bool


def task(sub: SubApplication, account: StaffPerson | None = None) -> TaskPage:
    """One task, with exactly what its item needs. Record the access before you show it."""
    case = sub.case
    context = context_of(case)
    selection = forms.select(context)
    item = context.spec.item(sub.item_id)
    row = forms.Row(sub.row_group, sub.row_index) if sub.row_index is not None else None
    return TaskPage(
        row=one_task_row(sub, account),
        case_id=case.pk,
        case_number=case.number or "",
        applicant_name=case.applicant_name,
        applicant_kind=case.applicant_kind,
        dept_code=sub.department,
        statutory_due_on=sub.statutory_due_on,
        accepted_at=sub.accepted_at,
        closed_at=sub.closed_at,
        fields=tuple(_seen(context, forms.split(context, selection, item.id, row))),
        upstream=_upstream(sub, context.spec),
        materials=_materials(case, context, item, row),
        result_fields=result_fields_of(context.spec, item),
        reasons=_reasons(context.spec, item),
        trace=trace_of(sub, context.spec),
        asked=_asked(sub, context.spec),
        issued=_issued(sub, context.spec),
        refused_because=reasons_of(sub),
        history=history_of(sub),
        is_manual=sub.connect == "manual",
        is_decided=sub.state in SUB_FINAL,
    )


def _seen(context: forms.Context, values: Mapping[str, Any]) -> list[Seen]:
    spec = context.spec
    found: list[Seen] = []
    for name, value in values.items():
        if name in spec.groups:
            for index, cells in enumerate(value):
                title = forms.row_label(context, forms.Row(name, index))
                found += [
                    _field(context, f"{name}.{index}.{cell}", cell, inner, title) for cell, inner in cells.items()
                ]
        else:
            found.append(_field(context, name, name, value))
    return found


def _field(context: forms.Context, path: str, field_id: str, value: Any, block: str = "") -> Seen:
    field = context.spec.field(field_id)
    lang = "en" if (get_language() or "zh").startswith("en") else "zh"
    text = forms.display(context.spec, context.registry, field_id, value, lang)
    return Seen(path, named(field), text, "id_number" if "passport_no" in field.rules else field.type, block)


def _upstream(sub: SubApplication, spec: BundleSpec) -> tuple[FromUpstream, ...]:
    found = []
    for item_id, values in flows_into(sub).items():
        labels: dict[str, tuple[str, str]] = {}
        for result in spec.results_of(item_id):
            labels |= declared_fields(result)
        rows = values if isinstance(values, list) else [values]
        title = named(spec.item(item_id))
        found += [FromUpstream(item_id, title, _labelled(spec, fields, labels)) for fields in rows]
    return tuple(found)


def _labelled(spec: BundleSpec, fields: Mapping[str, Any], labels: Mapping[str, tuple[str, str]]) -> tuple[Seen, ...]:
    registry = queries.registry()
    known = ((name, value, *labels.get(name, (name, ""))) for name, value in fields.items())
    return tuple(
        Seen(name, label, in_words(registry, name, value, kind, spec=spec), kind) for name, value, label, kind in known
    )


def _issued(sub: SubApplication, spec: BundleSpec) -> tuple[Issued, ...]:
    declared = {result.id: result for result in spec.results_of(sub.item_id)}
    rows = [row for row in Result.objects.filter(sub=sub) if row.result_id in declared]
    return tuple(
        Issued(
            declared[row.result_id].zh,
            row.mark,
            row.issued_at,
            _labelled(spec, row.fields, declared_fields(declared[row.result_id])),
        )
        for row in rows
    )


def _asked(sub: SubApplication, spec: BundleSpec) -> tuple[Asked, ...]:
    points = SupplementPoint.objects.filter(sub=sub, dropped_at=None).select_related("supplement").order_by("asked_at")
    return tuple(
        Asked(p.about, about_label(spec, p.about), p.text, p.asked_at, p.supplement.answered_at is not None)
        for p in points
    )


def about_label(spec: BundleSpec, about: str) -> str:
    """What a point is about, by its label: a material, or a field in whatever row."""
    material = next((material for material in spec.materials if material.id == about), None)
    if material is not None:
        return material.zh
    field_id = about.rpartition(".")[2]
    return spec.field(field_id).zh if spec.has_field(field_id) else ""


def _materials(case: Case, context: forms.Context, item: Item, row: forms.Row | None) -> tuple[SlotView, ...]:
    """The slots that this item needs; of papers per row only those of this row."""
    wanted = [slot for slot in slots_of(case, context) if item.id in slot.items]
    return tuple(slot for slot in wanted if row is None or _is_of_row(slot, context.spec, row))


def _is_of_row(slot: SlotView, spec: BundleSpec, row: forms.Row) -> bool:
    per = spec.material(slot.material_id).per
    return per != row.group or slot.slot == f"{slot.material_id}.{row.index}"


def result_fields_of(spec: BundleSpec, item: Item) -> tuple[ResultInput, ...]:
    """What an approval of an item has to state, by its declared results."""
    listed = spec.reply.choices if spec.reply else {}
    filled = spec.merge.fields or {} if spec.merge and spec.merge.item == item.id else {}
    return tuple(
        ResultInput(name, label, kind, result.zh, listed.get(name, ()))
        for result in spec.results_of(item.id)
        for name, (label, kind) in declared_fields(result).items()
        if name not in filled
    )


def _reasons(spec: BundleSpec, item: Item) -> tuple[StandardReason, ...]:
    kinds = (("supplement", spec.reasons.supplement), ("reject", spec.reasons.reject))
    return tuple(
        StandardReason(kind, reason.code, reason.zh, reason.about or "")
        for kind, reasons in kinds
        for reason in reasons
        if reason.item == item.id
    )
