"""The home page: search, my case, stages of life, what is used most, modules, totals."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bundles.queries import PublishedBundle
from bundles.search.facets import catalogue_size
from cases.queries import CaseRow, home_totals, my_cases
from portal.accounts.access import public
from portal.accounts.models import Role
from portal.citizen.language import lang
from portal.citizen.shown import bundles, case_rows, home_figures, topics
from portal.citizen.shown.parts import Link

SHOWN, KEPT_S = 6, 60
# Before anybody has filed anything, one of each of these stages of life comes first.
STAGES_FIRST = ("出生", "退休", "置业", "准入准营", "经营发展", "教育")
OPEN_NO_MORE = ("concluded", "withdrawn", "lapsed")


@public
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What everybody sees is kept for a minute; my own case is looked up each time."""
    return render(request, "citizen/home.html", {"section": "home", **_mine(request), **_for_everybody()})


def _for_everybody() -> dict[str, object]:
    key = f"home:{get_language()}"
    known: dict[str, object] | None = cache.get(key)
    if known is None:
        known = _composed()
        cache.set(key, known, KEPT_S)
    return known


def _composed() -> dict[str, object]:
    found, totals = bundles.enabled(), home_totals()
    search = reverse("citizen:search")
    return {
        "person_tiles": bundles.tiles("个人"),
        "org_tiles": bundles.tiles("企业"),
        "cards": [bundles.card(one) for one in _most_used(found, totals.by_bundle)],
        "by_use": bool(totals.by_bundle),
        "count": len(found),
        "matters": catalogue_size(),
        "often": [Link(str(word), f"{search}?q={word}") for word in bundles.OFTEN_ASKED],
        "topics": topics.modules(found),
        "figures": home_figures.figures(totals),
        "totals": totals,
    }


def _most_used(found: Sequence[PublishedBundle], filed: object) -> list[PublishedBundle]:
    """The bundles filed most in the last 90 days; where few are filed, one of each large stage of life."""
    counts = filed if isinstance(filed, dict) else {}
    firsts = {stage: n for n, stage in enumerate(STAGES_FIRST)}
    seen: set[str] = set()
    order = []
    for place, one in enumerate(found):
        first = one.spec.stage not in seen
        seen.add(one.spec.stage)
        life = firsts.get(one.spec.stage, len(firsts)) if first else len(firsts) + 1
        order.append((-counts.get(one.code, 0), life, place, one))
    return [entry[-1] for entry in sorted(order, key=lambda entry: entry[:3])][:SHOWN]


def _mine(request: HttpRequest) -> dict[str, object]:
    """The case that waits for me, else the newest open one; and how many more there are."""
    if not request.user.is_authenticated or request.user.role not in (Role.CITIZEN, Role.COMPANY):
        return {}
    rows: tuple[CaseRow, ...] = my_cases(request.user, limit=20, lang=lang())
    open_rows = [row for row in rows if row.state not in OPEN_NO_MORE]
    if not open_rows:
        return {}
    return {"mine": case_rows.shown(open_rows[0]), "others": len(open_rows) - 1}
