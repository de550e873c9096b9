"""Merged reports as the applicant reads them: who replied, who has not, who declined, what the newest version adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Case, Result
from cases.queries.charges import marked_withheld
from cases.queries.merged import PENDING, REFUSED, REPLIED


@dataclass(frozen=True, slots=True)
class Said:
    """A line of an answer."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportPart:
    """What one department said; `is_new`: it was not in the version before."""

    title: str
    department: str
    values: tuple[Said, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One version. “No record found” stands in `replied`, “no answer yet” in `pending`, “not given” in `refused`."""

    result_id: UUID
    version: int
    issued_at: datetime
    is_current: bool
    replied: tuple[ReportPart, ...]
    pending: tuple[ReportPart, ...]
    refused: tuple[ReportPart, ...]

    @property
    def asked(self) -> int:
        return len(self.replied) + len(self.pending) + len(self.refused)


def sections_name(spec: BundleSpec) -> str:
    """The result field that holds the sections of the merged report, "" where the bundle has none."""
    filled = (spec.merge.fields or {}) if spec.merge else {}
    return next((name for name, what in filled.items() if what == "sections"), "")


def reports_of(case: Case) -> tuple[Report, ...]:
    """Every version of the merged report, newest first; nothing is asked for a bundle that merges nothing."""
    spec = queries.version(case.bundle_version_id).spec
    name = sections_name(spec)
    if not name or spec.merge is None:
        return ()
    rows = Result.objects.filter(sub__case=case, sub__item_id=spec.merge.item, revoked_at=None)
    given = [row for row in marked_withheld(rows) if not getattr(row, "is_withheld", False) and row.fields.get(name)]
    return tuple(_report(row, row.fields[name]) for row in sorted(given, key=lambda row: row.version, reverse=True))


def _report(row: Result, sections: list[dict[str, Any]]) -> Report:
    return Report(
        result_id=row.pk,
        version=row.version,
        issued_at=row.issued_at,
        is_current=row.replaced_at is None,
        replied=_parts(sections, REPLIED),
        pending=_parts(sections, PENDING),
        refused=_parts(sections, REFUSED),
    )


def _parts(sections: list[dict[str, Any]], standing: str) -> tuple[ReportPart, ...]:
    return tuple(
        ReportPart(
            title=one["title"],
            department=one["department"],
            values=tuple(Said(str(label), str(text)) for label, text in one["values"]),
            is_new=bool(one["is_new"]),
        )
        for one in sections
        if one["standing"] == standing
    )
