"""Originals to be seen (核原件): what a case rests on that is a copy of level C, for the desk that looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery

from bundles import queries
from cases.models import OriginalCheck, SubApplication


@dataclass(frozen=True, slots=True)
class OriginalView:
    material_id: UUID
    label: str
    licence: str
    seen_at: datetime | None


def originals_of_case(case_id: UUID) -> tuple[OriginalView, ...]:
    """Every original of a case; one query where it has none."""
    found = (_view_for(row) for row in _rows(OriginalCheck.objects.filter(case=case_id)))
    return tuple(one for one in found if one)


def originals_of_item(sub_id: UUID) -> tuple[OriginalView, ...]:
    """Those that one item needs; one query where the case has none."""
    mine = SubApplication.objects.filter(pk=sub_id)
    rows = OriginalCheck.objects.filter(case__in=mine.values("case")).annotate(item_id=Subquery(mine.values("item_id")))
    return tuple(one for row in _rows(rows) if (one := _view_for(row, row.item_id)))


def _rows(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("material__case").order_by("wanted_at")


def _view_for(row: Any, item_id: str = "") -> OriginalView | None:
    """A paper to be seen; None for one that another item needs."""
    spec = queries.version(row.material.case.bundle_version_id).spec
    material = spec.material(row.material.material_id)
    if item_id and item_id not in spec.items_of_material(material):
        return None
    return OriginalView(row.material_id, material.zh, row.material.name or "", row.seen_at)
