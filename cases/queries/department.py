"""What a department sees: its worklist, and of one task exactly what its item needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from bundles import forms, queries
from bundles.spec import BundleSpec, Item
from cases import clock
from cases.models import Case, SubApplication
from cases.queries.context import context_of
from cases.queries.declared import declared_fields, readable
from cases.queries.nodes import RuleTrace, trace_of
from cases.queries.people import StaffPerson
from cases.queries.slots import SlotView, slots_of
from cases.queries.upstream import flows_into
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT, SubState

RED, YELLOW, GREEN = "red", "yellow", "green"
WORKLIST_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task on the worklist. `colour`: red overdue, yellow due by the next working day, green otherwise."""

    sub_id: UUID
    number: str
    item_title: str
    instance: str
    bundle_title: str
    applicant: str
    state: str
    state_label: str
    version: int
    received_at: datetime | None
    dispatched_at: datetime | None
    due_on: date | None
    colour: str
    is_taken: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """Tasks that nobody has taken, mine, and those of colleagues; the most urgent first."""

    waiting: tuple[TaskRow, ...]
    mine: tuple[TaskRow, ...]
    others: tuple[TaskRow, ...]

    @property
    def overdue(self) -> int:
        return sum(row.colour == RED for row in (*self.waiting, *self.mine, *self.others))


@dataclass(frozen=True, slots=True)
class Seen:
    """A value the department may see. `block` is the title of the row it stands in."""

    name: str
    label: str
    text: str
    block: str = ""


@dataclass(frozen=True, slots=True)
class FromUpstream:
    item_id: str
    title: str
    fields: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class ResultInput:
    """A field of the result form, from the item's declared results."""

    name: str
    label: str
    type: str
    result: str


@dataclass(frozen=True, slots=True)
class StandardReason:
    """A reason the bundle file has ready. `kind`: supplement or reject."""

    kind: str
    code: str
    text: str
    about: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    row: TaskRow
    case_id: UUID
    case_number: str
    applicant_name: str
    applicant_kind: str
    fields: tuple[Seen, ...]
    upstream: tuple[FromUpstream, ...]
    materials: tuple[SlotView, ...]
    result_fields: tuple[ResultInput, ...]
    reasons: tuple[StandardReason, ...]
    trace: tuple[RuleTrace, ...]
    is_decided: bool


def worklist(account: StaffPerson) -> Worklist:
    """The tasks of the department of this member of staff that people handle (人工协同)."""
    subs = SubApplication.objects.filter(
        department=account.department or "-", connect="manual", state__in=[*SUB_WITH_DEPARTMENT]
    ).select_related("case")
    ordered = subs.order_by(F("due_on").asc(nulls_last=True), "dispatched_at").defer("case__answers", "trace")
    rows = [_row(sub, account) for sub in ordered[:WORKLIST_LENGTH]]
    return Worklist(
        waiting=tuple(row for row in rows if not row.is_taken),
        mine=tuple(row for row in rows if row.is_mine),
        others=tuple(row for row in rows if row.is_taken and not row.is_mine),
    )


def _row(sub: SubApplication, account: StaffPerson | None) -> TaskRow:
    spec = queries.version(sub.case.bundle_version_id).spec
    return TaskRow(
        sub_id=sub.pk,
        number=sub.number,
        item_title=spec.item(sub.item_id).zh,
        instance=sub.instance_label or "",
        bundle_title=spec.zh,
        applicant=masked_name(sub.case.applicant_name),
        state=sub.state,
        state_label=str(SubState(sub.state).label),
        version=sub.version,
        received_at=sub.received_at,
        dispatched_at=sub.dispatched_at,
        due_on=sub.due_on,
        colour=due_colour(sub, sub.case.region),
        is_taken=sub.assigned_to_id is not None,
        is_mine=account is not None and sub.assigned_to_id == account.pk,
    )


