"""What the data entitles the applicant to, as the page lists it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from bundles.forms.entitlement import match_items
from cases.models import Case
from cases.queries.context import context_of

WORDS = {"fits": gettext_lazy("符合"), "not": gettext_lazy("不符合"), "open": gettext_lazy("待评定后判断")}


@dataclass(frozen=True, slots=True)
class MatchView:
    """An item, the verdict in a word, and why not."""

    item_id: str
    title: str
    verdict: str
    word: str
    reason: str


def matches_of(case: Case, lang: str = "zh") -> tuple[MatchView, ...]:
    """The verdict on each item that is matched; nothing for a bundle that does not match."""
    context = context_of(case)
    if context.spec.match is None:
        return ()
    return tuple(
        MatchView(
            one.item.id,
            one.item.en if lang == "en" and one.item.en else one.item.zh,
            one.verdict,
            str(WORDS[one.verdict]),
            one.reason,
        )
        for one in match_items(context)
    )
