"""Situation questions as screens, and what the answers so far come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles import forms
from bundles.rules import evaluate
from bundles.spec import BundleSpec, Material, Option, Question
from portal.citizen.language import said
from portal.citizen.shown import closing
from portal.citizen.shown.bundles import total_fee
from portal.citizen.shown.departments import short_of
from portal.ui.fields import Choice

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Screen:
    """One question. `why` says what hangs on it; `position` counts from 1; `closed`: what is ruled out, and why."""

    id: str
    title: str
    kind: str
    choices: Sequence[Choice]
    why: str
    position: int
    total: int
    before: str = ""
    closed: str = ""

    @property
    def dots(self) -> list[bool]:
        """How far one is, a dot a question."""
        return [number <= self.position for number in range(1, self.total + 1)]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item as the answers so far have it."""

    title: str
    dept_code: str
    dept_short: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What the answers so far come to."""

    items: Sequence[PlannedItem]
    to_bring: int
    fee: str
    others: Sequence[str]


def screen(context: forms.Context, selection: forms.Selection, question_id: str) -> Screen:
    """A question as it is asked now, after those before it."""
    question = context.spec.question(question_id)
    return _screen(context, selection, question, forms.closed_choices(context, selection, question))


def _screen(
    context: forms.Context, selection: forms.Selection, question: Question, closed: Sequence[forms.Closed]
) -> Screen:
    asked = list(selection.questions)
    position = asked.index(question.id)
    return Screen(
        id=question.id,
        title=said(question),
        kind=question.kind,
        choices=_choices(context, selection, question, closed),
        closed=closing.words(closed, {option.value: said(option) for option in question.options}),
        why=_why(context.spec, question),
        position=position + 1,
        total=len(asked),
        before=asked[position - 1] if position else "",
    )


def screens(context: forms.Context, selection: forms.Selection) -> tuple[Screen, ...]:
    """All questions asked now, for one page: what one of them rules out in another can be changed in one go."""
    alone = replace(context, answers={**context.answers, "guidance": {}})
    chosen = forms.select(alone)
    asked = (context.spec.question(question_id) for question_id in selection.questions)
    return tuple(
        _screen(context, selection, question, forms.closed_choices(alone, chosen, question))
        for question in asked
        if forms.asks_me(context, question)
    )


def _choices(
    context: forms.Context, selection: forms.Selection, question: Question, closed: Sequence[forms.Closed]
) -> tuple[Choice, ...]:
    scope = forms.scope(context, selection)
    given = (context.answers.get("guidance") or {}).get(question.id)
    chosen = given if isinstance(given, list) else [given]
    choices = (
        Choice(option.value, said(option), said(option.note), _effect(context.spec, option), option.value in chosen)
        for option in question.options
        if option.when is None or evaluate(option.when, scope) is not False
    )
    return closing.close(choices, closed)


def _effect(spec: BundleSpec, option: Option) -> str:
    items = {item.id for item in spec.items}
    more, less = len(items.intersection(option.adds)), len(items.intersection(option.drops))
    if more:
        return ngettext("多办 %(count)s 件", "多办 %(count)s 件", more) % {"count": more}
    return ngettext("少办 %(count)s 件", "少办 %(count)s 件", less) % {"count": less} if less else ""


def _why(spec: BundleSpec, question: Question) -> str:
    """What an answer switches on or off, by name; or that it decides what is asked later."""
    touched = dict.fromkeys(thing for option in question.options for thing in (*option.adds, *option.drops))
    items = [said(item) for item in spec.items if item.id in touched]
    papers = [said(material) for material in spec.materials if material.id in touched]
    parts = []
    if items:
        parts.append(_("决定要不要办：%(names)s。") % {"names": "、".join(items[:MOST_NAMED])})
    if papers:
        parts.append(_("决定要不要交：%(names)s。") % {"names": "、".join(papers[:MOST_NAMED])})
    return " ".join(parts) or _("决定后面问您什么，用不上的就不问了。")


def tally(context: forms.Context, selection: forms.Selection) -> Tally:
    """Items, papers to bring, fee and the people who have to agree."""
    spec = context.spec
    return Tally(
        items=[_planned(spec, item) for item in selection.items],
        to_bring=len(papers_to_bring(spec, selection)),
        fee=money(spec, selection.items),
        others=[said(party) for party in spec.parties if _must_agree(context, selection, party)],
    )


def money(spec: BundleSpec, items: Sequence[str]) -> str:
    """What these items cost together; nothing to pay is said in a word."""
    if all(spec.item(item).fee.kind == "none" for item in items):
        return _("免费")
    return total_fee(spec, items)


def _planned(spec: BundleSpec, item_id: str) -> PlannedItem:
    item = spec.item(item_id)
    return PlannedItem(said(item), item.dept, short_of(item.dept))


def papers_to_bring(spec: BundleSpec, selection: forms.Selection) -> list[Material]:
    """Required papers that neither a register nor the system supplies."""
    return [m for m in map(spec.material, selection.materials) if m.required and not has_other_source(m)]


def papers_looked_up(spec: BundleSpec, selection: forms.Selection) -> list[Material]:
    """Papers that the system looks for first."""
    return [m for m in map(spec.material, selection.materials) if m.exempt_by]


def has_other_source(material: Material) -> bool:
    """Whether somebody else than the applicant supplies it."""
    return bool(material.exempt_by or material.generated or material.from_item)


def _must_agree(context: forms.Context, selection: forms.Selection, party: Any) -> bool:
    if party.consent not in ("login", "authorise") or party.role == "applicant":
        return False
    if party.when is not None and evaluate(party.when, forms.scope(context, selection)) is False:
        return False
    return any(name.startswith(f"{party.id}_") for name in selection.fields)
