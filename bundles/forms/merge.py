"""One form of many: every field is asked once and knows who needs it; what is asked twice is found here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bundles.spec import BundleSpec, Field


@dataclass(frozen=True, slots=True)
class Owners:
    """Who needs a field: items and their departments, each once, in the order of the items."""

    items: tuple[str, ...]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two fields that seem to ask for the same thing, with a sentence for the administrator."""

    fields: tuple[str, str]
    message: str


def owners(spec: BundleSpec) -> dict[str, Owners]:
    """The owners of every field, by its id."""
    return {field.id: owners_of(spec, field.id) for _, _, field in spec.walk_fields()}


def owners_of(spec: BundleSpec, field_id: str) -> Owners:
    """The owners of one field."""
    needed_by = spec.items_of_field(field_id)
    items = tuple(item.id for item in spec.items if item.id in needed_by)
    return Owners(items, tuple(dict.fromkeys(spec.item(item).dept for item in items)))


def fields_saved(spec: BundleSpec) -> int:
    """How many answers the one form saves: what separate forms would ask again."""
    asked = [field for _, _, field in spec.walk_fields() if not field.system and not field.is_group]
    return sum(max(len(owners_of(spec, field.id).departments) - 1, 0) for field in asked)


def conflicts(spec: BundleSpec) -> tuple[Conflict, ...]:
    """Pairs of fields that would make a person answer twice."""
    placed = [(section.id, group.id if group else "", f) for section, group, f in spec.walk_fields() if _is_asked(f)]
    return tuple(
        Conflict((one.id, other.id), message)
        for n, (section, group, one) in enumerate(placed)
        for place, block, other in placed[n + 1 :]
        for message in _same_thing(one, other, together=(section, group) == (place, block))
    )


def _is_asked(field: Field) -> bool:
    return not field.system and not field.is_group


def _same_thing(one: Field, other: Field, *, together: bool) -> Iterator[str]:
    """Why two fields look like one; a label alone says so only side by side, as every block may ask for a name."""
    if one.type != other.type:
        return
    if together and one.zh == other.zh:
        yield f"{one.id} 和 {other.id} 都叫“{one.zh}”，同一数据应只填一次"
    sources = set(one.prefills) & set(other.prefills)
    if sources and one.lock and other.lock:
        yield f"{one.id} 和 {other.id} 都取自 {min(sources)} 且不可改，同一数据应只填一次"
