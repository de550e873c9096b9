"""The catalogue of single matters, and the page of one, which leads to what it can be done together with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from bundles import queries
from bundles.search.facets import FACETS, Narrowed, narrowed
from portal.accounts.access import public
from portal.citizen.shown import bundles, matters
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.narrowing import Entry, narrowing
from portal.citizen.shown.paging import counted, number_of
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.views.catalogue import is_part

A_PAGE = 20


@public
@require_GET
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    """All matters in the order of the alphabet, narrowed by the address."""
    text = request.GET.get("q", "").strip()
    chosen = {key: request.GET[key] for key in FACETS if request.GET.get(key)}
    number = number_of(request.GET.get("page", ""))
    found = narrowed(chosen, text, offset=(number - 1) * A_PAGE, limit=A_PAGE)
    kept = {**chosen, **({"q": text} if text else {})}
    address = reverse("citizen:matters")
    context = {
        "section": "catalogue",
        "q": text,
        "lines": [matters.line(matter) for matter in found.page],
        "narrowing": narrowing(address, kept, _groups(found)),
        "found": found.total,
        "total": found.everything,
        "bundles": len(bundles.enabled()),
        "pages": counted(address, kept, number, total=found.total, each=A_PAGE),
        "trail": trail(Crumb(_("办事"), reverse("citizen:catalogue")), Crumb(_("单个事项"))),
    }
    return render(request, "citizen/parts/matters.html" if is_part(request) else "citizen/matters.html", context)


@public
@require_GET
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """One matter: what it is, whose it is, and the bundles it can be done in."""
    found = queries.matters_of([code])
    if not found:
        raise Http404
    shown = matters.page(found[0])
    places = [Crumb(_("办事"), reverse("citizen:catalogue")), Crumb(_("单个事项"), reverse("citizen:matters"))]
    context = {"section": "catalogue", "matter": shown, "trail": trail(*places, Crumb(shown.title))}
    return render(request, "citizen/matter.html", context)


def _groups(found: Narrowed) -> Iterator[tuple[str, Sequence[Entry]]]:
    """The facets with their counts: what most have comes first, letters and stages in their own order."""
    counts = found.counts

    def entries(key: str, words: Mapping[str, object]) -> list[Entry]:
        return [(key, value, str(word), counts[key].get(value, 0)) for value, word in words.items()]

    def frequent(key: str) -> list[str]:
        return sorted(counts[key], key=lambda value: -counts[key][value])

    yield _("为谁办"), entries("class", bundles.CLASSES)
    yield (
        _("特点"),
        [
            *entries("bundled", {"1": _("能一起办")}),
            *entries("instant", {"1": _("秒批")}),
            *entries("paperless", {"1": _("零材料")}),
            *entries("reach", {"national": _("跨省通办")}),
            *entries("channel", {"proactive": _("免申即享")}),
        ],
    )
    yield _("人生大事"), entries("stage", {stage: bundles.stage_title(stage) for stage in bundles.STAGES})
    yield _("怎么办"), entries("channel", {k: v for k, v in matters.CHANNELS.items() if k != "proactive"})
    yield _("层级"), entries("level", matters.LEVELS)
    yield _("部门"), entries("dept", {code: short_of(code) for code in frequent("dept")})
    yield _("种类"), entries("type", {kind: kind for kind in frequent("type")})
    yield _("拼音首字母"), entries("letter", {letter: letter for letter in sorted(counts["letter"])})
