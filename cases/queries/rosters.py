"""A roster as the organisation sees it: states and counts, what must be corrected, nothing that is a person's own.

What somebody answered and why, with which account, and how the own case went in detail is not for the organisation.
个人信息保护法 第六条 (no more than the purpose needs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bundles import queries
from bundles.forms import tables
from bundles.forms.words import short_label
from bundles.spec import BundleSpec
from cases.models import Case, Roster, RosterRow
from cases.queries.context import context_of
from cases.queries.people import Person, indexes_of

State = RosterRow.State
TO_CORRECT = (State.FAULTY, State.RETURNED)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Fault:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row for the organisation that brought it."""

    id: UUID
    number: int
    name: str
    state: str
    state_label: str
    faults: tuple[Fault, ...]

    @property
    def can_be_corrected(self) -> bool:
        return self.state in (*TO_CORRECT, State.READY)


@dataclass(frozen=True, slots=True)
class Count:
    state: str
    label: str
    people: int


@dataclass(frozen=True, slots=True)
class RosterView:
    """One round: its state, how many people stand where, and the rows of a page."""

    id: UUID
    round: int
    state: str
    state_label: str
    confirm_by: date | None
    total: int
    counts: tuple[Count, ...]
    rows: tuple[RowView, ...]
    page: int = 1
    pages: int = 1

    @property
    def to_correct(self) -> int:
        return sum(count.people for count in self.counts if count.state in TO_CORRECT)

    @property
    def good(self) -> int:
        return self.total - self.to_correct


def takes_roster(case: Case) -> bool:
    """Whether a case is a batch: its people come in by a roster."""
    return bool((case.answers or {}).get("layer") == "batch")


def roster_view(case: Case, *, round_: int | None = None, state: str = "", page: int = 1) -> RosterView | None:
    """The roster of a batch, the last round where none is named; None before anything was imported."""
    rosters = Roster.objects.filter(case=case)
    roster = (rosters.filter(round=round_) if round_ else rosters.order_by("-round")).first()
    if roster is None:
        return None
    counted = Counter(RosterRow.objects.filter(roster=roster).values_list("state", flat=True))
    rows = RosterRow.objects.filter(roster=roster, **({"state": state} if state in State.values else {}))
    pages = max(1, -(-rows.count() // PAGE))
    page = min(max(1, page), pages)
    return RosterView(
        id=roster.pk,
        round=roster.round,
        state=roster.state,
        state_label=str(Roster.State(roster.state).label),
        confirm_by=roster.confirm_by,
        total=sum(counted.values()),
        counts=tuple(Count(s.value, str(s.label), counted[s.value]) for s in State if counted[s.value]),
        rows=tuple(_row(case, row) for row in rows[(page - 1) * PAGE : page * PAGE]),
        page=page,
        pages=pages,
    )


def rounds_of(case: Case) -> list[int]:
    """The rounds of a batch, the newest first."""
    return list(Roster.objects.filter(case=case).order_by("-round").values_list("round", flat=True))


def _row(case: Case, row: RosterRow) -> RowView:
    spec = queries.version(case.bundle_version_id).spec
    faults = tuple(_fault(spec, fault["field"], fault["text"]) for fault in row.faults)
    return RowView(row.pk, row.number, _name(row.values), row.state, str(State(row.state).label), faults)


def _fault(spec: BundleSpec, field: str, text: str) -> Fault:
    """What is wrong, with the field's name before it unless the sentence begins with it."""
    label = short_label(spec.field(field)) if spec.has_field(field) else ""
    return Fault("" if text.startswith(label) else label, text)


def _name(values: Mapping[str, Any]) -> str:
    return str(next((value for name, value in values.items() if name.endswith("name") and value), "")) or "—"


def rows_for_correction(case: Case) -> QuerySet[RosterRow]:
    """The rows that the organisation may still correct."""
    return RosterRow.objects.filter(roster__case=case, state__in=[*TO_CORRECT, State.READY]).select_related("roster")


def rows_asked_of(person: Person) -> QuerySet[RosterRow]:
    """The rows that wait for the word of somebody signed in, with or without the message at hand."""
    mine = RosterRow.objects.filter(id_index__in=indexes_of(person), state=State.ASKED)
    in_time = mine.filter(roster__confirm_by__gte=timezone.localdate())
    return in_time.select_related("roster", "roster__case", "roster__case__applicant", "case")


@dataclass(frozen=True, slots=True)
class AskedView:
    """A request of an organisation for the person's own word."""

    id: UUID
    organisation: str
    bundle_name: str
    until: date | None


def asked_of(person: Person, lang: str = "zh") -> list[AskedView]:
    """What organisations ask of somebody signed in."""
    return [_asked(row, lang) for row in rows_asked_of(person)]


def _asked(row: RosterRow, lang: str) -> AskedView:
    case = row.roster.case
    spec = queries.version(case.bundle_version_id).spec
    name = spec.en if lang == "en" and spec.en else spec.zh
    return AskedView(row.pk, case.applicant_name, name, row.roster.confirm_by)


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a row as it is shown: to be corrected by the organisation, or to be looked at by the person."""

    field_id: str
    label: str
    text: str
    typed: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    required: bool
    fault: str
    is_open: bool


def cells_of(row: RosterRow, lang: str = "zh") -> tuple[Cell, ...]:
    """The fields of a row in the order of the form. `is_open`: the person may change it, the others only the roster."""
    context = context_of(row.roster.case)
    spec = context.spec
    faults = {fault["field"]: fault["text"] for fault in row.faults}
    editable = set(spec.confirmation.editable if spec.confirmation else ())
    return tuple(
        Cell(
            field_id=column.field.id,
            label=short_label(column.field, lang),
            text=tables.cell_text(column.field, row.values.get(column.field.id), context.registry, lang),
            typed=tables.cell_text(column.field, row.values.get(column.field.id), context.registry),
            kind=column.field.type,
            choices=tables.cell_choices(column.field, context.registry, lang),
            required=column.field.required,
            fault=faults.get(column.field.id, ""),
            is_open=column.field.id in editable,
        )
        for column in tables.columns_of(spec, row.roster.group, context.registry)
    )
