"""The catalogue and search with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from bundles import queries
from bundles.errors import NotPublished
from bundles.queries import PublishedBundle
from bundles.search import search as find
from portal.accounts.access import public
from portal.citizen.shown import bundles
from portal.citizen.shown.departments import receivers
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.shown.search import hits
from portal.ui.parts import Filter

SUGGESTIONS = 6
CHANNELS = ("online", "mobile", "window", "kiosk", "proactive")
NARROW: Mapping[str, Callable[[PublishedBundle, str], bool]] = {
    "class": lambda one, value: one.spec.class_ == value,
    "stage": lambda one, value: one.spec.stage == value,
    "dept": lambda one, value: any(item.dept == value for item in one.spec.items),
    "channel": lambda one, value: value in one.spec.channels,
    "mode": lambda one, value: one.spec.mode == value,
    "reach": lambda one, value: one.spec.reach == value,
    "instant": lambda one, _value: bundles.is_instant(one.spec),
    "paperless": lambda one, _value: bundles.is_paperless(one.spec),
}


@public
@require_GET
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    """All bundles, narrowed by the address."""
    chosen = {key: request.GET[key] for key in NARROW if request.GET.get(key)}
    everything = bundles.enabled()
    found = [one for one in everything if all(NARROW[key](one, value) for key, value in chosen.items())]
    context = {
        "section": "catalogue",
        "cards": [bundles.card(one) for one in found],
        "rows": _filter_rows(everything, chosen),
        "narrowed": bool(chosen),
        "total": len(everything),
        "trail": trail(Crumb(_("办事"))),
    }
    is_part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, "citizen/parts/catalogue.html" if is_part else "citizen/catalogue.html", context)


def _filter_rows(found: tuple[PublishedBundle, ...], chosen: Mapping[str, str]) -> list[tuple[str, list[Filter]]]:
    """The ways to narrow, each with how many it would leave."""
    stages = [s for s in bundles.STAGES if any(one.spec.stage == s for one in found)]
    depts = receivers(item.dept for one in found for item in one.spec.items)
    rows = [
        (_("为谁办"), [("class", name, str(word)) for name, word in bundles.CLASSES.items()]),
        (_("人生大事"), [("stage", stage, bundles.stage_title(stage)) for stage in stages]),
        (_("怎么办"), [("channel", channel, channel_word(channel)) for channel in CHANNELS]),
        (_("特点"), [("instant", "1", _("秒批")), ("paperless", "1", _("零材料"))]),
        (_("部门"), [("dept", one.code, one.short) for one in depts]),
    ]
    return [(title, [_filter(found, chosen, *entry) for entry in entries]) for title, entries in rows]


def _filter(found: tuple[PublishedBundle, ...], chosen: Mapping[str, str], key: str, value: str, word: str) -> Filter:
    on = chosen.get(key) == value
    query = QueryDict(mutable=True)
    query.update({k: v for k, v in chosen.items() if k != key} | ({} if on else {key: value}))
    wanted = {**chosen, key: value}
    count = sum(all(NARROW[k](one, v) for k, v in wanted.items()) for one in found)
    address = reverse("citizen:catalogue")
    return Filter(word, f"{address}?{query.urlencode()}" if query else address, on, count)


def channel_word(channel: str) -> str:
    """A channel in words."""
    return {
        "online": _("网上"),
        "mobile": _("手机"),
        "window": _("窗口"),
        "kiosk": _("自助机"),
        "proactive": _("不用申请"),
    }.get(channel, channel)


@public
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What answers a query: bundles first, then single matters."""
    text = request.GET.get("q", "").strip()
    context = {
        "section": "catalogue",
        "q": text,
        "hits": hits(find(text, 30)) if text else [],
        "trail": trail(Crumb(_("搜索"))),
    }
    return render(request, "citizen/search.html", context)


@public
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """A few answers while somebody types."""
    found = hits(find(request.GET.get("q", ""), SUGGESTIONS))
    return render(request, "citizen/parts/suggestions.html", {"hits": found, "q": request.GET.get("q", "")})


def published_or_404(code: str) -> PublishedBundle:
    """The bundle people apply for now; one that is not published or is switched off does not exist."""
    try:
        bundle = queries.published(code)
    except NotPublished as error:
        raise Http404 from error
    if not bundle.bundle.enabled:
        raise Http404
    return bundle
