"""Finding a bundle or a matter by what a person types: words, pinyin, initials, everyday names, small slips.

Bundles are few and matter most: they are ranked in memory. Matters are many: the database finds them by bigrams.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from bundles import queries
from bundles.kept import Kept
from bundles.models import Synonym
from bundles.queries import PublishedBundle
from bundles.words import bigrams, pinyin_runs, runs, syllables

LONGEST_QUERY = 60
ENOUGH = 0.34  # share of a query that a text must carry to count at all
CLOSE = 0.8
FILLERS = tuple("我想要 我想 我要 怎么办理 如何办理 怎么办 怎么 如何 在哪里 在哪 哪里 办理 申请 一件事 一类事".split())
FILLER_WORDS = frozenset({"a", "an", "the", "to", "of", "for", "how", "i", "want", "my"})
NAME, SAID, ENGLISH, ITEM, SUMMARY = 10.0, 9.0, 8.0, 4.0, 3.0


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `bundles`: codes of the bundles that contain a matter; for a bundle its own code."""

    kind: Literal["bundle", "matter"]
    code: str
    zh: str
    en: str
    dept: str
    bundles: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _Line:
    """One text a bundle is found by."""

    text: str
    weight: float
    pairs: frozenset[str]
    spoken: tuple[str, ...]  # full pinyin from every character on, initials likewise, Latin words
    whole: tuple[str, ...]  # full pinyin of every run, Latin words


@dataclass(frozen=True, slots=True)
class _Entry:
    bundle: PublishedBundle
    lines: tuple[_Line, ...]


def search(text: str, limit: int = 10) -> tuple[Hit, ...]:
    """What best answers a query, bundles before matters. An empty query finds nothing."""
    query = normalise(text)
    if not query:
        return ()
    found = bundles_found(query)[:limit]
    return (*found, *_matters_found(query, limit - len(found)))


def bundles_found(query: str) -> list[Hit]:
    """Bundles that can be applied for and answer a query, best first; small slips are forgiven if nothing fits."""
    entries = [entry for entry in _entries.get() if entry.bundle.bundle.enabled]
    scored = _scored(entries, query) or _scored(entries, _as_heard(query)) or _similar(entries, query)
    return [_hit(entry.bundle, score) for score, entry in sorted(scored, key=lambda pair: -pair[0])]


