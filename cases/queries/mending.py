"""Issued results as the department mends them: what stands, and which fields a correction may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bundles import queries
from cases.models import Result, SubApplication
from cases.queries.declared import declared_fields, readable
from cases.queries.department import ResultInput
from cases.queries.results import VALID, standing_of


@dataclass(frozen=True, slots=True)
class MendField:
    """A field of an issued result: what it says now, and the input that may change it."""

    input: ResultInput
    now: str


@dataclass(frozen=True, slots=True)
class MendView:
    """A result with its standing, as it can be corrected or taken back."""

    id: UUID
    result_id: str
    title: str
    version: int
    issued_at: datetime
    standing: str
    holds: bool
    reason: str
    fields: tuple[MendField, ...]


def results_to_mend(sub: SubApplication, lang: str = "zh") -> tuple[MendView, ...]:
    """Every version of every result of an item, the newest first."""
    rows = Result.objects.filter(sub=sub).select_related("corrected_by").order_by("result_id", "-version")
    return tuple(_view(row, sub, lang) for row in rows)


def _view(row: Result, sub: SubApplication, lang: str) -> MendView:
    spec = queries.version(sub.case.bundle_version_id).spec
    declared = next((one for one in spec.results if one.id == row.result_id), None)
    known = declared_fields(declared) if declared else {}
    newer: Any = getattr(row, "corrected_by", None)
    return MendView(
        id=row.pk,
        result_id=row.result_id,
        title=((declared.en if lang == "en" else "") or declared.zh) if declared else row.result_id,
        version=row.version,
        issued_at=row.issued_at,
        standing=standing_of(row),
        holds=standing_of(row) == VALID,
        reason=(row.reason if row.revoked_at else newer.reason if newer else "") or "",
        fields=tuple(
            MendField(ResultInput(name, label, kind, row.result_id), readable(row.fields.get(name), kind))
            for name, (label, kind) in known.items()
        ),
    )
