"""The picture of the items (事项图): who works at the same time, who waits for whom.

`draw` lays the items out; `{% flow picture %}` renders them as a list that is a timeline on a phone and a map on a
desktop. Column step 232, first column at 104, row step 40: the grid of static/css/components/flow.css.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from portal.ui.flow.bands import BandDrawing
from portal.ui.flow.lanes import chunks, draw_lane, packs
from portal.ui.flow.parts import PLAN_STATES, Band, Card, FlowEdge, FlowNode, FlowPicture, Thread, Wave
from portal.ui.flow.waves import FlowError, known_edges, wave_numbers

__all__ = [
    "Band",
    "Card",
    "FlowEdge",
    "FlowError",
    "FlowNode",
    "FlowPicture",
    "Thread",
    "Wave",
    "draw",
]

FINAL = frozenset({"done", "bad", "gone"})
LEGEND = ("done", "doing", "you", "wait", "bad")


def draw(
    nodes: Sequence[FlowNode],
    edges: Sequence[FlowEdge],
    *,
    heads: Mapping[int, tuple[str, str]] | None = None,
    label: str = "",
    start_word: str = "",
    end_word: str = "",
    updated: str = "",
) -> FlowPicture:
    """The picture of the items in their places.

    `heads` names waves by number: {2: ("出生证号一出", "3 件同时办")}; others get a name of their own.
    More than eight at once turn the map into lanes; more than four waves continue on a next line.
    Raises FlowError when items wait for each other in a circle.
    """
    named, edges = heads or {}, known_edges(nodes, edges)
    numbers = wave_numbers(nodes, edges)
    spans = chunks(max(numbers.values())) if numbers else []
    packed = packs(numbers)
    states = {node.state for node in nodes}
    return FlowPicture(
        label=label or _label(nodes, numbers),
        live=bool(states - PLAN_STATES),
        finished=not states - FINAL,
        bands=() if packed else tuple(_band(numbers, span, spans, nodes, edges, named) for span in spans),
        lanes=tuple(draw_lane(numbers, span, nodes, edges, named) for span in spans) if packed else (),
        states=tuple(state for state in LEGEND if state in states),
        start_word=start_word or _("您填一次"),
        end_word=end_word or _("一个结果包"),
        updated=updated,
    )


def _band(
    numbers: Mapping[str, int],
    span: range,
    spans: Sequence[range],
    nodes: Sequence[FlowNode],
    edges: Sequence[FlowEdge],
    heads: Mapping[int, tuple[str, str]],
) -> Band:
    drawing = BandDrawing(numbers, span, nodes, edges)
    return drawing.draw(first=span is spans[0], last=span is spans[-1], heads=heads)


def _label(nodes: Sequence[FlowNode], numbers: Mapping[str, int]) -> str:
    count = {
        "waves": max(numbers.values(), default=0),
        "items": len(nodes),
        "departments": len({node.dept_code for node in nodes}),
    }
    return _("事项图：%(waves)d 步，%(items)d 件事，%(departments)d 个部门") % count
