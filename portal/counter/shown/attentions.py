"""The attention desk as lines, filters and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles import queries
from cases.queries import AttentionList, Chosen, OpenAttention
from cases.queries.attention_rules import RETRIABLE, reason_label
from portal.counter.shown.rows import Column, Figure
from portal.ui.parts import Filter

LEVEL_LOOKS = {1: "you", 2: "bad"}


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """A line of the desk. `tick`: may be sent again together with others."""

    id: str
    href: str
    reason: str
    number: str
    title: str
    next_step: str
    detail: str
    dept_code: str
    dept_short: str
    since: datetime
    level: str
    level_look: str
    mine: bool
    taken: bool
    snoozed_until: datetime | None
    tick: bool


def columns() -> tuple[Column, ...]:
    return (
        Column(_("为什么")),
        Column(_("哪一件")),
        Column(_("下一步")),
        Column(_("谁负责")),
        Column(_("从何时"), end=True),
    )


def lines(found: Sequence[OpenAttention], me: object) -> tuple[AttentionLine, ...]:
    return tuple(_line(one, me) for one in found)


def _line(one: OpenAttention, me: object) -> AttentionLine:
    return AttentionLine(
        id=str(one.id),
        href=reverse("counter:attention_item", args=[one.id]),
        reason=one.reason,
        number=one.number,
        title=one.item_title or one.bundle_title,
        next_step=one.next_step,
        detail=one.detail,
        dept_code=one.dept_code,
        dept_short=one.dept_short,
        since=one.since,
        level=_level_word(one.level),
        level_look=LEVEL_LOOKS.get(one.level, ""),
        mine=one.held_by == me,
        taken=one.held_by is not None,
        snoozed_until=one.snoozed_until,
        tick=one.reason_code in RETRIABLE,
    )


def _level_word(level: int) -> str:
    return {1: _("牵头部门督办"), 2: _("监督部门督办")}.get(level, "")


def figures(found: AttentionList) -> tuple[Figure, ...]:
    numbers = (
        (_("要处理"), found.open, "bad"),
        (_("我在处理"), found.mine, "doing"),
        (_("放一放"), found.snoozed, "paused"),
    )
    return tuple(
        Figure(title, ngettext("%(count)s 件", "%(count)s 件", count) % {"count": count}, look if count else "wait")
        for title, count, look in numbers
    )


def held_filters(found: AttentionList, chosen: Chosen) -> tuple[Filter, ...]:
    plain = not chosen.held and not chosen.reason
    return (
        Filter(_("全部"), address(chosen, held="", reason=""), plain, found.open),
        Filter(_("我的"), address(chosen, held="mine"), chosen.held == "mine", found.mine),
        Filter(_("没人管"), address(chosen, held="free"), chosen.held == "free"),
        Filter(_("放一放的"), address(chosen, held="snoozed"), chosen.held == "snoozed", found.snoozed),
    )


def reason_filters(found: AttentionList, chosen: Chosen) -> tuple[Filter, ...]:
    """One for each reason that is open, the most frequent first."""
    ordered = sorted(found.reasons.items(), key=lambda one: -one[1])
    every = Filter(_("全部原因"), address(chosen, reason=""), not chosen.reason)
    return (
        every,
        *(Filter(reason_label(code), address(chosen, reason=code), chosen.reason == code, n) for code, n in ordered),
    )


def department_filters(found: AttentionList, chosen: Chosen) -> tuple[Filter, ...]:
    """One for each department, where somebody sees several."""
    if len(found.departments) < 2 and not chosen.department:
        return ()
    known = queries.registry().departments
    every = Filter(_("全部部门"), address(chosen, department=""), not chosen.department)
    named = ((code, known[code].short if code in known else _("整件")) for code in sorted(found.departments))
    return (
        every,
        *(
            Filter(short, address(chosen, department=code), chosen.department == code, found.departments[code])
            for code, short in named
            if code
        ),
    )


def address(chosen: Chosen, **change: str) -> str:
    """The list narrowed otherwise."""
    now = {"reason": chosen.reason, "department": chosen.department, "held": chosen.held}
    now["since"] = chosen.since.isoformat() if chosen.since else ""
    wanted = {name: value for name, value in {**now, **change}.items() if value}
    return reverse("counter:attention") + (f"?{urlencode(wanted)}" if wanted else "")
