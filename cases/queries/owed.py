"""Papers owed and commitments given, as their people see them: the applicant, and who checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from bundles import queries
from cases.models import Case, CommitmentCheck, Material, OwedPaper
from cases.queries.people import StaffPerson
from cases.queries.slots import FileView
from cases.queries.worklist import masked_name

MOST = 200


@dataclass(frozen=True, slots=True)
class OwedView:
    """A paper that was promised for later; `left` in calendar days, negative once it is late."""

    slot: str
    title: str
    state: str
    state_label: str
    is_owed: bool
    due_on: date
    left: int
    items: tuple[str, ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """A commitment that a department has to check, or has found untrue."""

    id: UUID
    sub_id: UUID
    case_id: UUID
    number: str
    applicant: str
    item: str
    paper: str
    text: str
    sha256: str
    signed_at: datetime
    due_on: date
    is_due: bool
    is_late: bool
    may_repair: bool
    finding: str


def owed_papers(case: Case, lang: str = "zh") -> tuple[OwedView, ...]:
    """What was promised for later, the next due day first; two queries."""
    rows = list(OwedPaper.objects.filter(case=case))
    if not rows:
        return ()
    files: dict[str, list[FileView]] = {}
    uploads = Material.objects.filter(case=case, slot__in=[row.slot for row in rows], source=Material.Source.UPLOAD)
    for one in uploads:
        files.setdefault(one.slot, []).append(
            FileView(one.pk, one.name or "", one.size, one.media_type, one.created_at)
        )
    spec, today = queries.version(case.bundle_version_id).spec, timezone.localdate()
    found = []
    for row in rows:
        declared = spec.material(row.material_id)
        needing = [item for item in spec.items if item.id in spec.items_of_material(declared)]
        found.append(
            OwedView(
                slot=row.slot,
                title=declared.en if lang == "en" and declared.en else declared.zh,
                state=row.state,
                state_label=str(OwedPaper.State(row.state).label),
                is_owed=row.state == OwedPaper.State.OWED,
                due_on=row.due_on,
                left=(row.due_on - today).days,
                items=tuple(item.en if lang == "en" and item.en else item.zh for item in needing),
                files=tuple(files.get(row.slot, ())),
            )
        )
    return tuple(found)


def checks_at(account: StaffPerson, lang: str = "zh") -> tuple[CheckView, ...]:
    """The checks of this department that are open, the next due day first, then broken promises not yet made good."""
    mine = CommitmentCheck.objects.filter(department=account.department).select_related("commitment", "sub__case")
    due = mine.filter(state=CommitmentCheck.State.DUE).order_by("due_on")
    failed = mine.filter(state=CommitmentCheck.State.FAILED, repaired_at=None).order_by("-checked_at")
    return tuple(_check(row, lang) for row in [*due[:MOST], *failed[:MOST]])


def check_for(account: StaffPerson, check_id: UUID) -> CommitmentCheck | None:
    """One of them; None for another department's."""
    return CommitmentCheck.objects.filter(pk=check_id, department=account.department).first()


def _check(row: CommitmentCheck, lang: str) -> CheckView:
    case, spec = row.sub.case, queries.version(row.sub.case.bundle_version_id).spec
    item, paper = spec.item(row.sub.item_id), spec.material(row.commitment.material_id)
    is_due = row.state == CommitmentCheck.State.DUE
    return CheckView(
        id=row.pk,
        sub_id=row.sub_id,
        case_id=case.pk,
        number=row.sub.number,
        applicant=masked_name(case.applicant_name),
        item=item.en if lang == "en" and item.en else item.zh,
        paper=paper.en if lang == "en" and paper.en else paper.zh,
        text=row.commitment.text.replace(case.applicant_name, masked_name(case.applicant_name)),
        sha256=row.commitment.sha256,
        signed_at=row.commitment.signed_at,
        due_on=row.due_on,
        is_due=is_due,
        is_late=is_due and row.due_on < timezone.localdate(),
        may_repair=row.state == CommitmentCheck.State.FAILED,
        finding=row.finding or "",
    )
