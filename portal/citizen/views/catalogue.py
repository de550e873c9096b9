"""The catalogue of bundles and search with suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from bundles import queries
from bundles.errors import NotPublished
from bundles.queries import PublishedBundle
from bundles.search import search as find
from bundles.search.facets import catalogue_size
from bundles.words import letter_of
from portal.accounts.access import public
from portal.citizen.shown import bundles, topics
from portal.citizen.shown.asked_for import part_asked_for
from portal.citizen.shown.departments import receivers
from portal.citizen.shown.matters import CHANNELS
from portal.citizen.shown.narrowing import Entry, address_with, narrowing
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.shown.search import hits, is_near_enough

SUGGESTIONS, MOST_HITS = 6, 30


def _belongs_to(topic: topics.Topic) -> Callable[[PublishedBundle, str], bool]:
    return lambda one, value: topic.value == value and topic.has(one.spec)


NARROW: Mapping[str, Callable[[PublishedBundle, str], bool]] = {
    "class": lambda one, value: one.spec.class_ == value,
    "stage": lambda one, value: one.spec.stage == value,
    "dept": lambda one, value: any(item.dept == value for item in one.spec.items),
    "letter": lambda one, value: letter_of(one.spec.zh) == value,
    "channel": lambda one, value: value in one.spec.channels,
    **{topic.key: _belongs_to(topic) for topic in topics.TOPICS},
}


@public
@require_GET
@vary_on_headers("HX-Request")
def catalogue(request: HttpRequest) -> HttpResponse:
    """All bundles, narrowed by the address."""
    chosen = {key: request.GET[key] for key in NARROW if request.GET.get(key)}
    everything = bundles.enabled()
    found = [one for one in everything if _has_all(one, chosen)]
    context = {
        "section": "catalogue",
        "cards": [bundles.card(one) for one in found],
        "narrowing": narrowing(reverse("citizen:catalogue"), chosen, _groups(everything, chosen)),
        "topic": topics.topic_of(chosen),
        "total": len(everything),
        "matters": catalogue_size(),
        "trail": trail(Crumb(_("办事"))),
    }
    return render(request, "citizen/parts/catalogue.html" if is_part(request) else "citizen/catalogue.html", context)


def is_part(request: HttpRequest) -> bool:
    """Whether only the found part of a list is wanted, which the page puts in its place."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def _has_all(one: PublishedBundle, chosen: Mapping[str, str]) -> bool:
    return all(NARROW[key](one, value) for key, value in chosen.items())


def _groups(everything: Sequence[PublishedBundle], chosen: Mapping[str, str]) -> Iterator[tuple[str, Sequence[Entry]]]:
    """The facets, each value with how many bundles it would leave."""

    def entry(key: str, value: str, word: str) -> Entry:
        wanted = {**chosen, key: value}
        return key, value, word, sum(_has_all(one, wanted) for one in everything)

    stages = [stage for stage in bundles.STAGES if any(one.spec.stage == stage for one in everything)]
    depts = receivers(item.dept for one in everything for item in one.spec.items)
    letters = sorted({letter_of(one.spec.zh) for one in everything})
    yield _("为谁办"), [entry("class", name, str(word)) for name, word in bundles.CLASSES.items()]
    yield _("特点"), [entry(topic.key, topic.value, str(topic.title)) for topic in topics.TOPICS]
    yield _("人生大事"), [entry("stage", stage, bundles.stage_title(stage)) for stage in stages]
    yield _("怎么办"), [entry("channel", channel, str(word)) for channel, word in CHANNELS.items()]
    yield _("部门"), [entry("dept", one.code, one.short) for one in depts]
    yield _("拼音首字母"), [entry("letter", letter, letter) for letter in letters]


@public
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What answers a query: bundles first, then single matters."""
    text = request.GET.get("q", "").strip()
    found = find(text, MOST_HITS) if text else ()
    context = {
        "section": "catalogue",
        "q": text,
        "bundles": hits((hit for hit in found if hit.kind == "bundle"), part_asked_for(text)),
        "is_near": is_near_enough(found),
        "matters": hits(hit for hit in found if hit.kind == "matter"),
        "more": address_with(reverse("citizen:matters"), {"q": text}),
        "words": _words() if text and not found else (),
        "trail": trail(Crumb(_("搜索"))),
    }
    return render(request, "citizen/search.html", context)


def _words() -> Sequence[str]:
    """What other people search for, offered where nothing was found."""
    return [str(word) for word in bundles.OFTEN_ASKED]


@public
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """A few answers while somebody types."""
    found = hits(find(request.GET.get("q", ""), SUGGESTIONS))
    return render(request, "citizen/parts/suggestions.html", {"hits": found, "q": request.GET.get("q", "").strip()})


def published_or_404(code: str) -> PublishedBundle:
    """The bundle people apply for now; one that is not published or is switched off does not exist."""
    try:
        bundle = queries.published(code)
    except NotPublished as error:
        raise Http404 from error
    if not bundle.bundle.enabled:
        raise Http404
    return bundle