def due_colour(sub: SubApplication, region: str) -> str:
    """Local rules of electronic supervision are configurable; this is the common reading of them."""
    if sub.due_on is None or sub.state in SUB_FINAL:
        return GREEN
    today = timezone.localdate()
    if sub.due_on < today:
        return RED
    known = queries.working_calendar(region)
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    return YELLOW if sub.due_on <= calendar.add_working_days(today, 1) else GREEN


def masked_name(name: str) -> str:
    """林晓岚 as 林**: enough to tell cases apart, not to know who it is."""
    return name[:1] + "*" * min(len(name) - 1, 3) if name else ""


def task(sub: SubApplication, account: StaffPerson | None = None) -> TaskPage:
    """One task, with exactly what its item needs. Record the access before you show it."""
    case = sub.case
    context = context_of(case)
    selection = forms.select(context)
    item = context.spec.item(sub.item_id)
    row = forms.Row(sub.row_group, sub.row_index) if sub.row_index is not None else None
    return TaskPage(
        row=_row(sub, account),
        case_id=case.pk,
        case_number=case.number or "",
        applicant_name=case.applicant_name,
        applicant_kind=case.applicant_kind,
        fields=tuple(_seen(context, forms.split(context, selection, item.id, row))),
        upstream=_upstream(sub, context.spec),
        materials=_materials(case, context, item, row),
        result_fields=_result_fields(context.spec, item),
        reasons=_reasons(context.spec, item),
        trace=trace_of(sub, context.spec),
        is_decided=sub.state in SUB_FINAL,
    )


def _seen(context: forms.Context, values: Mapping[str, Any]) -> list[Seen]:
    spec, registry = context.spec, context.registry
    found: list[Seen] = []
    for name, value in values.items():
        if name in spec.groups:
            for index, cells in enumerate(value):
                title = forms.row_label(context, forms.Row(name, index))
                found += [
                    Seen(f"{name}.{index}.{cell}", spec.field(cell).zh, _shown(context, cell, inner), title)
                    for cell, inner in cells.items()
                ]
        else:
            found.append(Seen(name, spec.field(name).zh, forms.display(spec, registry, name, value)))
    return found


def _shown(context: forms.Context, field_id: str, value: Any) -> str:
    return forms.display(context.spec, context.registry, field_id, value)


def _upstream(sub: SubApplication, spec: BundleSpec) -> tuple[FromUpstream, ...]:
    found = []
    for item_id, values in flows_into(sub).items():
        labels: dict[str, tuple[str, str]] = {}
        for result in spec.results_of(item_id):
            labels |= declared_fields(result)
        rows = values if isinstance(values, list) else [values]
        for fields in rows:
            seen = tuple(
                Seen(name, labels.get(name, (name, ""))[0], readable(value, labels.get(name, ("", ""))[1]))
                for name, value in fields.items()
            )
            found.append(FromUpstream(item_id, spec.item(item_id).zh, seen))
    return tuple(found)


def _materials(case: Case, context: forms.Context, item: Item, row: forms.Row | None) -> tuple[SlotView, ...]:
    """The slots that this item needs; of papers per row only those of this row."""
    wanted = [slot for slot in slots_of(case, context) if item.id in slot.items]
    return tuple(slot for slot in wanted if row is None or _is_of_row(slot, context.spec, row))


def _is_of_row(slot: SlotView, spec: BundleSpec, row: forms.Row) -> bool:
    per = spec.material(slot.material_id).per
    return per != row.group or slot.slot == f"{slot.material_id}.{row.index}"


def _result_fields(spec: BundleSpec, item: Item) -> tuple[ResultInput, ...]:
    return tuple(
        ResultInput(name, label, kind, result.zh)
        for result in spec.results_of(item.id)
        for name, (label, kind) in declared_fields(result).items()
    )


def _reasons(spec: BundleSpec, item: Item) -> tuple[StandardReason, ...]:
    kinds = (("supplement", spec.reasons.supplement), ("reject", spec.reasons.reject))
    return tuple(
        StandardReason(kind, reason.code, reason.zh, reason.about or "")
        for kind, reasons in kinds
        for reason in reasons
        if reason.item == item.id
    )
