"""Finding a bundle or a matter by what a person types: words, pinyin, initials, everyday names, small slips.

Bundles are few and matter most: they are ranked in memory. Matters are many: the database finds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bundles import queries
from bundles.kept import Kept
from bundles.models import EverydayWord, Synonym
from bundles.search.index import Index, build
from bundles.search.matters import all_codes, matter_codes
from bundles.search.ranking import ranked
from bundles.search.reading import normalise
from bundles.spec.registry import Matter

SURE = 0.6  # a bundle that answers less well gives way to matters of the very words, unless it has one of them
__all__ = ["Hit", "bundles_found", "codes_of_matters", "normalise", "search"]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `bundles`: codes of the bundles that contain a matter; for a bundle its own code.

    `matter`: the matter itself, None for a bundle.
    """

    kind: Literal["bundle", "matter"]
    code: str
    zh: str
    en: str
    dept: str
    bundles: tuple[str, ...]
    score: float
    matter: Matter | None = None


def search(text: str, limit: int = 10) -> tuple[Hit, ...]:
    """What best answers a query, bundles before matters. An empty query finds nothing."""
    query = normalise(text)
    if not query:
        return ()
    found = bundles_found(query)[:limit]
    codes, carry_the_words = matter_codes(query, _index.get().everyday, limit)
    if carry_the_words:
        used = _bundles_by_matter.get()
        holding = {bundle for code in codes for bundle in used.get(code, ())}
        found = [hit for hit in found if hit.score >= SURE or hit.code in holding]
    return (*found, *_matter_hits(codes[: limit - len(found)]))


def bundles_found(query: str) -> list[Hit]:
    """Bundles that can be applied for and answer a normalised query, best first."""
    published = {one.code: one.bundle for one in queries.published_all() if one.bundle.enabled}
    return [
        Hit("bundle", code, meta.zh, meta.en, meta.lead, (code,), round(score, 3))
        for code, score in ranked(_index.get(), query)
        if (meta := published.get(code)) is not None
    ]


def codes_of_matters(text: str) -> list[str]:
    """Codes of every matter that answers a query, in no order."""
    query = normalise(text)
    return all_codes(query, _index.get().everyday) if query else []


def _matter_hits(codes: Sequence[str]) -> Iterator[Hit]:
    used = _bundles_by_matter.get()
    for one in queries.matters_of(codes):
        yield Hit("matter", one.matter, one.zh, "", one.dept, used.get(one.matter, ()), 1.0, one)


def _build_index() -> Index:
    said: dict[str, list[str]] = {}
    for code, word in Synonym.objects.filter(enabled=True).values_list("bundle__code", "word"):
        said.setdefault(code, []).append(word)
    everyday: Mapping[str, Sequence[str]] = dict(EverydayWord.objects.values_list("word", "means"))
    return build((one.spec for one in queries.published_all()), said, everyday)


def _build_bundles_by_matter() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for bundle in queries.published_all():
        for matter in dict.fromkeys(item.matter for item in bundle.spec.items):
            found[matter] = (*found.get(matter, ()), bundle.code)
    return found


_index: Kept[Index] = Kept("bundles", build=_build_index)
_bundles_by_matter: Kept[Mapping[str, tuple[str, ...]]] = Kept("bundles", build=_build_bundles_by_matter)
