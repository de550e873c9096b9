"""The one-time notice (一次性告知单) for the answers given: items, papers, people, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec, Item
from cases import clock
from cases.queries.picture import duration_words
from portal.citizen.language import said
from portal.citizen.shown.bundles import fee_words
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.guides import PaperLine, paper
from portal.citizen.shown.situations import papers_looked_up, papers_to_bring, tally
from portal.ui import words
from portal.ui.qr import qr_code

VALID_DAYS = 30
INSTANT = ("second", "minute", "hour")


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """An item of the notice; `begins` says after what."""

    number: int
    title: str
    dept_short: str
    begins: str
    fee: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice as it stands on paper."""

    number: str
    situation: str
    items: Sequence[NoticeItem]
    to_bring: Sequence[PaperLine]
    looked_up: str
    others: Sequence[str]
    limit: str
    latest: str
    fee: str
    questions: int
    qr: SafeString


def notice(bundle: PublishedBundle, context: forms.Context, selection: forms.Selection, address: str) -> Notice:
    """The notice for these answers."""
    spec = bundle.spec
    counted = tally(context, selection)
    return Notice(
        number=_number(bundle),
        situation="、".join(_situation(spec, selection)),
        items=[_item(n, spec.item(i), spec, selection) for n, i in enumerate(selection.items, start=1)],
        to_bring=[paper(material) for material in papers_to_bring(spec, selection)],
        looked_up="、".join(said(material) for material in papers_looked_up(spec, selection)),
        others=counted.others,
        limit=duration_words(spec.clock.committed),
        latest=_latest(spec),
        fee=counted.fee,
        questions=len(selection.fields),
        qr=qr_code(address),
    )


def _number(bundle: PublishedBundle) -> str:
    today = timezone.localdate()
    return _("%(bundle)s，第 %(version)s 版，%(day)s生成，%(valid)s 日内有效") % {
        "bundle": said(bundle.spec),
        "version": bundle.number,
        "day": words.day_in_words(today),
        "valid": VALID_DAYS,
    }


def _situation(spec: BundleSpec, selection: forms.Selection) -> list[str]:
    """The answers given, in the words of their options."""
    found = []
    for question in spec.guidance:
        given = selection.answered.get(question.id)
        chosen = given if isinstance(given, list | tuple) else [given]
        found += [said(option) for option in question.options if option.value in chosen]
    return found


def _item(number: int, item: Item, spec: BundleSpec, selection: forms.Selection) -> NoticeItem:
    before = [said(spec.item(d.item)) for d in item.depends_on if d.item in selection.items]
    begins = _("%(items)s办好以后") % {"items": "、".join(before)} if before else _("交完就开始")
    return NoticeItem(number, said(item), short_of(item.dept), begins, fee_words(item.fee))


def _latest(spec: BundleSpec) -> str:
    """The last day of the promise if one files now; nothing for what is done at once."""
    limit = spec.clock.committed
    if limit is None or limit.unit in INSTANT:
        return ""
    known = queries.working_calendar()
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    return words.day_in_words(clock.due(timezone.localtime(), limit, calendar).on)
