"""One band of the map: up to four waves between two hubs, with cards in their places and threads drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from portal.ui.departments import hue_class
from portal.ui.flow.order import END, START, Net, heights, sort_columns
from portal.ui.flow.parts import PLAN_STATES, Band, Card, FlowEdge, FlowNode, Thread, Wave
from portal.ui.flow.waves import head_of, sources_of

FIRST, STEP, CARD, ROW = 104, 232, 192, 40
HUB_RIGHT, HUB_GAP, TAIL = 58, 58, 88
HEAD_ROWS = 1
TITLE_EMS, PLAN_EMS, LIVE_EMS = 8.2, 9.4, 8.0
FIXED_PX, TITLE_PX, NOTE_PX, CARD_GAP_PX = 10, 20.25, 20.8, 8


def rows_needed(node: FlowNode) -> int:
    """Grid rows a card needs so that its title and note wrap in full."""
    note_ems = PLAN_EMS if node.state in PLAN_STATES else LIVE_EMS
    lines = _lines(node.title, TITLE_EMS) * TITLE_PX + _lines(node.note, note_ems) * NOTE_PX
    return max(2, math.ceil((lines + FIXED_PX + CARD_GAP_PX) / ROW))


def _lines(text: str, ems: float) -> int:
    width = sum(1 if ord(letter) > 0x2E7F else 0.56 for letter in text)
    return max(1, math.ceil(width / ems))


class BandDrawing:
    """Draws one band; knows the whole picture's waves to see which threads come in and go on."""

    def __init__(self, numbers: Mapping[str, int], span: range, nodes: Sequence[FlowNode], edges: Sequence[FlowEdge]):
        self.numbers, self.waves, self.edges = numbers, span, edges
        self.nodes = {node.key: node for node in nodes if numbers[node.key] in span}
        self.live = any(node.state not in PLAN_STATES for node in nodes)
        self.all_nodes = {node.key: node for node in nodes}
        self.leaves = set(self.all_nodes) - {edge.source for edge in edges}
        self.waits = sources_of(edges)
        self.trunks: dict[tuple[str, int], str] = {}
        self.net = Net(columns=[[START], *([] for _ in span), [END]], span={START: 2, END: 2})

    def draw(self, *, first: bool, last: bool, heads: Mapping[int, tuple[str, str]]) -> Band:
        """The finished band."""
        for key, node in self.nodes.items():
            self.net.columns[self._column(key)].append(key)
            self.net.span[key] = rows_needed(node)
        routes = [(edge, self._route(*edge)) for edge in self._runs()]
        sort_columns(self.net)
        self.middle = heights(self.net)
        waves = tuple(self._wave(number, heads) for number in self.waves)
        bottom = max(self.middle[key] + max(self.net.span[key] / 2, self._word(key)) for key in self.middle)
        return Band(
            waves=waves,
            threads=tuple(self._thread(source, target, route) for (source, target), route in routes),
            width=FIRST + STEP * len(self.waves) + TAIL,
            height=(math.ceil(bottom) + HEAD_ROWS) * ROW,
            start_row=self._hub_row(START),
            end_row=self._hub_row(END),
            first=first,
            last=last,
        )

    def _column(self, key: str) -> int:
        """Column of the net, 0 the left hub."""
        if key in (START, END):
            return 0 if key == START else len(self.waves) + 1
        number = self.numbers[key]
        if number < self.waves.start:
            return 0
        if number >= self.waves.stop:
            return len(self.waves) + 1
        return number - self.waves.start + 1

    def _runs(self) -> list[tuple[str, str]]:
        """Pairs to draw: edges that begin or end here, roots from the left hub, leaves to the right one."""
        runs = [(START, key) for key in self.nodes if key not in self.waits]
        runs += [(e.source, e.target) for e in self.edges if e.source in self.nodes or e.target in self.nodes]
        return runs + [(key, END) for key in self.nodes if key in self.leaves]

    def _route(self, source: str, target: str) -> list[str]:
        """Vertices from source to target; posts of one source are shared, so its threads run as one trunk."""
        begin, finish = self._column(source), self._column(target)
        route = [START if begin == 0 else source]
        for column in range(begin + 1, finish):
            post = self.trunks.setdefault((source, column), f"{source}/{column}")
            if post not in self.net.span:
                self.net.span[post] = 1
                self.net.posts.add(post)
                self.net.columns[column].append(post)
            route.append(post)
        route.append(END if finish > len(self.waves) else target)
        fresh = [pair for pair in pairwise(route) if pair not in self.net.links]
        self.net.links.extend(fresh)
        return route

    def _wave(self, number: int, heads: Mapping[int, tuple[str, str]]) -> Wave:
        column = number - self.waves.start + 1
        cards = tuple(self._card(key, column) for key in self.net.columns[column] if key in self.nodes)
        title, note = heads.get(number) or head_of(number, [card.node for card in cards], self.edges)
        return Wave(number=number, title=title, note=note, cards=cards)

    def _card(self, key: str, column: int) -> Card:
        after = tuple(self.all_nodes[source].title for source in self.waits.get(key, ()))
        span = self.net.span[key]
        row = round(self.middle[key] - span / 2) + HEAD_ROWS + 1
        return Card(node=self.nodes[key], column=column, row=row, span=span, after=after)

    def _word(self, vertex: str) -> float:
        """Rows under the middle of a hub that its word takes."""
        return 1.75 if vertex in (START, END) else 0

    def _hub_row(self, hub: str) -> int:
        return round(self.middle[hub] - 1) + HEAD_ROWS + 1

    def _y(self, vertex: str) -> int:
        return round((self.middle[vertex] + HEAD_ROWS) * ROW)

    def _thread(self, source: str, target: str, route: Sequence[str]) -> Thread:
        """Leaves at the right edge, bends within a gap, runs straight over the columns between."""
        column, y = self._column(source), self._y(route[0])
        x = HUB_RIGHT if column == 0 else FIRST + STEP * (column - 1) + CARD
        path = f"M{x} {y}"
        for vertex in route[1:]:
            column, to = column + 1, self._y(vertex)
            begins = FIRST + STEP * (column - 1)
            path += self._bend(begins if column <= len(self.waves) else begins - STEP + CARD + HUB_GAP, x, y, to)
            x, y = begins + CARD, to
            if vertex in self.net.posts:
                path += f"H{x}"
        path = re.sub(r"(?:H\d+)+(?=H)", "", path)
        return Thread(source=source, target=target, path=path, classes=self._wears(source, target))

    def _bend(self, reach: int, x: int, y: int, to: int) -> str:
        if y == to:
            return f"H{reach}"
        ends = min(reach, x + STEP - CARD) if reach - x < HUB_GAP else reach
        half = (x + ends) // 2
        curve = f"C{half} {y} {half} {to} {ends} {to}"
        return curve if ends == reach else f"{curve}H{reach}"

    def _wears(self, source: str, target: str) -> str:
        """Colour of the department whose result flows; dashed while it is not there yet."""
        if source == START:
            return "e e--main e--soft" if self.all_nodes[target].state == "maybe" else "e e--main"
        node = self.all_nodes[source]
        if self.live and node.state != "done":
            return "e e--wait"
        hue = hue_class(node.dept_code)
        return f"e e--soft {hue}" if target == END or node.state == "maybe" else f"e {hue}"
