"""Narrowing the catalogue of matters: who for, stage of life, department, letter, how, and what is special.

Counting 37,000 rows a dozen times for one page would take the database a second. So each value of a facet is held as
one long whole number, a bit a matter in the order of the alphabet; narrowing is an `&`, counting `bit_count()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bundles import queries
from bundles.kept import Kept
from bundles.models import Matter
from bundles.search import codes_of_matters
from bundles.spec.registry import Matter as FrozenMatter

FACETS = ("class", "stage", "dept", "letter", "channel", "type", "level", "reach", "instant", "paperless", "bundled")
CLASSES = {"person": ("个人",), "org": ("企业",), "both": ("个人", "企业")}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is left. `counts`: facet -> value -> how many would be left if that value were chosen instead."""

    total: int
    page: tuple[FrozenMatter, ...]
    counts: Mapping[str, Mapping[str, int]]
    everything: int


@dataclass(frozen=True, slots=True)
class _Shelf:
    codes: Sequence[str]
    place: Mapping[str, int]
    bits: Mapping[str, Mapping[str, int]]

    @property
    def all(self) -> int:
        return (1 << len(self.codes)) - 1


def narrowed(chosen: Mapping[str, str], text: str = "", *, offset: int = 0, limit: int = 20) -> Narrowed:
    """The matters with all chosen values, and of a query where there is one, in the order of the alphabet."""
    shelf = _shelf.get()
    found = _answering(shelf, text) if text else shelf.all
    kept = {key: value for key, value in chosen.items() if key in FACETS}
    left = _with(shelf, found, kept)
    counts = {key: _counted(shelf, found, kept, key) for key in FACETS}
    page = [shelf.codes[place] for place in _places(left, offset, limit)]
    return Narrowed(left.bit_count(), queries.matters_of(page), counts, len(shelf.codes))


def catalogue_size() -> int:
    """How many matters there are."""
    return len(_shelf.get().codes)


def _answering(shelf: _Shelf, text: str) -> int:
    flags = bytearray(len(shelf.codes) // 8 + 1)
    for code in codes_of_matters(text):
        place = shelf.place.get(code)
        if place is not None:
            flags[place // 8] |= 1 << place % 8
    return int.from_bytes(flags, "little")


def _with(shelf: _Shelf, found: int, chosen: Mapping[str, str]) -> int:
    for key, value in chosen.items():
        found &= shelf.bits[key].get(value, 0)
    return found


def _counted(shelf: _Shelf, found: int, chosen: Mapping[str, str], key: str) -> Mapping[str, int]:
    others = _with(shelf, found, {k: v for k, v in chosen.items() if k != key})
    return {value: count for value, bits in shelf.bits[key].items() if (count := (others & bits).bit_count())}


def _places(left: int, offset: int, limit: int) -> Iterator[int]:
    """The places of the bits that are set, from the `offset`-th on."""
    flags = left.to_bytes(left.bit_length() // 8 + 1, "little")
    passed = taken = 0
    for byte_at, byte in enumerate(flags):
        size = byte.bit_count()
        if passed + size <= offset:
            passed += size
            continue
        for bit in range(8):
            if byte >> bit & 1:
                passed += 1
                if passed > offset:
                    yield 8 * byte_at + bit
                    taken += 1
            if taken == limit:
                return


def _build_shelf() -> _Shelf:
    columns = (
        "pk", "letter", "dept_id", "type", "level", "audience", "stage", "channels", "reach", "instant", "paperless",
    )  # fmt: skip
    bundled = _from_bundles()
    rows = list(Matter.objects.order_by("letter", "sound", "rank", "matter").values_list(*columns))
    places: dict[str, dict[str, bytearray]] = {key: {} for key in FACETS}
    size = len(rows) // 8 + 1
    for place, (code, *row) in enumerate(rows):
        for key, value in _values(row, bundled.get(code)):
            held = places[key].get(value)
            if held is None:
                held = places[key][value] = bytearray(size)
            held[place // 8] |= 1 << place % 8
    bits = {key: {v: int.from_bytes(flags, "little") for v, flags in found.items()} for key, found in places.items()}
    codes = [row[0] for row in rows]
    return _Shelf(codes, {code: place for place, code in enumerate(codes)}, bits)


@dataclass(slots=True)
class _Used:
    """What a matter inherits from the bundles it is part of."""

    classes: set[str]
    stages: set[str]
    channels: set[str]
    national: bool


def _from_bundles() -> Mapping[str, _Used]:
    found: dict[str, _Used] = {}
    for one in queries.published_all():
        for item in one.spec.items if one.bundle.enabled else ():
            used = found.setdefault(item.matter, _Used(set(), set(), set(), national=False))
            used.classes.add(one.spec.class_)
            used.stages.add(one.spec.stage)
            used.channels.update(one.spec.channels)
            used.national = used.national or one.spec.reach == "national"
    return found


def _values(row: Sequence[Any], used: _Used | None) -> Iterator[tuple[str, str]]:
    letter, dept, kind, level, audience, stage, channels, reach, instant, paperless = row
    yield from (("letter", letter), ("dept", dept), ("type", kind), ("level", level))
    yield from _each("class", used.classes if used else CLASSES[audience])
    yield from _each("stage", used.stages if used else (stage,))
    yield from _each("channel", {*channels, *(used.channels if used else ())})
    yield "reach", "national" if used and used.national else reach
    if used:
        yield "bundled", "1"
    if instant:
        yield "instant", "1"
    if paperless:
        yield "paperless", "1"


def _each(key: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((key, value) for value in values if value)


_shelf: Kept[_Shelf] = Kept("registry", "bundles", build=_build_shelf)
