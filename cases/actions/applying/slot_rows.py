"""Papers follow the rows of a repeating block they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bundles import forms
from bundles.forms.answers import is_locked, place_of, rows_of
from bundles.spec import BundleSpec
from cases.actions.papers.uploads import forget_file
from cases.models import Case, Material


def rows_kept(context: forms.Context, section_id: str, raw: Mapping[str, object]) -> dict[str, list[int]]:
    """Of each block of a section that is posted without some of its rows: the numbers of the rows that stay."""
    kept: dict[str, list[int]] = {}
    for group in context.spec.groups.values():
        places = [place_of(context.spec, path) for path in raw] if group.section == section_id else []
        posted = {p.row.index for p in places if p and p.row and p.row.group == group.id}
        count = len(rows_of(context.answers, group.id))
        stay = [n for n in range(count) if n in posted or _is_fixed(context, group.id, n)]
        if posted and len(stay) < count:
            kept[group.id] = stay
    return kept


def _is_fixed(context: forms.Context, group: str, index: int) -> bool:
    fields = context.spec.groups[group].fields
    return any(is_locked(context.answers, f"{group}.{index}.{field.id}") for field in fields)


def follow_rows(case: Case, spec: BundleSpec, group: str, kept: Sequence[int]) -> None:
    """Renumber the slots of a locked case whose block now has only these of its rows; papers of others are deleted."""
    per_row = [material.id for material in spec.materials if material.per == group]
    held = list(Material.objects.filter(case=case, material_id__in=per_row))
    numbers = {old: new for new, old in enumerate(kept)}
    # Two steps, because (slot, position) is unique at every moment.
    for material in held:
        old = _row_of(material)
        if old not in numbers:
            forget_file(material)
            material.delete()
    for material in sorted((m for m in held if _row_of(m) in numbers), key=_row_of):
        Material.objects.filter(pk=material.pk).update(slot=f"{material.material_id}.{numbers[_row_of(material)]}")


def _row_of(material: Material) -> int:
    index = material.slot.rpartition(".")[2]
    return int(index) if index.isdecimal() else -1
