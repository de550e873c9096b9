"""Matters that answer a query: found by the database, by pairs of characters, by sound, or by what comes near.

Each way is tried only where the ones before found too little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length

from bundles.models import Matter
from bundles.search.pinyin import as_syllables
from bundles.search.reading import Asked, variants
from bundles.words import LONGEST, as_query, bigrams, syllables

EACH = 5  # rows read for a line shown: offices of one name share a line
NEAR_ENOUGH = 0.5  # share of the pairs of a query that a name near to it carries


def matter_codes(query: str, everyday: Mapping[str, Sequence[str]], limit: int) -> tuple[list[str], bool]:
    """Codes of the best matters, one for each name, the nearest office first; whether they carry the very words."""
    for n, rows in enumerate(_ways(query, everyday)):
        found: dict[str, str] = {}
        for code, name in rows[: EACH * limit].values_list("pk", "zh"):
            found.setdefault(name, code)
        if found:
            return list(found.values())[:limit], n == 0
    return [], False


def all_codes(query: str, everyday: Mapping[str, Sequence[str]]) -> list[str]:
    """Codes of every matter that answers a query."""
    for rows in _ways(query, everyday):
        found = list(rows.order_by().values_list("pk", flat=True))
        if found:
            return found
    return []


def _ways(query: str, everyday: Mapping[str, Sequence[str]]) -> Iterator[QuerySet[Matter]]:
    read = variants(query, everyday)
    for asked in read:
        yield _carrying(as_query(asked.text))
    heard = _heard(read[0])
    if heard:
        yield _carrying(heard)
    for asked in read:
        pairs = [pair for run in asked.chinese for pair in bigrams(run)]
        if len(pairs) > 1:
            yield _near(pairs)


def _carrying(terms: str) -> QuerySet[Matter]:
    rows = Matter.objects.order_by("rank", Length("zh"), "matter")
    return rows.extra(where=["bundles_matter.words @@ %s::tsquery"], params=[terms]) if terms else rows.none()


def _heard(asked: Asked) -> str:
    """Characters as they sound, and spaced pinyin in one: a name is looked up by how it is pronounced."""
    spoken = [sound for run in asked.chinese for sound in syllables(run)]
    if not spoken and len(asked.latin) > 1 and as_syllables(asked.letters):
        spoken = list(asked.latin)
    whole = "".join(spoken)[:LONGEST]
    return f"'{whole}':*" if len(spoken) > 1 and whole.isalpha() else ""


def _near(pairs: Sequence[str]) -> QuerySet[Matter]:
    """Names with at least half of the pairs, those with most first."""
    having = " + ".join(["(bundles_matter.words @@ %s::tsquery)::int"] * len(pairs))
    terms = [f"'{pair}'" for pair in pairs]
    return (
        Matter.objects.extra(where=["bundles_matter.words @@ %s::tsquery"], params=[" | ".join(terms)])
        .annotate(met=RawSQL(having, terms))
        .filter(met__gte=max(2, NEAR_ENOUGH * len(pairs)))
        .order_by("-met", "rank", Length("zh"), "matter")
    )
