"""More than eight at once: every wave becomes one frame of small cells, with threads between the frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from portal.ui.departments import hue_class
from portal.ui.flow.parts import PLAN_STATES, Card, FlowEdge, FlowNode, Gap, LaneStep, Thread, Wave
from portal.ui.flow.waves import head_of, sources_of

PACKED = 8
WIDE_COLUMNS = 3
# Heights in rem of the parts of a frame, as the style sheet has them.
HEAD, FRAME, CELL, PASS = 1.625, 0.8125, 2.625, 1.875


def draw_lane(
    numbers: Mapping[str, int],
    span: range,
    nodes: Sequence[FlowNode],
    edges: Sequence[FlowEdge],
    heads: Mapping[int, tuple[str, str]],
) -> tuple[LaneStep, ...]:
    """The waves of `span` side by side, in the order they begin."""
    drawing = _Lane(numbers, nodes, edges)
    waves = [drawing.wave(number, heads) for number in span]
    tallest = max(drawing.height(wave) for wave in waves)
    steps = []
    for index, wave in enumerate(waves):
        gap = drawing.gap(wave, waves[index + 1], tallest) if index + 1 < len(waves) else None
        steps.append(LaneStep(wave=wave, wide=len(wave.cards) > PACKED, gap=gap))
    return tuple(steps)


class _Lane:
    def __init__(self, numbers: Mapping[str, int], nodes: Sequence[FlowNode], edges: Sequence[FlowEdge]) -> None:
        self.numbers, self.nodes, self.edges = numbers, nodes, edges
        self.titles = {node.key: node.title for node in nodes}
        self.waits = sources_of(edges)
        self.live = any(node.state not in PLAN_STATES for node in nodes)

    def wave(self, number: int, heads: Mapping[int, tuple[str, str]]) -> Wave:
        members = [node for node in self.nodes if self.numbers[node.key] == number]
        columns = WIDE_COLUMNS if len(members) > PACKED else 1
        cards = tuple(
            Card(
                node=node,
                column=place % columns + 1,
                row=place // columns + 1,
                span=1,
                after=tuple(self.titles[source] for source in self.waits.get(node.key, ())),
            )
            for place, node in enumerate(members)
        )
        title, note = heads.get(number) or head_of(number, members, self.edges)
        return Wave(number=number, title=title, note=note, cards=cards, passing=self._passing(number))

    def _passing(self, number: int) -> int:
        """Items whose result goes past this wave to a later one."""
        passed = {e.source for e in self.edges if self.numbers[e.source] < number < self.numbers[e.target]}
        return len(passed)

    def height(self, wave: Wave) -> float:
        rows = max(card.row for card in wave.cards)
        return HEAD + (PASS if wave.passing else 0) + 2 * FRAME + rows * CELL

    def gap(self, left: Wave, right: Wave, tallest: float) -> Gap:
        """Threads from one wave to the next; what goes further runs to the pass line of the next one."""
        threads: dict[str, Thread] = {}
        for edge in self.edges:
            if self.numbers[edge.source] <= left.number < self.numbers[edge.target]:
                begins = self._y(left, edge.source, tallest)
                ends = self._y(right, edge.target, tallest)
                path = f"M0 {begins}C24 {begins} 24 {ends} 48 {ends}"
                threads.setdefault(path, Thread(edge.source, edge.target, path, self._wears(edge.source)))
        return Gap(threads=tuple(threads.values()))

    def _y(self, wave: Wave, key: str, tallest: float) -> float:
        """Where a thread touches the frame, per cent of the lane's height; frames stand centred."""
        top = (tallest - self.height(wave)) / 2 + HEAD
        card = next((card for card in wave.cards if card.node.key == key), None)
        if card is None:
            return round(100 * top / tallest, 1)
        top += (PASS if wave.passing else 0) + FRAME
        return round(100 * (top + (card.row - 0.5) * CELL) / tallest, 1)

    def _wears(self, source: str) -> str:
        node = next(node for node in self.nodes if node.key == source)
        if self.live and node.state != "done":
            return "e e--wait"
        return f"e e--soft {hue_class(node.dept_code)}"


def packs(numbers: Mapping[str, int]) -> bool:
    """Whether some wave is too tall for single cards."""
    tally: dict[int, int] = {}
    for number in numbers.values():
        tally[number] = tally.get(number, 0) + 1
    return max(tally.values(), default=0) > PACKED


def chunks(waves: int, most: int = 4) -> list[range]:
    """Waves dealt out to lines of nearly equal length: 11 become 4, 4 and 3."""
    lines = math.ceil(waves / most)
    size, more = divmod(waves, lines)
    begins, spans = 1, []
    for line in range(lines):
        ends = begins + size + (line < more)
        spans.append(range(begins, ends))
        begins = ends
    return spans
