"""Why a case is expected on a day, in the lines its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries.due_days import ExplainedDay, WhyDay, WhyItem
from portal.citizen.shown.parts import Fact
from portal.ui import words


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One item: the heading says until when, the lines how that was counted."""

    title: str
    note: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class WhyShown:
    """The whole explanation; `lead` says what decides the day, `notes` what is not certain."""

    lead: str
    way: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    moves: tuple[str, ...]
    items: tuple[ItemShown, ...]
    stages: tuple[Fact, ...]


def shown(why: WhyDay) -> WhyShown:
    """Where the longest way decides, its items are the lines; else the days of the promise."""
    by_way = why.by_item and bool(why.way)
    return WhyShown(
        lead=_lead(why),
        way=tuple(_way(why)) if by_way else (),
        facts=() if by_way else tuple(_days(why.days)),
        notes=tuple(_notes(why)),
        moves=tuple(move.text for move in why.moves),
        items=tuple(_item(one) for one in why.items),
        stages=tuple(Fact(one.title, _stage(one.limit, one.due_on, one.is_over), False) for one in why.stages),
    )


def _lead(why: WhyDay) -> str:
    if not why.by_item:
        return _("整件事承诺 %(limit)s办完。") % {"limit": why.limit} if why.limit else ""
    if why.promise_on is None:
        return _("按最长的一条办理路线推算。")
    day = words.day_in_words(why.promise_on)
    return _("承诺是%(day)s；有的事要等前一件办好才能开始，最长的一条路线要更久，以它为准。") % {"day": day}


def _days(days: Sequence[ExplainedDay]) -> list[Fact]:
    return [Fact(day.words, day.text, day.is_last) for day in days]


def _way(why: WhyDay) -> list[Fact]:
    last = why.way[-1]
    return [Fact(one.title, _until(one), one is last) for one in why.way]


def _until(item: WhyItem) -> str:
    values = {"day": words.day_in_words(item.due_on), "limit": item.limit}
    return _("%(day)s前，时限 %(limit)s") % values


def _notes(why: WhyDay) -> list[str]:
    notes = []
    if why.is_provisional:
        notes.append(_("这一年的放假安排还没公布，先按平常周末算；公布后会重新推算，日子变了就通知您。"))
    if any(item.is_paused for item in why.items):
        notes.append(_("现在停着表：停表的日子不算，恢复以后日子会顺延。"))
    return notes


def _item(item: WhyItem) -> ItemShown:
    title = _("%(item)s：%(day)s前") % {"item": item.title, "day": words.day_in_words(item.due_on)}
    return ItemShown(title, _item_note(item), tuple(_days(item.days)))


def _item_note(item: WhyItem) -> str:
    """Promise and law side by side, and what was granted on top."""
    parts = [_("承诺 %(limit)s") % {"limit": item.limit}]
    if item.statutory_limit:
        parts.append(_("法定 %(limit)s") % {"limit": item.statutory_limit})
    if item.statutory_on:
        parts.append(_("法定最晚%(day)s") % {"day": words.day_in_words(item.statutory_on)})
    if item.extension_days:
        parts.append(
            ngettext("已批准延长 %(days)s 个工作日", "已批准延长 %(days)s 个工作日", item.extension_days)
            % {"days": item.extension_days}
        )
    if item.is_forecast:
        parts.append(_("还没受理，先按预计推算"))
    return " · ".join(parts)


def _stage(limit: str, due_on: object, is_over: bool) -> str:
    if is_over:
        return _("已办完")
    return _("%(limit)s，%(day)s前") % {"limit": limit, "day": words.day_in_words(due_on)}  # type: ignore[arg-type]
