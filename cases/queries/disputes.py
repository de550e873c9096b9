"""Disputed values: what departments must know of them, and how they stand for the applicant and the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles import queries
from bundles.forms import Place, place_of
from bundles.spec import BundleSpec
from cases import docket
from cases.models import Case, DataDispute, SubApplication
from cases.queries.people import StaffPerson
from cases.queries.wording import short_name
from cases.queries.worklist import masked_name

MOST = 200


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A disputed value. `held` is what the register says, `stated` what the applicant says."""

    id: UUID
    path: str
    case_id: UUID
    number: str
    applicant: str
    label: str
    held: str
    stated: str
    reason: str
    source: str
    dept_short: str
    state: str
    state_label: str
    is_open: bool
    is_late: bool
    due_on: date
    asked_at: datetime
    answer: str
    evidence_id: UUID | None
    evidence_name: str


def open_disputes(sub: SubApplication) -> list[DataDispute]:
    """The open disputes over values that this item needs."""
    if docket.has_none(DataDispute, sub.case_id):
        return []
    rows = DataDispute.objects.filter(case_id=sub.case_id, state=DataDispute.State.OPEN)
    spec = queries.version(sub.case.bundle_version_id).spec
    return [row for row in rows if concerns(spec, row.path, sub)]


def concerns(spec: BundleSpec, path: str, sub: SubApplication) -> bool:
    """Whether an item needs the value at a path; an instance only that of its own row."""
    place = place_of(spec, path)
    if place is None or sub.item_id not in spec.items_of_field(place.field):
        return False
    same_group = place.row is not None and sub.row_index is not None and place.row.group == sub.row_group
    return not same_group or _index(place) == sub.row_index


def _index(place: Place) -> int | None:
    return place.row.index if place.row else None


def stated_for(sub: SubApplication) -> list[Mapping[str, Any]]:
    """What a department is told: which fields are disputed and what the applicant says is right."""
    return [
        {"field": row.path.rpartition(".")[2], "stated": row.stated_value, "reason": row.reason}
        for row in open_disputes(sub)
    ]


def disputes_of(case: Case, lang: str = "zh") -> tuple[DisputeView, ...]:
    """All disputes of a case, for its applicant."""
    return _views(DataDispute.objects.filter(case=case).select_related("case", "evidence"), lang)


def disputes_at(account: StaffPerson, lang: str = "zh") -> tuple[DisputeView, ...]:
    """The open disputes whose source this department keeps, the oldest first."""
    rows = DataDispute.objects.filter(department=account.department, state=DataDispute.State.OPEN)
    return _views(rows.select_related("case", "evidence")[:MOST], lang, is_masked=True)


def dispute_for(account: StaffPerson, dispute_id: UUID) -> DataDispute | None:
    """One of them; None for another department's."""
    return DataDispute.objects.filter(pk=dispute_id, department=account.department).first()


def _views(rows: Any, lang: str, *, is_masked: bool = False) -> tuple[DisputeView, ...]:
    return tuple(_view(row, lang, is_masked=is_masked) for row in rows)


def _view(row: DataDispute, lang: str, *, is_masked: bool) -> DisputeView:
    registry, spec = queries.registry(), queries.version(row.case.bundle_version_id).spec
    place = place_of(spec, row.path)
    field = spec.field(place.field) if place else None
    department = registry.departments.get(row.department)
    name = row.case.applicant_name
    return DisputeView(
        id=row.pk,
        path=row.path,
        case_id=row.case_id,
        number=row.case.number or "",
        applicant=masked_name(name) if is_masked else name,
        label=(field.en if lang == "en" and field.en else field.zh) if field else row.path,
        held=str(row.held_value if row.held_value is not None else ""),
        stated=row.stated_value,
        reason=row.reason,
        source=_source_name(row.source),
        dept_short=short_name(department) if department else row.department,
        state=row.state,
        state_label=str(DataDispute.State(row.state).label),
        is_open=row.state == DataDispute.State.OPEN,
        is_late=row.state == DataDispute.State.OPEN and row.due_on < timezone.localdate(),
        due_on=row.due_on,
        asked_at=row.asked_at,
        answer=row.answer or "",
        evidence_id=row.evidence_id,
        evidence_name=(row.evidence.name or "") if row.evidence else "",
    )


def _source_name(source: str) -> str:
    """What a source is called: "licence:ID_CARD@mother.name" is 居民身份证."""
    code = source.partition(":")[2].partition("@")[0]
    registry = queries.registry()
    found = registry.licences.get(code) or registry.interfaces.get(code)
    return found.zh if found else source
