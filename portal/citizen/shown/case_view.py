"""A running case in the words of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles.spec.registry import Department
from cases.queries.case_page import CasePage, CaseStanding, NextStep, Point
from cases.queries.due_days import WhyDay
from cases.queries.timeline import TimelineEntry
from portal.citizen.language import lang
from portal.citizen.shown.departments import department, named, short_of
from portal.citizen.shown.parts import Answer
from portal.ui import words
from portal.ui.parts import Told

# The result stands in its own list, and "办好了" has said it already.
TOLD_ELSEWHERE = frozenset({"result.issued"})
_TOLD_LOOKS = {
    "item.approved": "done",
    "case.concluded": "done",
    "party.agreed": "done",
    "result.issued": "done",
    "item.rejected": "bad",
    "item.not_accepted": "bad",
    "party.declined": "bad",
    "item.supplement_requested": "you",
    "item.choice_asked": "you",
    "item.accepted": "doing",
    "item.received": "doing",
    "item.dispatched": "doing",
    "case.filed": "doing",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A department one may call."""

    code: str
    short: str
    name: str
    tel: str


@dataclass(frozen=True, slots=True)
class PointShown:
    """A point of the notice with the way to mend it."""

    title: str
    text: str
    dept_code: str
    dept_short: str
    asked: str
    href: str
    action: str
    icon: str


def answers(page: CaseStanding, why: WhyDay | None) -> tuple[Answer, ...]:
    """Where is it, what must I do, by when."""
    step = page.next_step
    done = page.state == "concluded" and page.outcome == "all"
    href, title = _act(page, step)
    where = Answer(
        _("办到哪了"),
        "map",
        page.answers.where,
        _where_text(page),
        "done" if done else "",
        [n.look for n in page.nodes],
    )
    tone = "you" if step.kind in ("supplement", "choose", "fill", "pay", "owed") else ""
    must = Answer(
        _("现在要您做什么"), "you" if tone else "user", page.answers.todo, _todo_text(step), tone,
        action_title=title, action_href=href,
    )  # fmt: skip
    more = {"more_title": _("为什么是这天"), "more_href": "#why"} if why and page.is_open else {}
    when = Answer(_("什么时候办齐"), "calendar", page.answers.when or _("当场"), _when_text(page), **more)
    return where, must, when


def _where_text(page: CaseStanding) -> str:
    counts = page.counts
    parts = []
    if counts.yours:
        parts.append(ngettext("%(count)s 件等您", "%(count)s 件等您", counts.yours) % {"count": counts.yours})
    moving = counts.open - counts.yours
    if moving:
        parts.append(ngettext("%(count)s 件部门在办或排队", "%(count)s 件部门在办或排队", moving) % {"count": moving})
    return "，".join(parts)


def _todo_text(step: NextStep) -> str:
    return {
        "supplement": _("补好一次交，部门收到就接着办。"),
        "pay": _("可以几笔一起付，付好接着办。"),
        "none": _("电子版出来会放进“我的证照”。"),
        "over": _("没办成的，原因和救济办法写在下面；想再办，可以重新申请。"),
        "results": _("电子版已经能用，可以一次全部下载。"),
        "later": _("不急，想办时从下面接着办。"),
    }.get(step.kind, "")


def _when_text(page: CaseStanding) -> str:
    if page.state == "awaiting_applicant":
        return _("等您的时间不算在部门的时限里。")
    return "" if page.is_open else _("办件已经结束。")


def _act(page: CaseStanding, step: NextStep) -> tuple[str, str]:
    ways = {
        "fill": ("citizen:tasks", _("接着填")),
        "parties": ("citizen:parties", _("看等谁")),
        "supplement": ("citizen:correct", _("现在补")),
        "results": ("citizen:results", _("看结果")),
        "pay": ("citizen:pay", _("去缴费")),
        "owed": ("citizen:owed", _("去补交")),
    }
    if step.kind in ways:
        name, title = ways[step.kind]
        return reverse(name, args=[page.id]), title
    if step.kind in ("choose", "later"):
        return f"#{step.kind}", _("去选择") if step.kind == "choose" else _("接着办")
    return "", ""


def notice(page: CasePage) -> dict[str, Any] | None:
    """The open supplement notice with numbered points."""
    if page.notice is None:
        return None
    left = (page.notice.due_on - timezone.localdate()).days
    day = words.day_in_words(page.notice.due_on)
    title = _("请补 %(count)s 样，%(day)s前") % {"count": len(page.notice.points), "day": day}
    days = ngettext("还有 %(count)s 天", "还有 %(count)s 天", max(left, 0)) % {"count": max(left, 0)}
    return {
        "title": title,
        "left": _("%(days)s，补正期间不计时") % {"days": days},
        "points": [_point(page, point) for point in page.notice.points],
        "foot": _("都好了一次交。这是唯一一次补正通知，几个部门的要求已合在一起。"),
    }


def _point(page: CasePage, point: Point) -> PointShown:
    node = next((node for node in page.nodes if node.item_id == point.item), None)
    asked = _("用于%(item)s") % {"item": node.title} if node else ""
    href = reverse("citizen:correct", args=[page.id]) + f"#p-{point.number}"
    is_paper = point.about.startswith("M_")
    return PointShown(
        point.title or point.text, point.text if point.title else "", point.dept_code,
        "、".join(named(one.code, one.short) for one in point.asking), asked, href,
        _("去补") if is_paper else _("去改"), "camera" if is_paper else "pen",
    )  # fmt: skip


def story(page: CasePage) -> list[Told]:
    """What happened, newest first."""
    return [_told(entry) for entry in page.timeline if entry.kind not in TOLD_ELSEWHERE]


def _told(entry: TimelineEntry) -> Told:
    when, look = words.moment_in_words(entry.at), _TOLD_LOOKS.get(entry.kind, "")
    return Told(when, entry.text, look, entry.dept_code, named(entry.dept_code, entry.dept_short))


def contacts(page: CasePage) -> list[Contact]:
    """Departments of items that are not finished, each once; all of them once everything is."""
    open_nodes = [node for node in page.nodes if node.look not in ("done", "gone")] or page.nodes
    codes = dict.fromkeys(node.dept_code for node in open_nodes)
    known = [department(code) for code in codes]
    return [Contact(one.code, short_of(one.code), _name(one), one.tel) for one in known if one is not None]


def _name(one: Department) -> str:
    return one.en if lang() == "en" and one.en else one.name
