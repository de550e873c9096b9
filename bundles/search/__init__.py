"""Finding a bundle or a matter by what a person types: words, pinyin, initials, everyday names, small slips.

Bundles are few and matter most: they are ranked in memory. Matters are many: the database finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bundles import queries
from bundles.kept import Kept
from bundles.models import EverydayWord, Synonym
from bundles.search.index import Index, build
from bundles.search.matters import all_codes, matter_codes
from bundles.search.ranking import ranked
from bundles.search.reading import normalise

__all__ = ["Hit", "bundles_found", "codes_of_matters", "normalise", "search"]


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


def search(text: str, limit: int = 10) -> tuple[Hit, ...]:
    """What best answers a query, bundles before matters. An empty query finds nothing."""
    query = normalise(text)
    if not query:
        return ()
    found = bundles_found(query)[:limit]
    return (*found, *_matters_found(query, limit - len(found)))


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


def _matters_found(query: str, limit: int) -> tuple[Hit, ...]:
    if limit <= 0:
        return ()
    used = _bundles_by_matter.get()
    found = queries.matters_of(matter_codes(query, _index.get().everyday, limit))
    return tuple(Hit("matter", m.matter, m.zh, "", m.dept, used.get(m.matter, ()), 1.0) for m in found)


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
