"""The papers a case needs now, one slot for each, or one for each row where they are asked per row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bundles.forms.answers import rows_of
from bundles.forms.context import Context, Row
from bundles.forms.instances import row_label
from bundles.forms.lookups import parse_path
from bundles.forms.selection import Selection, holds, scope
from bundles.forms.words import label_of
from bundles.spec import BundleSpec, Material
from bundles.spec.registry import Registry


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one paper. `key` names it in the case: "M_ROAD.0" is the first row's."""

    material: Material
    row: Row | None
    key: str
    label: str
    label_en: str
    items: tuple[str, ...]
    departments: tuple[str, ...]


def materials_of(selection: Selection, spec: BundleSpec, item_id: str) -> tuple[Material, ...]:
    """The papers on now that an item needs, and so may see."""
    shown = [spec.material(material_id) for material_id in selection.materials]
    return tuple(material for material in shown if item_id in spec.items_of_material(material))


def material_slots(context: Context, selection: Selection) -> tuple[Slot, ...]:
    """All slots, in the order of the definition."""
    return tuple(slot for material_id in selection.materials for slot in _slots(context, selection, material_id))


def exemption_paths(spec: BundleSpec, registry: Registry, material: Material) -> tuple[str, ...]:
    """The registers and licences that may stand in for a paper, asked about each person it is of."""
    return tuple(
        path
        for code in material.exempt_by
        for party in material.of
        if (path := _exemption_path(registry, code, party)) and parse_path(path)
    )


def _exemption_path(registry: Registry, code: str, party: str) -> str:
    if code in registry.licences:
        return f"licence:{code}@{party}.{registry.licences[code].id_field}"
    if code in registry.interfaces and registry.interfaces[code].output:
        return f"api:{code}@{party}.{registry.interfaces[code].output[0][0]}"
    return ""


def _slots(context: Context, selection: Selection, material_id: str) -> Iterator[Slot]:
    spec = context.spec
    material = spec.material(material_id)
    items = tuple(i for i in selection.items if i in spec.items_of_material(material))
    departments = departments_of(spec, items)
    if material.per is None or material.per not in spec.groups:
        yield Slot(material, None, material.id, material.zh, label_of(material, "en"), items, departments)
        return
    case = scope(context, selection)
    for index in range(len(rows_of(context.answers, material.per))):
        row = Row(material.per, index)
        if holds(material.when, case.in_row(row)):
            of = f"（{row_label(context, row)}）"
            en = label_of(material, "en") + of
            yield Slot(material, row, f"{material.id}.{index}", material.zh + of, en, items, departments)


def departments_of(spec: BundleSpec, items: Iterable[str]) -> tuple[str, ...]:
    """The departments of these items, each once, in their order."""
    return tuple(dict.fromkeys(spec.item(item).dept for item in items))
