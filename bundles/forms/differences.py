"""Where what somebody typed is not what a register says: neither is wrong yet, and neither overwrites the other."""

from __future__ import annotations

from dataclasses import dataclass

from bundles.forms.answers import Place, source_of, stored
from bundles.forms.context import Context
from bundles.forms.prefill import ask_sources, places
from bundles.forms.selection import Selection
from bundles.forms.typed import EMPTY

OUTSIDE = ("api:", "licence:")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with what was typed and what a register or licence holds; `source` is the path it comes from."""

    path: str
    field: str
    stated: object
    held: object
    source: str


def differences(context: Context, selection: Selection) -> tuple[Difference, ...]:
    """Every shown field that somebody filled in otherwise than a register that has answered already."""
    found = []
    for field, at in places(context, selection):
        place = Place(field.id, at.row)
        value = stored(context.answers, place)
        if value in EMPTY or source_of(context.answers, place.path) is not None:
            continue
        held = ask_sources(field, at)
        if held.path.startswith(OUTSIDE) and held.value != value:
            found.append(Difference(place.path, field.id, value, held.value, held.path))
    return tuple(found)
