"""A whole case for the window: figures, picture, every sub-application with its clock. Names are masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import CasePage, ItemNode, SubLine, masked_name
from cases.queries.documents import DocumentLine
from cases.queries.open_notice import Point
from portal.counter.shown.clocks import ClockShown, shown
from portal.counter.shown.rows import Column, Figure
from portal.ui import words
from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw
from portal.ui.parts import Told

LOOKS = {"item.approved": "done", "result.issued": "done", "case.concluded": "done", "item.rejected": "bad",
         "item.not_accepted": "bad", "item.supplement_requested": "you", "item.choice_asked": "you"}  # fmt: skip
SHOWN_EVENTS = 20
URGENCY = {"red": 0, "yellow": 1, "blue": 2, "paused": 3, "green": 4}


@dataclass(frozen=True, slots=True)
class SubShown:
    """A line of the table of sub-applications."""

    title: str
    number: str
    dept_code: str
    dept_short: str
    look: str
    word: str
    clock: ClockShown | None
    decided_at: datetime | None
    way: str
    note: str
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    number: str
    title: str
    applicant: str
    state: str
    outcome: str
    state_word: str
    where: str
    todo: str
    submitted_at: datetime | None
    due_on: date | None
    figures: tuple[Figure, ...]
    picture: FlowPicture
    subs: tuple[SubShown, ...]
    story: tuple[Told, ...]
    attention: tuple[str, ...]
    points: tuple[str, ...]
    documents: tuple[DocumentLine, ...]
    is_open: bool


def columns() -> tuple[Column, ...]:
    titles = (_("事项"), _("部门"), _("状态"), _("时钟"), _("来路"))
    return (*(Column(title) for title in titles), Column(_("最近"), end=True))


def overview(page: CasePage, lines: Mapping[UUID, SubLine], *, applicant: str) -> Overview:
    """The case as the window may read it; `applicant` comes masked, other names are masked here."""
    names = [node.instance for node in page.nodes if node.instance]
    return Overview(
        number=page.number,
        title=page.bundle_name,
        applicant=applicant,
        state=page.state,
        outcome=page.outcome,
        state_word=page.state_label,
        where=page.answers.where,
        todo=page.answers.todo,
        submitted_at=page.submitted_at,
        due_on=page.due_on,
        figures=_figures(page, lines),
        picture=_picture(page),
        subs=_subs(page.nodes, lines),
        story=tuple(
            Told(words.moment_in_words(e.at), _masked(e.text, names), LOOKS.get(e.kind, ""), e.dept_code, e.dept_short)
            for e in page.timeline[:SHOWN_EVENTS]
        ),
        attention=tuple(one.text for one in page.attention),
        points=tuple(_line(point) for point in page.notice.points) if page.notice else (),
        documents=page.documents,
        is_open=page.is_open,
    )


def _line(point: Point) -> str:
    """A line of the notice; who asks for the second time is marked, because it is against 一次性告知."""
    asking = "、".join(one.short + (_("（再次要求）") if one.repeated else "") for one in point.asking)
    return f"{point.number}. {asking}：{point.text}"


def _figures(page: CasePage, lines: Mapping[UUID, SubLine]) -> tuple[Figure, ...]:
    late = sum(line.clock.colour in ("red", "yellow") for line in lines.values())
    counts = page.counts
    due = words.day_in_words(page.due_on) if page.due_on and page.is_open else page.state_label
    figures = (
        (_("整件到期"), str(due), "doing" if page.is_open else "done"),
        (_("已办好"), _("%(done)s / %(total)s") % {"done": counts.done, "total": counts.total}, "done"),
        (_("等申请人"), _count(counts.yours), "you" if counts.yours else "wait"),
        (_("超时"), _count(late), "bad" if late else "wait"),
    )
    return tuple(Figure(*figure) for figure in figures)


def _count(count: int) -> str:
    return ngettext("%(count)s 件", "%(count)s 件", count) % {"count": count}


def _picture(page: CasePage) -> FlowPicture:
    nodes = [FlowNode(n.key, _title(n), n.dept_code, n.dept_short, n.look, n.note, n.wave) for n in page.nodes]
    return draw(nodes, [FlowEdge(edge.source, edge.target, edge.label) for edge in page.edges])


def _subs(nodes: Sequence[ItemNode], lines: Mapping[UUID, SubLine]) -> tuple[SubShown, ...]:
    ordered = sorted(nodes, key=lambda node: (node.decided_at is not None, URGENCY[lines[node.sub_id].clock.colour]))
    return tuple(_sub(node, lines[node.sub_id]) for node in ordered)


def _sub(node: ItemNode, line: SubLine) -> SubShown:
    runs = node.decided_at is None and line.clock.due_on is not None
    return SubShown(
        title=_title(node),
        number=node.number,
        dept_code=node.dept_code,
        dept_short=node.dept_short,
        look=node.look,
        word=node.state_word,
        clock=shown(line.clock) if runs else None,
        decided_at=node.decided_at,
        way=_("手工") if line.connect == "manual" else _("接口"),
        note="；".join(node.reasons) or node.note,
        latest=line.latest,
    )


def _title(node: ItemNode) -> str:
    return f"{node.title}（{masked_name(node.instance)}）" if node.instance else node.title


def _masked(text: str, names: Sequence[str]) -> str:
    for name in sorted(set(names), key=len, reverse=True):
        text = text.replace(name, masked_name(name))
    return text
