"""Cases in a list: where each is, and the one thing to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles import queries
from cases.queries.my_cases import CaseRow
from portal.citizen.language import lang
from portal.citizen.shown.bundles import hue_of, icon_of
from portal.citizen.shown.narrowing import address_with
from portal.citizen.shown.paging import counted, number_of
from portal.ui.parts import Filter

_LOOKS = {
    "draft": "you",
    "awaiting_parties": "party",
    "submitted": "doing",
    "in_progress": "doing",
    "awaiting_applicant": "you",
    "concluded": "done",
    "withdrawn": "gone",
    "lapsed": "gone",
}
A_PAGE, FEW = 20, 6
# What a list of cases can be narrowed to, as the address says it.
PARTS: Mapping[str, frozenset[str]] = {
    "you": frozenset({"awaiting_applicant"}),
    "open": frozenset({"submitted", "in_progress"}),
    "draft": frozenset({"draft", "awaiting_parties"}),
    "over": frozenset({"concluded", "withdrawn", "lapsed"}),
}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A case in a list; `action` names the thing to do."""

    title: str
    bundle: str
    number: str
    href: str
    icon: str
    dept_code: str
    text: str
    look: str
    word: str
    action: str
    needs_me: bool
    pips: Sequence[str]


class Shelf:
    """The part of the list that an address asks for; a few cases need no ways to narrow them."""

    def __init__(self, counts: Mapping[str, int], asked: Mapping[str, str], address: str) -> None:
        self._counts, self._address = counts, address
        chosen = asked.get("at", "")
        self.at = chosen if chosen in PARTS else ""
        self.states = PARTS.get(self.at, frozenset())
        total, kept = self._count(self.at), {"at": self.at} if self.at else {}
        self.pages = counted(address, kept, number_of(asked.get("page", "")), total=total, each=A_PAGE)
        self.has_any = any(counts.values())

    @property
    def offset(self) -> int:
        return (self.pages.number - 1) * A_PAGE

    @property
    def filters(self) -> Sequence[Filter]:
        parts = sum(self._count(at) > 0 for at in PARTS)
        if not self.at and (parts < 2 or self._count("") <= FEW):
            return ()
        words = {"": _("全部"), "you": _("等我处理"), "open": _("在办"), "draft": _("草稿"), "over": _("办完")}
        return [
            Filter(word, address_with(self._address, {"at": at} if at else {}), at == self.at, self._count(at))
            for at, word in words.items()
            if self._count(at) or at == self.at
        ]

    def _count(self, at: str) -> int:
        return sum(count for state, count in self._counts.items() if not at or state in PARTS[at])


def shown(row: CaseRow) -> ShownRow:
    """A case as the lists show it."""
    spec = queries.published(row.bundle_code).spec
    return ShownRow(
        title=_bundle(row) if row.state == "draft" else row.title,
        bundle=_bundle(row),
        number=row.number,
        href=_href(row),
        icon=icon_of(spec),
        dept_code=hue_of(spec),
        text=row.headline,
        look=_look(row),
        word=row.state_label,
        action=_action(row),
        needs_me=row.needs_me,
        pips=["done"] * row.done + ["doing" if row.state != "concluded" else "bad"] * (row.total - row.done),
    )


def _bundle(row: CaseRow) -> str:
    return row.bundle_en if lang() == "en" and row.bundle_en else row.bundle_zh


def _look(row: CaseRow) -> str:
    if row.state == "concluded" and row.outcome == "none":
        return "bad"
    return _LOOKS.get(row.state, "doing")


def _href(row: CaseRow) -> str:
    if row.state == "draft":
        return reverse("citizen:resume", args=[row.id])
    return reverse("citizen:parties" if row.state == "awaiting_parties" else "citizen:case", args=[row.id])


def _action(row: CaseRow) -> str:
    return {
        "draft": _("接着填"),
        "awaiting_parties": _("看等谁"),
        "awaiting_applicant": _("去处理"),
        "concluded": _("看结果"),
    }.get(row.state, _("看进度"))
