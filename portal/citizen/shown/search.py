"""What a search found, with where it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from bundles import queries
from bundles.search import Hit
from portal.citizen.language import said
from portal.citizen.shown import matters
from portal.citizen.shown.bundles import hue_of, icon_of, promise
from portal.citizen.shown.departments import short_of


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A line of an answer."""

    title: str
    href: str
    text: str
    icon: str
    dept_code: str
    dept_short: str


def hits(found: Iterable[Hit]) -> list[ShownHit]:
    """Hits in the order they were found."""
    return [_bundle(hit) if hit.kind == "bundle" else _matter(hit) for hit in found]


def _bundle(hit: Hit) -> ShownHit:
    spec = queries.published(hit.code).spec
    text = "，".join(promise(spec))
    return ShownHit(said(hit), reverse("citizen:guide", args=[hit.code]), text, icon_of(spec), hue_of(spec), "")


def _matter(hit: Hit) -> ShownHit:
    shown = matters.line(hit.matter) if hit.matter else None
    href = reverse("citizen:matter", args=[hit.code])
    return ShownHit(hit.zh, href, shown.text if shown else "", "file", hit.dept, short_of(hit.dept))
