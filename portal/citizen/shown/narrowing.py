"""Ways to narrow a catalogue as the page shows them: groups of links, each with how many it would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from portal.ui.parts import Filter

# (key in the address, value, word, how many it would leave)
Entry = tuple[str, str, str, int]
FEW = 8  # a group of no more is shown open


@dataclass(frozen=True, slots=True)
class Group:
    """One facet. `is_open`: its values are seen without opening it."""

    title: str
    filters: Sequence[Filter]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Narrowing:
    """All facets of a list; `chosen` are the ways in force, each leading back to the list without it."""

    groups: Sequence[Group]
    chosen: Sequence[Filter]
    all_href: str


def narrowing(address: str, chosen: Mapping[str, str], groups: Iterable[tuple[str, Sequence[Entry]]]) -> Narrowing:
    """The groups with their links; a value that would leave nothing is left out unless it is in force."""
    shown, in_force = [], []
    for title, entries in groups:
        filters = [_filter(address, chosen, entry) for entry in entries if entry[3] or chosen.get(entry[0]) == entry[1]]
        on = [one for one in filters if one.on]
        in_force += on
        if filters:
            shown.append(Group(title, filters, bool(on) or len(filters) <= FEW))
    text = chosen.get("q", "")
    return Narrowing(shown, in_force, address_with(address, {"q": text} if text else {}))


def address_with(address: str, query: Mapping[str, str]) -> str:
    """An address with a query, plain where there is none: what is shared is as short as can be."""
    written = QueryDict(mutable=True)
    written.update(query)
    return f"{address}?{written.urlencode()}" if written else address


def _filter(address: str, chosen: Mapping[str, str], entry: Entry) -> Filter:
    key, value, word, count = entry
    on = chosen.get(key) == value
    others = {k: v for k, v in chosen.items() if k != key}
    return Filter(word, address_with(address, others if on else {**others, key: value}), on, None if on else count)
