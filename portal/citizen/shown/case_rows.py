"""Cases in a list: where each is, and the one thing to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles import queries
from cases.queries.my_cases import CaseRow
from portal.citizen.language import lang
from portal.citizen.shown.bundles import hue_of, icon_of

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