def normalise(text: str) -> str:
    """A query in one form: width, case, blanks and the words that carry no meaning taken out."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_QUERY]).lower().strip()
    kept = plain
    for filler in FILLERS:
        kept = kept.replace(filler, " ")
    return " ".join(kept.split()) or plain


def _scored(entries: Iterable[_Entry], query: str) -> list[tuple[float, _Entry]]:
    chinese, latin = runs(query)
    words = [word for word in latin if word not in FILLER_WORDS] or latin
    if not chinese and not words:
        return []
    scored = [(max(_score(line, chinese, words) for line in entry.lines), entry) for entry in entries]
    return [(score, entry) for score, entry in scored if score > 0]


def _score(line: _Line, chinese: list[str], latin: list[str]) -> float:
    shares = [_share(line, run) for run in chinese]
    if latin:
        shares.append(max(_spoken_share(line, ["".join(latin)]), _spoken_share(line, latin)))
    share = sum(shares) / len(shares)
    return line.weight * share if share >= ENOUGH else 0.0


def _share(line: _Line, run: str) -> float:
    """How much of a Chinese run stands in a text; standing there whole counts more, the more of the text it is."""
    if run in line.text:
        return 1 + len(run) / len(line.text)
    if len(run) < 2:
        return 0.0
    asked = bigrams(run)
    common = sum(pair in line.pairs for pair in asked) / len(asked)
    return common if len(asked) > 1 else 0.0


def _spoken_share(line: _Line, words: list[str]) -> float:
    """The share of Latin words that begin a word, a pinyin run or initials of the text; the start of the text wins."""
    met = [_beginning(line, word) for word in words]
    return sum(met) / len(met) if all(met) else sum(bool(share) for share in met) / len(met) / 2


def _beginning(line: _Line, word: str) -> float:
    places = (1 + len(word) / (len(s) + 4 * n) for n, s in enumerate(line.spoken) if s.startswith(word))
    return next(places, 0.0)


def _as_heard(query: str) -> str:
    """Chinese characters as they sound: a wrong character of the same sound finds the same thing."""
    chinese, latin = runs(query)
    return " ".join(["".join(syllables(run)) for run in chinese] + latin) if chinese else ""


def _similar(entries: Iterable[_Entry], query: str) -> list[tuple[float, _Entry]]:
    """Bundles with a word close to the query: a letter too many, too few or wrong."""
    heard = "".join(_as_heard(query).split()) or "".join(query.split())
    if len(heard) < 4:
        return []
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(heard)
    scored = [
        (max(_closeness(line, matcher, len(heard)) * line.weight for line in entry.lines), entry) for entry in entries
    ]
    return [(score, entry) for score, entry in scored if score > 0]


def _closeness(line: _Line, matcher: SequenceMatcher[str], length: int) -> float:
    best = 0.0
    for spoken in line.whole:
        matcher.set_seq1(spoken[: length + 1])
        if matcher.real_quick_ratio() >= CLOSE and matcher.quick_ratio() >= CLOSE:
            best = max(best, matcher.ratio())
    return best if best >= CLOSE else 0.0


def _matters_found(query: str, limit: int) -> tuple[Hit, ...]:
    if limit <= 0:
        return ()
    used = _bundles_by_matter.get()
    return tuple(
        Hit("matter", m.matter, m.zh, "", m.dept, used.get(m.matter, ()), 1.0)
        for m in queries.matters(query, limit=limit)
    )


def _hit(bundle: PublishedBundle, score: float) -> Hit:
    meta = bundle.bundle
    return Hit("bundle", meta.code, meta.zh, meta.en, meta.lead, (meta.code,), round(score, 3))


def _build_entries() -> tuple[_Entry, ...]:
    said: dict[str, list[str]] = {}
    for code, word in Synonym.objects.filter(enabled=True).values_list("bundle__code", "word"):
        said.setdefault(code, []).append(word)
    return tuple(_entry(bundle, said.get(bundle.code, [])) for bundle in queries.published_all())


def _entry(bundle: PublishedBundle, said: list[str]) -> _Entry:
    spec = bundle.spec
    lines = [_line(normalise(spec.zh), NAME), _line(spec.en, ENGLISH), _line(spec.code, NAME)]
    lines += [_line(word, SAID) for word in said]
    lines += [_line(item.zh, ITEM) for item in spec.items]
    return _Entry(bundle, (*lines, _line(spec.summary.zh, SUMMARY)))


@lru_cache(maxsize=8192)
def _line(text: str, weight: float) -> _Line:
    chinese, latin = runs(text)
    spoken: list[str] = []
    for run in chinese if weight > SUMMARY else []:
        full, short = pinyin_runs(run)
        spoken += sorted(full, key=len, reverse=True) + sorted(short, key=len, reverse=True)
    pairs = frozenset(pair for run in chinese for pair in bigrams(run))
    whole = ["".join(syllables(run)) for run in chinese] if weight > SUMMARY else []
    return _Line(text.lower(), weight, pairs, (*spoken, *latin), (*whole, *latin))


def _build_bundles_by_matter() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for bundle in queries.published_all():
        for matter in dict.fromkeys(item.matter for item in bundle.spec.items):
            found[matter] = (*found.get(matter, ()), bundle.code)
    return found


_entries: Kept[tuple[_Entry, ...]] = Kept("bundles", build=_build_entries)
_bundles_by_matter: Kept[Mapping[str, tuple[str, ...]]] = Kept("bundles", build=_build_bundles_by_matter)
