"""Who stands above whom: few crossings by barycentres, then heights that keep threads straight."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

START, END = "start", "end"
SWEEPS = 8


@dataclass(slots=True)
class Net:
    """Columns of a band from start hub to end hub. A thread that passes a column has a post there.

    `span` is the height of a vertex in grid rows; posts have 1. `links` join vertices of adjacent columns.
    """

    columns: list[list[str]]
    span: dict[str, int]
    links: list[tuple[str, str]] = field(default_factory=list)
    posts: set[str] = field(default_factory=set)

    def neighbours(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Left and right neighbours of every vertex."""
        left: dict[str, list[str]] = {}
        right: dict[str, list[str]] = {}
        for one, other in self.links:
            right.setdefault(one, []).append(other)
            left.setdefault(other, []).append(one)
        return left, right


def sort_columns(net: Net) -> None:
    """Reorder every column so that few threads cross; the best of some sweeps stays."""
    left, right = net.neighbours()
    best, fewest = [list(column) for column in net.columns], _crossings(net)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        indexes = range(1, len(net.columns)) if rightwards else range(len(net.columns) - 2, -1, -1)
        for index in indexes:
            beside = net.columns[index - 1 if rightwards else index + 1]
            net.columns[index] = _by_barycentre(net.columns[index], beside, left if rightwards else right)
        crossings = _crossings(net)
        if crossings < fewest:
            best, fewest = [list(column) for column in net.columns], crossings
    net.columns = best


def _by_barycentre(column: Sequence[str], beside: Sequence[str], near: Mapping[str, list[str]]) -> list[str]:
    place = {vertex: index for index, vertex in enumerate(beside)}
    weight: dict[str, float] = {}
    for index, vertex in enumerate(column):
        seen = [place[other] for other in near.get(vertex, ()) if other in place]
        weight[vertex] = sum(seen) / len(seen) if seen else index * len(beside) / len(column)
    return sorted(column, key=weight.__getitem__)


def _crossings(net: Net) -> int:
    place = {vertex: index for column in net.columns for index, vertex in enumerate(column)}
    where = {vertex: index for index, column in enumerate(net.columns) for vertex in column}
    total = 0
    for index in range(len(net.columns) - 1):
        pairs = [(place[a], place[b]) for a, b in net.links if where[a] == index]
        total += sum((a - c) * (b - d) < 0 for n, (a, b) in enumerate(pairs) for c, d in pairs[:n])
    return total


def heights(net: Net) -> dict[str, float]:
    """Middle of every vertex in grid rows, top row 0; nothing overlaps, linked vertices come close."""
    left, right = net.neighbours()
    middle = _stacked(net)
    for sweep in range(SWEEPS * 2):
        columns = net.columns if sweep % 2 == 0 else net.columns[::-1]
        for column in columns:
            wishes = [_wish(vertex, middle, (*left.get(vertex, ()), *right.get(vertex, ())), net) for vertex in column]
            middle.update(zip(column, _apart(column, wishes, net), strict=True))
    placed = _on_grid(net, middle)
    _straighten(net, placed)
    return _to_top(net, placed)


def _stacked(net: Net) -> dict[str, float]:
    middle: dict[str, float] = {}
    for column in net.columns:
        tall = sum(net.span[vertex] for vertex in column)
        top = -tall / 2
        for vertex in column:
            middle[vertex] = top + net.span[vertex] / 2
            top += net.span[vertex]
    return middle


def _wish(vertex: str, middle: Mapping[str, float], near: Sequence[str], net: Net) -> float:
    if not near:
        return middle[vertex]
    pull = {other: _pull(vertex, other, net) for other in near}
    return sum(middle[other] * weight for other, weight in pull.items()) / sum(pull.values())


def _pull(vertex: str, other: str, net: Net) -> float:
    """Passing threads want to run straight; the hubs give way."""
    if vertex in (START, END):
        return 1
    if other in (START, END):
        return 0.1
    return 4 if vertex in net.posts or other in net.posts else 1


def gap_between(upper: str, lower: str, net: Net) -> float:
    """Least distance of two middles in one column; two posts may run close."""
    if upper in net.posts and lower in net.posts:
        return 0.5
    return (net.span[upper] + net.span[lower]) / 2


def _apart(column: Sequence[str], wishes: Sequence[float], net: Net) -> list[float]:
    """Places nearest to the wishes that keep order and distance (pooling adjacent violators)."""
    offsets = [0.0]
    for upper, lower in pairwise(column):
        offsets.append(offsets[-1] + gap_between(upper, lower, net))
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        pools.append((wish - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, many), (other, more) = pools[-2:]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    flat = [value for value, many in pools for _ in range(many)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]


def _on_grid(net: Net, middle: Mapping[str, float]) -> dict[str, float]:
    """Cards sit on whole rows, posts on halves; the highest vertex touches row 0."""
    top = min(middle[vertex] - net.span[vertex] / 2 for vertex in middle)
    placed: dict[str, float] = {}
    for column in net.columns:
        above: str | None = None
        for vertex in column:
            half = net.span[vertex] / 2
            step = 2 if vertex in net.posts else 1
            edge = round((middle[vertex] - top - half) * step) / step
            if above is not None:
                least = placed[above] + gap_between(above, vertex, net) - half
                edge = max(edge, -(-least * step // 1) / step)
            placed[vertex] = max(edge, 0.0) + half
            above = vertex
    return placed


def _straighten(net: Net, placed: dict[str, float]) -> None:
    """Move a card and the posts of its trunk to one height where there is room: fewer bends, nothing overlaps."""
    for trunk in _trunks(net):
        half = net.span[trunk[0]] / 2
        edges = {placed[vertex] - half for vertex in trunk}
        wishes = {whole(edge) + half for edge in edges for whole in (math.floor, math.ceil)}
        for height in sorted(wishes, key=lambda wish: sum(abs(wish - placed[vertex]) for vertex in trunk)):
            if all(_fits(vertex, height, placed, net) for vertex in trunk):
                placed.update(dict.fromkeys(trunk, height))
                break


def _trunks(net: Net) -> list[list[str]]:
    """Each card that has posts to its right, with them."""
    onward = {one: other for one, other in net.links if other in net.posts}
    trunks = []
    for column in net.columns[1:-1]:
        for vertex in column:
            if vertex in onward and vertex not in net.posts:
                trunk = [vertex]
                while trunk[-1] in onward:
                    trunk.append(onward[trunk[-1]])
                trunks.append(trunk)
    return trunks


def _fits(vertex: str, height: float, placed: Mapping[str, float], net: Net) -> bool:
    column = next(column for column in net.columns if vertex in column)
    index = column.index(vertex)
    above, below = column[index - 1] if index else None, column[index + 1] if index + 1 < len(column) else None
    return (above is None or height - placed[above] >= gap_between(above, vertex, net)) and (
        below is None or placed[below] - height >= gap_between(vertex, below, net)
    )


def _to_top(net: Net, placed: dict[str, float]) -> dict[str, float]:
    edge = math.floor(min(placed[vertex] - net.span[vertex] / 2 for vertex in placed))
    return {vertex: height - edge for vertex, height in placed.items()}
