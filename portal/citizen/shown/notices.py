"""The one-time notice (一次性告知单): for the answers given, or for everybody; items, papers, people, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec, Item
from cases import clock
from cases.queries.picture import duration_words
from cases.queries.wording import REMEDY
from portal.citizen.language import said
from portal.citizen.shown.bundles import fee_words
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.guides import PaperLine, paper
from portal.citizen.shown.situations import money, papers_looked_up, papers_to_bring, tally
from portal.ui import words
from portal.ui.qr import qr_code

VALID_DAYS = 30
INSTANT = ("second", "minute", "hour")


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """An item of the notice; `begins` says after what, `is_sure` whether everybody needs it."""

    number: int
    title: str
    dept_short: str
    limit: str
    begins: str
    fee: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice as it stands on paper. `address` opens the same list on any phone; `visits` are what one comes for."""

    title: str
    number: str
    on: date
    situation: str
    items: Sequence[NoticeItem]
    to_bring: Sequence[PaperLine]
    looked_up: str
    others: Sequence[str]
    visits: Sequence[str]
    results: Sequence[str]
    limit: str
    latest: str
    fee: str
    questions: int
    basis: Sequence[str]
    remedy: str
    address: str
    qr: SafeString


def notice(bundle: PublishedBundle, context: forms.Context, selection: forms.Selection, address: str) -> Notice:
    """The notice for these answers."""
    spec = bundle.spec
    counted = tally(context, selection)
    return Notice(
        title=said(spec),
        number=_number(bundle),
        on=timezone.localdate(),
        situation="、".join(situation_of(spec, selection)),
        items=[_item(n, spec.item(i), spec, selection.items) for n, i in enumerate(selection.items, start=1)],
        to_bring=[paper(material) for material in papers_to_bring(spec, selection)],
        looked_up="、".join(said(material) for material in papers_looked_up(spec, selection)),
        others=counted.others,
        visits=_visits(spec, selection.items),
        results=[said(result) for result in spec.results if result.item in selection.items],
        limit=duration_words(spec.clock.committed),
        latest=_latest(spec),
        fee=counted.fee,
        questions=len(selection.fields),
        basis=[said(entry) for entry in spec.basis],
        remedy=str(REMEDY),
        address=address,
        qr=qr_code(address),
    )


def general(bundle: PublishedBundle, address: str) -> Notice:
    """The notice for whoever has answered nothing: every item and every paper, each with when it is needed."""
    spec = bundle.spec
    every = [item.id for item in spec.items]
    return Notice(
        title=said(spec),
        number=_number(bundle),
        on=timezone.localdate(),
        situation="",
        items=[_item(n, item, spec, every) for n, item in enumerate(spec.items, start=1)],
        to_bring=[paper(material) for material in spec.materials],
        looked_up="",
        others=[said(party) for party in spec.parties if party.consent in ("login", "authorise")][1:],
        visits=_visits(spec, every),
        results=[said(result) for result in spec.results],
        limit=duration_words(spec.clock.committed),
        latest=_latest(spec),
        fee=money(spec, [item.id for item in spec.items if is_sure(item)]),
        questions=0,
        basis=[said(entry) for entry in spec.basis],
        remedy=str(REMEDY),
        address=address,
        qr=qr_code(address),
    )


def is_sure(item: Item) -> bool:
    """Whether everybody needs the item, whatever is answered."""
    return item.select == "required" and item.when is None


def _number(bundle: PublishedBundle) -> str:
    today = timezone.localdate()
    return _("%(bundle)s，第 %(version)s 版，%(day)s生成，%(valid)s 日内有效") % {
        "bundle": said(bundle.spec),
        "version": bundle.number,
        "day": words.day_in_words(today),
        "valid": VALID_DAYS,
    }


def situation_of(spec: BundleSpec, selection: forms.Selection) -> list[str]:
    """The answers given, in the words of their options."""
    found = []
    for question in spec.guidance:
        given = selection.answered.get(question.id)
        chosen = given if isinstance(given, list | tuple) else [given]
        found += [said(option) for option in question.options if option.value in chosen]
    return found


def _item(number: int, item: Item, spec: BundleSpec, among: Sequence[str]) -> NoticeItem:
    before = sorted(among.index(d.item) + 1 for d in item.depends_on if d.item in among)
    numbers = "、".join(map(str, dict.fromkeys(before)))
    begins = _("第 %(numbers)s 件办好以后") % {"numbers": numbers} if before else _("交完就开始")
    return NoticeItem(
        number=number,
        title=said(item),
        dept_short=short_of(item.dept),
        limit=duration_words(item.committed),
        begins=begins,
        fee=fee_words(item.fee),
        is_sure=is_sure(item),
    )


def _visits(spec: BundleSpec, items: Sequence[str]) -> list[str]:
    """What one has to come for in person."""
    return [said(spec.item(item)) for item in items if spec.appointment(item)]


def _latest(spec: BundleSpec) -> str:
    """The last day of the promise if one files now; nothing for what is done at once."""
    limit = spec.clock.committed
    if limit is None or limit.unit in INSTANT:
        return ""
    known = queries.working_calendar()
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    return words.day_in_words(clock.due(timezone.localtime(), limit, calendar).on)
