"""Which items can run at the same time: layers by the longest way from the start."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from portal.ui.flow.parts import FlowEdge, FlowNode


class FlowError(ValueError):
    """A picture that cannot be drawn: a circle, or a key that stands twice."""


def known_edges(nodes: Sequence[FlowNode], edges: Sequence[FlowEdge]) -> list[FlowEdge]:
    """Edges between two items of the picture, each once; others belong to items that this case leaves out."""
    keys = {node.key for node in nodes}
    if len(keys) != len(nodes):
        raise FlowError(_("同一个事项在图里出现了两次"))
    first: dict[tuple[str, str], FlowEdge] = {}
    for edge in edges:
        if edge.source in keys and edge.target in keys and edge.source != edge.target:
            first.setdefault((edge.source, edge.target), edge)
    return list(first.values())


def wave_numbers(nodes: Sequence[FlowNode], edges: Sequence[FlowEdge]) -> dict[str, int]:
    """Wave of each key, counted from 1: one more than the latest wave it waits for, or later if the node says so."""
    waits = sources_of(edges)
    numbers: dict[str, int] = {}
    left = list(nodes)
    while left:
        ready = [node for node in left if all(key in numbers for key in waits.get(node.key, ()))]
        if not ready:
            raise FlowError(_("事项互相等待，没有起点：") + "、".join(node.title for node in left))
        for node in ready:
            after = 1 + max((numbers[key] for key in waits.get(node.key, ())), default=0)
            numbers[node.key] = max(after, node.wave or 1)
        left = [node for node in left if node.key not in numbers]
    return _without_holes(numbers)


def _without_holes(numbers: dict[str, int]) -> dict[str, int]:
    order = {number: place for place, number in enumerate(sorted(set(numbers.values())), start=1)}
    return {key: order[number] for key, number in numbers.items()}


def sources_of(edges: Sequence[FlowEdge]) -> dict[str, list[str]]:
    """What each item waits for."""
    waits: dict[str, list[str]] = {}
    for edge in edges:
        waits.setdefault(edge.target, []).append(edge.source)
    return waits


def head_of(number: int, nodes: Sequence[FlowNode], edges: Sequence[FlowEdge]) -> tuple[str, str]:
    """Title and remark over a wave: what it waits for by name where one thing decides, and how many run at once."""
    keys = {node.key for node in nodes}
    labels = {edge.label for edge in edges if edge.target in keys}
    many = (_("%(count)d 件同时办") if len(nodes) > 1 else _("%(count)d 件")) % {"count": len(nodes)}
    if number == 1:
        return _("先办"), many
    if len(labels) == 1 and "" not in labels:
        return _("有了%(label)s") % {"label": labels.pop()}, many
    return _("接着办"), many
