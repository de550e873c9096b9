"""From a selection to sub-applications and their order. Pure: no database, no time, no network.

Semantics 2 and 5 of the bundle format: an entry whose item is not selected is ignored unless it has an
alternative; of an upstream with several instances all count, unless both are instances of the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bundles.forms import Instance
from bundles.spec import Alternative, BundleSpec, Dependency, Item

Key = tuple[str, str]  # (item id, instance key)
TOGETHER = "together"  # the need of an item for the one it is bound to


@dataclass(frozen=True, slots=True)
class PlannedSub:
    """A sub-application to be: item, instance, and the department that handles it."""

    item: Item
    instance: Instance
    department: str

    @property
    def key(self) -> Key:
        return (self.item.id, self.instance.key)


@dataclass(frozen=True, slots=True)
class PlannedNeed:
    """An edge: `sub` needs `upstream`. `alternative_of` names the item whose failure makes this edge count."""

    sub: Key
    upstream: Key
    need: str
    if_rejected: str
    flow: tuple[str, ...]
    alternative_of: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    subs: tuple[PlannedSub, ...]
    needs: tuple[PlannedNeed, ...]

    def waves(self) -> Mapping[Key, int]:
        """Longest-path layer of every sub-application, 0 for those that can start at once."""
        upstream: dict[Key, list[Key]] = {sub.key: [] for sub in self.subs}
        for need in self.needs:
            if not need.alternative_of and need.upstream in upstream:
                upstream[need.sub].append(need.upstream)
        layers: dict[Key, int] = {}

        def layer(key: Key) -> int:
            if key not in layers:
                layers[key] = 1 + max((layer(up) for up in upstream[key]), default=-1)
            return layers[key]

        return {sub.key: layer(sub.key) for sub in self.subs}


def plan(
    spec: BundleSpec,
    selected: Sequence[str],
    instances: Mapping[str, Sequence[Instance]],
    holds: Callable[[str], bool],
    already: Mapping[str, Sequence[Instance]] | None = None,
) -> Plan:
    """Sub-applications and edges of a filing.

    `holds` judges the `when` of a dependency (unknown counts as true: waiting is safer than running ahead).
    `already` are instances of items filed earlier in the same case (staged bundles), which edges may point at.
    """
    present = {**(already or {}), **{item_id: instances[item_id] for item_id in selected}}
    bound = _bound_pairs(spec)
    items = [item for item in spec.items if item.id in selected]
    subs = [PlannedSub(item, one, one.dept or item.dept) for item in items for one in instances[item.id]]
    needs = [_together(need, bound) for sub in subs for need in _needs(sub, present, holds)]
    return Plan(tuple(subs), tuple(needs))


def _bound_pairs(spec: BundleSpec) -> frozenset[frozenset[str]]:
    return frozenset(frozenset((item.id, item.bound_to)) for item in spec.items if item.bound_to)


def _together(need: PlannedNeed, bound: frozenset[frozenset[str]]) -> PlannedNeed:
    """Bound items go out together (合并申请): the one waits for the other's release, not for its decision."""
    if frozenset((need.sub[0], need.upstream[0])) not in bound:
        return need
    return replace(need, need=TOGETHER)


def _needs(
    sub: PlannedSub, present: Mapping[str, Sequence[Instance]], holds: Callable[[str], bool]
) -> list[PlannedNeed]:
    found: list[PlannedNeed] = []
    for dependency in sub.item.depends_on:
        if dependency.when is not None and not holds(dependency.when):
            continue
        if dependency.item in present:
            found += _edges(sub, dependency.item, dependency, dependency.flow, present, "")
        if dependency.alternative is not None and dependency.alternative.item in present:
            found += _alternative(sub, dependency, dependency.alternative, present)
    return found


def _alternative(
    sub: PlannedSub, main: Dependency, alternative: Alternative, present: Mapping[str, Sequence[Instance]]
) -> list[PlannedNeed]:
    """Without the main item the alternative is the way; with it, the way out when the main one fails."""
    stands_for = main.item if main.item in present else ""
    return _edges(sub, alternative.item, main, alternative.flow, present, stands_for)


def _edges(
    sub: PlannedSub,
    upstream: str,
    dependency: Dependency,
    flow: tuple[str, ...],
    present: Mapping[str, Sequence[Instance]],
    alternative_of: str,
) -> list[PlannedNeed]:
    return [
        PlannedNeed(sub.key, (upstream, one.key), dependency.need, dependency.if_rejected, tuple(flow), alternative_of)
        for one in _those_of_the_same_row(sub.instance, present[upstream])
    ]


def _those_of_the_same_row(mine: Instance, others: Sequence[Instance]) -> Sequence[Instance]:
    if mine.row is None:
        return others
    return [one for one in others if one.row == mine.row] or others
