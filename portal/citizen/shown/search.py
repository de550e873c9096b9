"""What a search found, with where it leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles import queries
from bundles.search import Hit
from portal.citizen.language import said
from portal.citizen.shown.bundles import hue_of, icon_of, promise
from portal.citizen.shown.departments import short_of


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A line of an answer; a matter without a bundle has no address."""

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
    short = short_of(hit.dept)
    if not hit.bundles:
        return ShownHit(hit.zh, "", _("单独的事项，由%(dept)s办理") % {"dept": short}, "file", hit.dept, short)
    spec = queries.published(hit.bundles[0]).spec
    text = _("在“%(bundle)s”里一起办") % {"bundle": said(spec)}
    return ShownHit(hit.zh, reverse("citizen:guide", args=[spec.code]), text, "file", hit.dept, short)
