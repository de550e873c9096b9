"""A case held in plain dictionaries, as the rule language sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bundles.rules import UNKNOWN, Expression, Scope, evaluate, parse
from bundles.rules.moments import SHANGHAI

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class PlainScope:
    """`facts` holds None where the register has no record; what is missing anywhere is UNKNOWN."""

    names: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    payments: Mapping[str, Any] = field(default_factory=dict)
    score: object = UNKNOWN
    validator: Callable[[str, object], object] = lambda name, value: UNKNOWN
    at: datetime = NOW

    def name(self, name: str) -> object:
        return self.names.get(name, UNKNOWN)

    def fact(self, path: str) -> object:
        return self.facts.get(path, UNKNOWN)

    def result(self, path: str) -> object:
        return self.results.get(path, UNKNOWN)

    def rows(self, group: str) -> Sequence[Scope]:
        return [replace(self, names={**self.names, **row}) for row in self.groups.get(group, ())]

    def column(self, path: str) -> Sequence[object]:
        group, _, name = path.partition(".")
        return [row.get(name, UNKNOWN) for row in self.groups.get(group, ())]

    def selected(self, item: str) -> bool:
        return item in self.items

    def paid(self, item: str) -> object:
        return self.payments.get(item, UNKNOWN)

    def points(self, *args: object) -> object:
        return self.score

    def valid(self, validator: str, value: object) -> object:
        return self.validator(validator, value)

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class DefiningScope(PlainScope):
    """A case that leaves its variables to the evaluator."""

    definitions: Mapping[str, str] = field(default_factory=dict)

    def variable(self, name: str) -> Expression | None:
        return parse(self.definitions[name]) if name in self.definitions else None


@dataclass(frozen=True)
class SelfEvaluatingScope(PlainScope):
    """A case that evaluates its variables itself."""

    definitions: Mapping[str, str] = field(default_factory=dict)

    def name(self, name: str) -> object:
        return evaluate(self.definitions[name], self) if name in self.definitions else super().name(name)
