"""Stages that open one after the other (分阶段申报): the items of a stage wait until its `open_when` holds.

A stage that was open once stays open: the answers list it under "stages". An `open_when` that waits for the result
of an item which is not part of this case waits for nothing: the stage is then as open as the one before it
(阶段可合并、可跳过). Stages without `open_when` are headings only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from bundles.forms.answers import ids_in
from bundles.rules import RuleError, Scope, judge, parse
from bundles.spec import BundleSpec, Stage


def has_stages(spec: BundleSpec) -> bool:
    """Whether stages of the bundle open one after the other."""
    return any(stage.open_when is not None for stage in spec.stages)


def open_stages(spec: BundleSpec, answers: Mapping[str, Any], on: Collection[str], scope: Scope) -> tuple[str, ...]:
    """The stages whose items can be filed now, in order; `on` are the items of this case, of whatever stage."""
    stayed = ids_in(answers, "stages")
    is_open, found = True, []
    for stage in spec.stages:
        is_open = stage.id in stayed or _opens(stage, on, scope, before=is_open)
        if is_open:
            found.append(stage.id)
    return tuple(found)


def closed_items(spec: BundleSpec, answers: Mapping[str, Any], on: Collection[str], scope: Scope) -> frozenset[str]:
    """The items of this case that cannot be filed yet, because their stage is not open."""
    if not has_stages(spec):
        return frozenset()
    opened = open_stages(spec, answers, on, scope)
    return frozenset(i for stage in spec.stages if stage.id not in opened for i in stage.items if i in on)


def _opens(stage: Stage, on: Collection[str], scope: Scope, *, before: bool) -> bool:
    if stage.open_when is None or isinstance(stage.open_when, bool):
        return stage.open_when is not False
    awaited = set(results_read(stage.open_when))
    if awaited and awaited.isdisjoint(on):
        return before
    return judge(stage.open_when, scope) is True


def results_read(text: str) -> Iterator[str]:
    """The items whose results an expression reads."""
    try:
        calls = parse(text).calls
    except RuleError:
        return
    for call in calls:
        path = str(call.args[0]) if call.args else ""
        if call.function == "result" or (call.function == "fact" and path.startswith("result:")):
            yield path.removeprefix("result:").partition(".")[0]
