"""The worklist in the words of the desk: groups by urgency, filters with counts, figures on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import TaskRow, Worklist
from portal.counter.shown.clocks import ClockShown, shown
from portal.ui.parts import Filter

COLOURS = ("red", "yellow", "blue", "green", "paused")
LOOKS = {"red": "bad", "yellow": "you", "blue": "doing", "green": "done", "paused": "paused"}


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    end: bool = False


@dataclass(frozen=True, slots=True)
class RowShown:
    """A line of the dense table."""

    href: str
    title: str
    instance: str
    number: str
    bundle: str
    applicant: str
    todo: str
    state: str
    word: str
    clock: ClockShown
    channel: str
    tick: str = ""
    upstream: str = ""
    held_for: bool = False
    urged: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    note: str
    rows: tuple[RowShown, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on top of the page with the look of its state."""

    title: str
    word: str
    state: str


def columns() -> tuple[Column, ...]:
    return (
        Column(_("事项")),
        Column(_("申请人")),
        Column(_("要做什么")),
        Column(_("状态")),
        Column(_("时钟")),
        Column(_("渠道"), end=True),
    )


def groups(rows: Sequence[TaskRow]) -> tuple[Group, ...]:
    """The most urgent group first; a group without rows is left out."""
    titles = {
        "red": _("红牌：超法定时限或应受理未受理"),
        "yellow": _("黄牌：超承诺时限"),
        "blue": _("快到期"),
        "green": _("往后"),
        "paused": _("停表"),
    }
    urged = [row for row in rows if row.urged]
    kinds = [(titles[colour], [row for row in rows if row.colour == colour and not row.urged]) for colour in COLOURS]
    found = [(_("申请人催办：请先说明情况"), urged), *kinds]
    return tuple(_group(title, mine) for title, mine in found if mine)


def _group(title: str, rows: Sequence[TaskRow]) -> Group:
    note = ngettext("%(count)s 件", "%(count)s 件", len(rows)) % {"count": len(rows)}
    return Group(title, note, tuple(row_shown(row) for row in rows))


def row_shown(row: TaskRow) -> RowShown:
    return RowShown(
        href=reverse("counter:task", args=[row.sub_id]),
        title=row.item_title,
        instance=row.instance[:1] + "**" if row.instance else "",
        number=row.number,
        bundle=row.bundle_title,
        applicant=row.applicant,
        todo=_todo(row),
        state=row.state,
        word=desk_word(row.state, row.state_label),
        clock=shown(row.clock, row.stopped),
        channel=_channel(row.channel),
        tick="" if row.is_taken or row.state == "supplement_requested" else f"{row.sub_id}:{row.version}",
        upstream=_("上一环节已办结：%(items)s") % {"items": "、".join(row.upstream)} if row.upstream else "",
        held_for=row.held_for,
        urged=row.urged,
    )


def desk_word(state: str, label: str) -> str:
    """The state as the desk says it; for the applicant the same state is worded otherwise."""
    words = {
        "dispatched": _("待接件"),
        "received": _("待受理"),
        "accepted": _("办理中"),
        "supplement_requested": _("等补正"),
        "approved": _("已同意"),
        "rejected": _("已不予批准"),
    }
    return words.get(state, label)


def _todo(row: TaskRow) -> str:
    if row.state == "supplement_requested":
        return _("等申请人补正")
    if not row.is_taken:
        return _("接件")
    if not row.is_mine:
        return _("同事在办")
    todo = {
        "dispatched": _("看补正，接着办"),
        "received": _("受理"),
        "accepted": _("作出决定"),
        "special_procedure": _("等特别程序结束"),
    }
    return todo.get(row.state, "")


def _channel(code: str) -> str:
    return {"online": _("网上"), "mobile": _("掌上"), "counter": _("窗口"), "kiosk": _("自助机")}.get(code, code)


def filters(found: Worklist, chosen: Mapping[str, str]) -> tuple[Filter, ...]:
    """All, mine, nobody's, then each colour; each keeps the item that was chosen."""
    counts = found.counts
    colours = {
        "red": _("红牌"),
        "yellow": _("黄牌"),
        "blue": _("快到期"),
        "green": _("不急"),
        "paused": _("停表"),
    }
    plain = not chosen["held"] and not chosen["colour"]
    made = [
        Filter(_("全部"), _address(chosen, held="", colour=""), plain, counts.total),
        Filter(_("我的"), _address(chosen, held="mine", colour=""), chosen["held"] == "mine", counts.mine),
        Filter(_("没人接"), _address(chosen, held="free", colour=""), chosen["held"] == "free", counts.free),
    ]
    made += [
        Filter(title, _address(chosen, held="", colour=c), chosen["colour"] == c, counts.by_colour.get(c, 0))
        for c, title in colours.items()
    ]
    return tuple(made)


def item_filters(found: Worklist, chosen: Mapping[str, str]) -> tuple[Filter, ...]:
    """One for each item on the list, where there is more than one."""
    items = found.counts.items
    if len(items) < 2 and not chosen["item"]:
        return ()
    every = Filter(_("全部事项"), _address(chosen, item=""), not chosen["item"])
    return (every, *(Filter(i.title, _address(chosen, item=i.key), chosen["item"] == i.key, i.count) for i in items))


def _address(chosen: Mapping[str, str], **change: str) -> str:
    wanted = {name: value for name, value in {**chosen, **change}.items() if value}
    return reverse("counter:desk") + (f"?{urlencode(wanted)}" if wanted else "")


def pages(found: Worklist, chosen: Mapping[str, str]) -> tuple[str, str]:
    """The addresses of the page before and the page after, empty where there is none."""
    before = _address(chosen, page=str(found.page - 1) if found.page > 2 else "") if found.page > 1 else ""
    return before, _address(chosen, page=str(found.page + 1)) if found.has_more else ""


def figures(found: Worklist) -> tuple[Figure, ...]:
    counts = found.counts
    numbers = (
        (_("超时"), found.overdue, "bad"),
        (_("快到期"), counts.by_colour.get("blue", 0), "doing"),
        (_("停表中"), counts.by_colour.get("paused", 0), "paused"),
        (_("今天办结"), counts.done_today, "done"),
    )
    return tuple(
        Figure(title, ngettext("%(count)s 件", "%(count)s 件", count) % {"count": count}, look if count else "wait")
        for title, count, look in numbers
    )
