"""The order of the items: dependencies, what flows along them, stages."""

from __future__ import annotations

from collections.abc import Iterator

from bundles.errors import Fault
from bundles.lint.circles import circles
from bundles.lint.draft import Draft
from bundles.spec import Dependency


def faults(draft: Draft) -> Iterator[Fault]:
    for item in draft.spec.items:
        for dependency in item.depends_on:
            yield from _dependency(draft, dependency, f"items[{item.id}].depends_on[{dependency.item}]")
    for circle in circles(_graph(draft)):
        yield Fault(f"items[{circle[0]}].depends_on", f"事项互相依赖：{' → '.join(circle)}")
    yield from _stages(draft)


def _graph(draft: Draft) -> dict[str, set[str]]:
    """Item -> all it may wait for; an alternative is another way to wait."""
    waits: dict[str, set[str]] = {}
    for item in draft.spec.items:
        upstream = waits.setdefault(item.id, set())
        for dependency in item.depends_on:
            upstream.add(dependency.item)
            if dependency.alternative:
                upstream.add(dependency.alternative.item)
    return waits


def _dependency(draft: Draft, dependency: Dependency, path: str) -> Iterator[Fault]:
    yield from _flow(draft, dependency.item, dependency.flow, path)
    if dependency.alternative:
        yield from _flow(draft, dependency.alternative.item, dependency.alternative.flow, f"{path}.alternative")


def _flow(draft: Draft, item: str, flow: tuple[str, ...], path: str) -> Iterator[Fault]:
    if item not in draft.items:
        yield Fault(f"{path}.item", f"依赖的事项 {item} 不存在")
        return
    for field in flow:
        if field not in draft.result_fields.get(item, frozenset()):
            yield Fault(f"{path}.flow", f"事项 {item} 的结果里没有 {field}")


def _stages(draft: Draft) -> Iterator[Fault]:
    """Stages hold every item exactly once."""
    stages = draft.spec.stages
    home: dict[str, str] = {}
    for at, item in [(stage.id, item) for stage in stages for item in stage.items]:
        if item not in draft.items:
            yield Fault(f"stages[{at}].items", f"没有事项 {item}")
        elif item in home:
            yield Fault(f"stages[{at}].items", f"事项 {item} 已在阶段 {home[item]} 里")
        home[item] = at
    left_out = [item.id for item in draft.spec.items if item.id not in home]
    if stages and left_out:
        yield Fault("stages", f"没有排进任何阶段的事项：{'、'.join(left_out)}")
    for section in draft.spec.form.sections:
        if section.stage and section.stage not in {stage.id for stage in stages}:
            yield Fault(f"form.sections[{section.id}].stage", f"没有阶段 {section.stage}")
