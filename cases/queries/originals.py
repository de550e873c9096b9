"""Originals to be seen (核原件): what a case rests on that is a copy of level C, for the desk that looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
    return tuple(_views(OriginalCheck.objects.filter(case=case_id)))


def originals_of_item(sub_id: UUID) -> tuple[OriginalView, ...]:
    """Those that one item needs."""
    sub = SubApplication.objects.select_related("case").get(pk=sub_id)
    spec = queries.version(sub.case.bundle_version_id).spec
    mine = {material.id for material in spec.materials if sub.item_id in spec.items_of_material(material)}
    return tuple(_views(OriginalCheck.objects.filter(case=sub.case_id, material__material_id__in=mine)))


def _views(rows: Iterable[OriginalCheck]) -> Iterable[OriginalView]:
    found = rows.select_related("material__case").order_by("wanted_at")  # type: ignore[attr-defined]
    for row in found:
        spec = queries.version(row.material.case.bundle_version_id).spec
        label = spec.material(row.material.material_id).zh
        yield OriginalView(row.material_id, label, row.material.name or "", row.seen_at)
