"""What a search found, with where it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from bundles import queries
from bundles.search import Hit
from portal.citizen.language import said
from portal.citizen.shown import matters
from portal.citizen.shown.asked_for import Part
from portal.citizen.shown.bundles import hue_of, icon_of, promise
from portal.citizen.shown.departments import short_of

# Below this a bundle shares a word or a sound with the query and hardly its matter (办护照 and 营业执照).
NEAR_ENOUGH = 0.45


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A line of an answer."""

    title: str
    href: str
    text: str
    icon: str
    dept_code: str
    dept_short: str


def hits(found: Iterable[Hit], part: Part | None = None) -> list[ShownHit]:
    """Hits in the order they were found; bundles lead to the part of their guide that was asked for."""
    return [_bundle(hit, part) if hit.kind == "bundle" else _matter(hit) for hit in found]


def is_near_enough(found: Iterable[Hit]) -> bool:
    """Whether the best bundle carries what was asked for; one that shares a word or two with it is a guess."""
    return any(hit.kind == "bundle" and hit.score >= NEAR_ENOUGH for hit in found)


def _bundle(hit: Hit, part: Part | None) -> ShownHit:
    spec = queries.published(hit.code).spec
    sure = part if hit.score >= NEAR_ENOUGH else None
    text = "，".join((*promise(spec), str(sure.title)) if sure else promise(spec))
    href = reverse("citizen:guide", args=[hit.code]) + (f"#{sure.anchor}" if sure else "")
    return ShownHit(said(hit), href, text, icon_of(spec), hue_of(spec), "")


def _matter(hit: Hit) -> ShownHit:
    shown = matters.line(hit.matter) if hit.matter else None
    href = reverse("citizen:matter", args=[hit.code])
    return ShownHit(hit.zh, href, shown.text if shown else "", "file", hit.dept, short_of(hit.dept))
