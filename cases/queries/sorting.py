"""Which paper a file of the pile may be: by the words of its name, by where the same file went before.

A proposal is only that: the person confirms each. Pure; texts and hashes go in, proposals come out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import yaml
from pypinyin import lazy_pinyin

NAME, BEFORE, LAST = "name", "before", "last"
LEAST = 0.3  # what a name must say at least for a place
_WORDS = Path(__file__).with_name("paper_words.yaml")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]{3,}")
_BRACKETS = re.compile(r"[（(].*?[）)]")
_LISTED = re.compile(r"[、，,]|或|以及|及|和|与")
_NUMBERED = re.compile(r"[\s\d_\-.()（）]+$")


@dataclass(frozen=True, slots=True)
class Place:
    """A slot that files can go to. `also`: what else its paper is called (licences that stand for it, English)."""

    slot: str
    label: str
    also: tuple[str, ...] = ()
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Loose:
    """A file nobody has sorted."""

    id: object
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a file may belong and why: NAME with the word found, BEFORE with what it was then, LAST of those wanted."""

    slot: str
    why: str
    word: str = ""


def proposals(
    files: Sequence[Loose], places: Sequence[Place], before: Mapping[str, str] | None = None
) -> dict[object, Proposal]:
    """A proposal for each file that something speaks for. `before`: hash -> what the paper was called then."""
    index = _Index(places)
    found: dict[object, Proposal] = {}
    for file in files:
        told = _as_before(file, places, before or {}) or index.by_name(file.name)
        if told is not None:
            found[file.id] = told
    return found | _the_last(files, places, found)


def misplaced(files: Sequence[tuple[Loose, str]], places: Sequence[Place]) -> dict[object, str]:
    """Files whose name speaks for another place and not at all for their own: id -> that place."""
    index, found = _Index(places), {}
    for file, slot in files:
        told = index.by_name(file.name)
        if told and told.word and told.slot != slot and not index.score(file.name, slot)[0]:
            found[file.id] = told.slot
    return found


def same_kind(one: str, other: str) -> bool:
    """Two labels name the same paper: one of the papers a label lists, brackets aside, is among the other's."""
    return not _papers(one).isdisjoint(_papers(other))


def _papers(label: str) -> frozenset[str]:
    parts = (part.strip() for part in _LISTED.split(_BRACKETS.sub("", label)))
    return frozenset(part for part in parts if part)


def _as_before(file: Loose, places: Sequence[Place], before: Mapping[str, str]) -> Proposal | None:
    was = before.get(file.sha256)
    found = [place for place in places if was and same_kind(place.label, was)]
    return Proposal(min(found, key=lambda one: not one.is_wanted).slot, BEFORE, was or "") if found else None


def _the_last(
    files: Sequence[Loose], places: Sequence[Place], found: Mapping[object, Proposal]
) -> dict[object, Proposal]:
    """One file is left over and one paper is still wanted: they probably belong together."""
    taken = {one.slot for one in found.values()}
    left = [file for file in files if file.id not in found]
    wanted = [place for place in places if place.is_wanted and place.slot not in taken]
    return {left[0].id: Proposal(wanted[0].slot, LAST)} if len(left) == len(wanted) == 1 else {}


class _Index:
    """What each place is called, in pieces; a piece that many places share says little."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._pieces = {place.slot: _pieces(_texts(place)) for place in places}
        self._shared = Counter(piece for pieces in self._pieces.values() for piece in pieces)

    def score(self, name: str, slot: str) -> tuple[float, str]:
        """How much a name speaks for a place, and the longest of the words that do."""
        stem, of_slot = _stem(name), self._pieces.get(slot, frozenset())
        both = (_pieces([stem]) | _sounding(stem, of_slot)) & of_slot
        word = max((_longest(stem, text) for text in self._texts_of(slot)), key=len, default="")
        score = sum(1 / self._shared[piece] for piece in both) + len(both) / (2 * max(len(of_slot), 1))
        return score, word if len(word) > 1 else ""

    def by_name(self, name: str) -> Proposal | None:
        scored = [(*self.score(name, place.slot), place) for place in self._places]
        if not scored:
            return None
        score, word, place = max(scored, key=lambda one: (one[0], one[2].is_wanted))
        return Proposal(place.slot, NAME, word) if score >= LEAST else None

    def _texts_of(self, slot: str) -> list[str]:
        return [text for place in self._places if place.slot == slot for text in _texts(place)]


def _texts(place: Place) -> list[str]:
    """What a place is called, with what people call it instead."""
    own = [place.label, *place.also]
    return [text.lower() for text in [*own, *_other_words(" ".join(own))]]


def _other_words(text: str) -> Iterable[str]:
    return (other for word, others in _known().items() if word in text for other in others)


@cache
def _known() -> Mapping[str, list[str]]:
    return dict(yaml.safe_load(_WORDS.read_text(encoding="utf-8")))


def _stem(name: str) -> str:
    """The name without its ending and its numbers, in small letters."""
    return _NUMBERED.sub("", name.rpartition(".")[0] or name).lower()


def _pieces(texts: Iterable[str]) -> frozenset[str]:
    """Pairs of Chinese signs, how those sound, and Latin words."""
    found: set[str] = set()
    for text in texts:
        for run in _HAN.findall(text):
            found |= {run[n : n + 2] for n in range(len(run) - 1)}
            found |= _sounds(run)
        found |= set(_LATIN.findall(text))
    return frozenset(found)


def _sounding(stem: str, pieces: frozenset[str]) -> frozenset[str]:
    """Those pairs of syllables that a name written in pinyin has: hukouben.jpg."""
    words = _LATIN.findall(stem)
    return frozenset(one for one in pieces if "'" in one and any(one.replace("'", "") in word for word in words))


@lru_cache(maxsize=4096)
def _sounds(run: str) -> frozenset[str]:
    said = lazy_pinyin(run)
    return frozenset(f"{a}'{b}" for a, b in pairwise(said))


def _longest(one: str, other: str) -> str:
    """The longest run of signs that both have."""
    best = ""
    for start in range(len(one)):
        end = start + len(best) + 1
        while end <= len(one) and one[start:end] in other:
            best, end = one[start:end], end + 1
    return best.strip(" _-")
