"""The bundles by what they are found by: their texts and the words people use, read as queries are read."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bundles.search.reading import characters, letter_groups, normalise, pairs, sounds, stem
from bundles.spec import BundleSpec
from bundles.words import runs, syllables

# How much a text says about its bundle.
NAME, SAID, ITEM, RESULT, TOLD, OPTION = 1.0, 1.0, 0.55, 0.5, 0.4, 0.3
SPOKEN_FROM = ITEM  # texts of less weight are not looked up by initials or by letters


Tokens = tuple[str, ...]


@dataclass(slots=True)
class Index:
    """Feature -> {bundle: weight}; phrases, pinyin and initials likewise. `having`: the phrases with two tokens."""

    codes: tuple[str, ...]
    features: dict[str, dict[str, float]] = field(default_factory=dict)
    phrases: dict[Tokens, dict[str, float]] = field(default_factory=dict)
    having: dict[str, set[Tokens]] = field(default_factory=dict)
    initials: dict[str, dict[str, float]] = field(default_factory=dict)
    spoken: dict[str, dict[str, float]] = field(default_factory=dict)
    everyday: Mapping[str, Sequence[str]] = field(default_factory=dict)
    in_order: tuple[list[str], list[str]] = ([], [])

    def begun_by(self, letters: str) -> Iterable[tuple[str, Mapping[str, float]]]:
        """The pinyin that begins with these letters."""
        return ((text, self.spoken[text]) for text in _from(self.in_order[0], letters))

    def begun_short(self, letters: str) -> Iterable[tuple[str, Mapping[str, float]]]:
        """The initials that begin with these letters."""
        return ((text, self.initials[text]) for text in _from(self.in_order[1], letters))

    def idf(self, feature: str) -> float:
        """How telling a feature is: one that a single bundle has says most; one nobody has may be a slip."""
        having = len(self.features.get(feature, ()))
        return math.log(1 + (len(self.codes) + 1) / (having or 2))


def _from(texts: list[str], letters: str) -> list[str]:
    return texts[bisect_left(texts, letters) : bisect_right(texts, letters + "\uffff")]


def build(
    specs: Iterable[BundleSpec], said: Mapping[str, Sequence[str]], everyday: Mapping[str, Sequence[str]]
) -> Index:
    """The index of these bundles; `said`: words people use for each, by its code."""
    specs = tuple(specs)
    index = Index(tuple(spec.code for spec in specs), everyday=everyday)
    for spec in specs:
        for text, weight in _texts(spec, said.get(spec.code, ())):
            _add(index, spec.code, text, weight)
        _put(index.initials, spec.code.lower(), spec.code, NAME)
    index.in_order = (sorted(index.spoken), sorted(index.initials))
    return index


def _texts(spec: BundleSpec, said: Sequence[str]) -> Iterable[tuple[str, float]]:
    yield from ((text, NAME) for text in (spec.zh, spec.en or ""))
    yield from ((word, SAID) for word in said)
    for item in spec.items:
        yield from ((text, ITEM) for text in (item.zh, item.en or ""))
    yield from ((result.zh, RESULT) for result in spec.results)
    yield from ((text, TOLD) for text in (spec.summary.zh, spec.summary.en or ""))
    for question in spec.guidance:
        yield question.zh, OPTION
        yield from ((option.zh, OPTION) for option in question.options or ())


def _add(index: Index, code: str, text: str, weight: float) -> None:
    chinese, latin = runs(normalise(text))
    for run in chinese:
        _put_all(index.features, characters(run), code, weight)
        if weight >= SPOKEN_FROM:
            spoken = [sound for sound in syllables(run) if sound]
            _add_spoken(index, code, spoken, weight)
            _add_phrase(index, code, tuple(spoken), weight)
    for word in latin:
        _put(index.features, f"w:{stem(word)}", code, weight)
        _put_all(index.features, letter_groups(word), code, weight)
    if weight >= SPOKEN_FROM:
        _add_phrase(index, code, tuple(stem(word) for word in latin), weight)


def _add_phrase(index: Index, code: str, tokens: Tokens, weight: float) -> None:
    """A phrase as it sounds, or its English words."""
    for pair in pairs(tokens):
        index.having.setdefault(pair, set()).add(tokens)
        held = index.phrases.setdefault(tokens, {})
        held[code] = max(held.get(code, 0.0), weight)


def _add_spoken(index: Index, code: str, spoken: list[str], weight: float) -> None:
    """Full pinyin and initials from every character on, and the letters of the whole."""
    _put_all(index.features, letter_groups("".join(spoken)), code, weight)
    _put_all(index.features, sounds(spoken), code, weight)
    for n in range(len(spoken) - 1):
        later = weight * (1.0 if n == 0 else 0.8)
        _put(index.initials, "".join(sound[0] for sound in spoken[n:]), code, later)
        _put(index.spoken, "".join(spoken[n:]), code, later)


def _put_all(table: dict[str, dict[str, float]], features: Iterable[str], code: str, weight: float) -> None:
    for feature in features:
        _put(table, feature, code, weight)


def _put(table: dict[str, dict[str, float]], key: str, code: str, weight: float) -> None:
    held = table.setdefault(key, {})
    held[code] = max(held.get(code, 0.0), weight)
