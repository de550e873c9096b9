"""The picture of the items: who works in parallel and who waits for whom; planned, or live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from bundles import forms, queries
from bundles.forms.coded import term
from bundles.forms.words import label_of
from bundles.spec import BundleSpec, Dependency, Duration, Item
from bundles.spec.registry import Registry
from cases.queries.declared import declared_fields
from cases.queries.wording import short_name

LABELS_ON_AN_EDGE = 2
_UNITS = {
    "second": ngettext_lazy("%(count)s秒", "%(count)s秒", "number"),
    "minute": ngettext_lazy("%(count)s分钟", "%(count)s分钟", "number"),
    "hour": ngettext_lazy("%(count)s小时", "%(count)s小时", "number"),
    "day": ngettext_lazy("%(count)s天", "%(count)s天", "number"),
    "workday": ngettext_lazy("%(count)s个工作日", "%(count)s个工作日", "number"),
    "month": ngettext_lazy("%(count)s个月", "%(count)s个月", "number"),
    "year": ngettext_lazy("%(count)s年", "%(count)s年", "number"),
}
_SEVERAL = 2  # half a day is many, as grammar goes


@dataclass(frozen=True, slots=True)
class Edge:
    """`target` waits for `source`; `label` names what flows."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """An item before there is a case. `look`: plan for what is sure, maybe for what the answers decide."""

    key: str
    title: str
    dept_code: str
    dept_short: str
    look: str
    note: str
    wave: int


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: tuple[PlannedNode, ...]
    edges: tuple[Edge, ...]


def picture_of(spec: BundleSpec, selection: forms.Selection | None = None, lang: str = "zh") -> Picture:
    """The items of a bundle; with a selection only those that are on, without one those that may be as well."""
    registry = queries.registry()
    chosen = [item for item in spec.items if selection is None or item.id in selection.items]
    keys = {item.id for item in chosen}
    edges = tuple(
        Edge(source, item.id, flow_label(spec, registry, source, flow, lang))
        for item in chosen
        for source, flow in _upstream(item, keys)
    )
    waves = waves_of(keys, edges)
    nodes = tuple(_node(item, registry, selection is not None, waves[item.id], lang) for item in chosen)
    return Picture(nodes, edges)


def _upstream(item: Item, present: set[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The edges that count: the item named, or its alternative where that one is not there."""
    for dependency in item.depends_on:
        if dependency.item in present:
            yield dependency.item, tuple(dependency.flow)
        elif _stands_in(dependency, present) and dependency.alternative:
            yield dependency.alternative.item, tuple(dependency.alternative.flow)


def _stands_in(dependency: Dependency, present: set[str]) -> bool:
    return dependency.alternative is not None and dependency.alternative.item in present


def _node(item: Item, registry: Registry, is_chosen: bool, wave: int, lang: str) -> PlannedNode:
    department = registry.departments.get(item.dept)
    is_sure = is_chosen or (item.select == "required" and item.when is None)
    return PlannedNode(
        key=item.id,
        title=item.en if lang == "en" and item.en else item.zh,
        dept_code=item.dept,
        dept_short=short_name(department) if department else item.dept,
        look="plan" if is_sure else "maybe",
        note=duration_words(item.committed),
        wave=wave,
    )


def duration_words(limit: Duration | None) -> str:
    """A limit as people say it: 3个工作日; 0 is at once."""
    if limit is None:
        return ""
    if limit.n == 0:
        return _("即时")
    is_whole = limit.n == int(limit.n)
    count = int(limit.n) if is_whole else limit.n
    unit = _UNITS.get(limit.unit)
    return str(unit % {"count": count, "number": count if is_whole else _SEVERAL}) if unit else f"{count}{limit.unit}"


def waves_of(keys: Iterable[str], edges: Iterable[Edge]) -> Mapping[str, int]:
    """Longest-path layer of every node, 1 for those that can start at once."""
    upstream: dict[str, list[str]] = {key: [] for key in keys}
    for edge in edges:
        if edge.target in upstream and edge.source in upstream:
            upstream[edge.target].append(edge.source)
    layers: dict[str, int] = {}

    def layer(key: str) -> int:
        if key not in layers:
            layers[key] = 1 + max((layer(source) for source in upstream[key]), default=0)
        return layers[key]

    return {key: layer(key) for key in upstream}


def flow_label(spec: BundleSpec, registry: Registry, source: str, flow: Iterable[str], lang: str = "zh") -> str:
    """What flows along an edge, by the labels of the upstream results: 出生证编号、新生儿姓名."""
    labels: dict[str, str] = {}
    for result in spec.results_of(source):
        labels |= {name: label for name, (label, _kind) in declared_fields(result, registry).items()}
    named = [
        term(registry, labels[name], lang) if labels.get(name) else _field_label(spec, name, lang) for name in flow
    ]
    return "、".join([name for name in named if name][:LABELS_ON_AN_EDGE])


def _field_label(spec: BundleSpec, name: str, lang: str) -> str:
    return label_of(spec.field(name), lang) if spec.has_field(name) else ""
