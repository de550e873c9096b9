"""Conditions that leave answers open (`states`): they name fields or questions that the condition reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bundles.errors import Fault
from bundles.lint.draft import Draft, names_of


def faults(draft: Draft) -> Iterator[Fault]:
    for condition in draft.spec.eligibility:
        yield from _names(f"eligibility[{condition.id}]", condition.expr, condition.extra.get("states"))
    for number, entry in enumerate(draft.spec.constraints):
        if isinstance(entry, Mapping):
            yield from _names(f"constraints[{entry.get('id', number)}]", entry.get("expr"), entry.get("states"))


def _names(path: str, text: Any, stated: Any) -> Iterator[Fault]:
    if stated is None:
        return
    if not isinstance(stated, list | tuple) or not all(isinstance(name, str) for name in stated):
        yield Fault(f"{path}.states", "states 应为字段或情形问题的列表")
        return
    for name in sorted(set(stated) - names_of(str(text))):
        yield Fault(f"{path}.states", f"这个条件没有读 {name}")
