"""Which bundles answer a query best: each part of it is read as what fits it best, and the parts are added up.

A score lies between 0 and 2: up to 1 for how much of the query a bundle carries, up to 1 for a phrase met whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bundles.search.index import Index
from bundles.search.pinyin import as_syllables
from bundles.search.reading import Asked, characters, letter_groups, pairs, sounds, stem, variants
from bundles.words import syllables

ENOUGH = 0.3  # less of a query says nothing
NEAR_THE_BEST = 0.3  # share of the best score that is still worth showing
PLAINER = 0.95  # how much a reading with everyday words replaced counts
INITIALS, GUESSED = 0.9, 0.8  # how much initials, and letters with a slip, say beside a word that is met
SHORTEST_GUESS = 4
# Characters met here and there, no two of them together, are mostly chance.
PAIRED, SCATTERED = "bs", 0.5

Scores = dict[str, float]


def ranked(index: Index, query: str) -> list[tuple[str, float]]:
    """Codes of the bundles that answer a normalised query, best first."""
    scores: Scores = {}
    for n, asked in enumerate(variants(query, index.everyday)):
        for code, score in _scored(index, asked).items():
            scores[code] = max(scores.get(code, 0.0), score if n == 0 else PLAINER * score)
    best = max(scores.values(), default=0.0)
    kept = [(code, score) for code, score in scores.items() if score >= max(ENOUGH, NEAR_THE_BEST * best)]
    place = {code: n for n, code in enumerate(index.codes)}
    return sorted(kept, key=lambda pair: (-round(pair[1], 6), place[pair[0]]))


def _scored(index: Index, asked: Asked) -> Scores:
    """The parts of a query weigh what they are long; a phrase met whole comes on top."""
    parts = [(len(run) * 2.0, _by_features(index, characters(run))) for run in asked.chinese]
    if asked.latin:
        parts.append((float(len(asked.letters)), _latin(index, asked)))
    whole = sum(size for size, _ in parts)
    scores: Scores = {}
    for size, found in parts:
        for code, score in found.items():
            scores[code] = scores.get(code, 0.0) + score * size / whole
    for code, bonus in _phrases(index, asked).items():
        scores[code] = scores.get(code, 0.0) + bonus
    return scores


def _by_features(index: Index, features: Mapping[str, float]) -> Scores:
    """How much of the features each bundle has, the telling ones counting more: 0 to 1."""
    scores: Scores = {}
    whole, paired = 0.0, set[str]()
    for feature, says in features.items():
        worth = says * index.idf(feature)
        whole += worth
        having = index.features.get(feature, {})
        for code, weight in having.items():
            scores[code] = scores.get(code, 0.0) + worth * weight
        if feature[0] in PAIRED:
            paired.update(having)
    scattered = any(feature[0] in PAIRED for feature in features)
    return {
        code: score / whole * (SCATTERED if scattered and code not in paired else 1.0) for code, score in scores.items()
    }


def _latin(index: Index, asked: Asked) -> Scores:
    """Latin letters as English words, as pinyin, as initials, or as either with a slip: what fits best."""
    letters = asked.letters
    spoken = as_syllables(letters)
    ways = [
        _by_features(index, {f"w:{stem(word)}": 1.0 for word in asked.latin}),
        _by_features(index, sounds(spoken)) if spoken else {},
        _beginnings(index.begun_by(letters), letters, 1.0),
        _beginnings(index.begun_short(letters), letters, INITIALS) if len(letters) > 1 else {},
        _guessed(index, asked),
    ]
    return _best(ways)


def _guessed(index: Index, asked: Asked) -> Scores:
    """By letters in a row; words apart first, then as one."""
    if len(asked.letters) < SHORTEST_GUESS:
        return {}
    apart: dict[str, float] = {}
    for word in asked.latin:
        apart |= letter_groups(word)
    ways = [_by_features(index, apart), _by_features(index, letter_groups(asked.letters))]
    return {code: GUESSED * score for code, score in _best(ways).items()}


def _beginnings(begun: Iterable[tuple[str, Mapping[str, float]]], letters: str, counts: float) -> Scores:
    """What begins with the letters; the more of it they are, the better."""
    scores: Scores = {}
    for text, codes in begun:
        share = 0.6 + 0.4 * len(letters) / len(text)
        for code, weight in codes.items():
            scores[code] = max(scores.get(code, 0.0), counts * share * weight)
    return scores


def _phrases(index: Index, asked: Asked) -> Scores:
    """Whole phrases within the query, or the query within a phrase: 0 to 1, more the more they cover each other."""
    tokens = _tokens(index, asked)
    within = f" {' '.join(tokens)} "
    scores: Scores = {}
    for phrase in set().union(*(index.having.get(pair, ()) for pair in pairs(tokens))):
        text = f" {' '.join(phrase)} "
        if text not in within and within not in text:
            continue
        share = min(len(phrase), len(tokens)) / max(len(phrase), len(tokens))
        for code, weight in index.phrases[phrase].items():
            scores[code] = max(scores.get(code, 0.0), weight * (0.3 + 0.7 * share))
    return scores


def _tokens(index: Index, asked: Asked) -> list[str]:
    """The query as it sounds; a Latin word that some bundle is described with stays a word."""
    tokens: list[str] = []
    for part in asked.parts:
        if not part.isascii():
            tokens += [sound for sound in syllables(part) if sound]
        elif f"w:{stem(part)}" in index.features:
            tokens.append(stem(part))
        else:
            tokens += as_syllables(part) or (stem(part),)
    return tokens


def _best(ways: Iterable[Scores]) -> Scores:
    best: Scores = {}
    for way in ways:
        for code, score in way.items():
            best[code] = max(best.get(code, 0.0), score)
    return best
