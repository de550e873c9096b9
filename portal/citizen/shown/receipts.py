"""The receipt (收件凭证) in the words of its page: what was received, and what happens next with days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries.case_page import CaseStanding
from cases.queries.what_next import NextItem
from portal.citizen.shown.departments import short_of
from portal.ui import words

SOON = timedelta(hours=1)
# How long a page that was just filed keeps looking for a decision made by machine.
FRESH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class NextLine:
    """An item and what is expected of it. `state` is the sign in front; `when` its day, in words."""

    title: str
    dept_code: str
    dept_short: str
    state: str
    word: str
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Head:
    """The sentence on top. `is_decided`: the case ended as soon as it was filed."""

    title: str
    text: str
    state: str
    is_decided: bool


def head(page: CaseStanding) -> Head:
    """Received; or, where machines decided at once, what came out."""
    if page.is_open or not page.outcome:
        return Head(_("交好了"), _("我们已经收到您的申请，正在交给各部门。"), "done", False)
    if page.outcome == "none":
        return Head(_("办完了，没有办成"), _("理由和可以怎么办，写在下面。"), "bad", True)
    if page.outcome == "partly":
        return Head(_("办完了，有的没有办成"), page.answers.where, "you", True)
    count = page.counts.total
    text = ngettext("%(count)s 件事全部办好。", "%(count)s 件事全部办好。", count) % {"count": count}
    return Head(_("办好了"), text, "done", True)


def is_fresh(page: CaseStanding) -> bool:
    """Whether something may still be decided while the person looks."""
    return page.is_open and page.submitted_at is not None and timezone.now() - page.submitted_at < FRESH


def lines(found: Sequence[NextItem]) -> list[NextLine]:
    """The items with their days, in the order in which they are expected."""
    return [_line(one) for one in found]


def _line(one: NextItem) -> NextLine:
    node = one.node
    return NextLine(
        title=f"{node.title}（{node.instance}）" if node.instance else node.title,
        dept_code=node.dept_code,
        dept_short=short_of(node.dept_code),
        state=node.look,
        word=node.state_word,
        text=_text(one),
        when=_when(one, one.ends) if one.ends else "",
    )


def _text(one: NextItem) -> str:
    if one.is_final:
        return "；".join(one.node.reasons)
    if one.after:
        return _("等“%(items)s”办好，自动接着办") % {"items": "、".join(one.after)}
    return _("马上开始")


def _when(one: NextItem, ends: datetime) -> str:
    """By when; nothing for what is late, of which the state says where it is."""
    if one.is_short and ends - timezone.now() < SOON:
        return _("几分钟内")
    if one.node.due_on is not None and one.node.due_on < timezone.localdate():
        return ""
    return _("预计%(day)s前") % {"day": words.day_in_words(ends)}
