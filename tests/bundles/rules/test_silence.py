"""Silence refuses nobody: a register without a record, or one that does not answer, never turns a yes into a no.

For every condition that can refuse (rules of automatic decisions, eligibility, constraints) cases are made up that
pass it; then each register the condition reads is switched to empty and to unavailable, one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from bundles.rules import UNKNOWN, Expression, Scope, evaluate, judge_to_refuse, parse
from bundles.rules.nodes import Constant
from tests.bundles.rules.library import Definition, bundles, registers
from tests.bundles.rules.scopes import NOW

DEFINITIONS = {name: Definition(document) for name, document in bundles().items()}
TRIES = 600
REFUSING = frozenset({"reject", "skip"})


@dataclass
class MadeUp:
    """A case that makes up a value for whatever is asked, always the same one for the same question."""

    definition: Definition
    random: Random
    constants: Sequence[Any]
    known: dict[str, Any] = field(default_factory=dict)
    row: str = ""

    def _value(self, key: str, kind: str, options: Sequence[Any] = ()) -> Any:
        place = f"{self.row}{key}"
        if place not in self.known:
            self.known[place] = self._made(kind, options)
        return self.known[place]

    def _made(self, kind: str, options: Sequence[Any]) -> Any:
        if kind in ("multi", "list"):
            return self.random.sample(list(options) or ["x"], k=1)
        if options:
            return self.random.choice(list(options))
        if kind == "bool":
            return self.random.random() < 0.5
        if kind in ("integer", "number", "money"):
            numbers = [c for c in self.constants if isinstance(c, int | float) and not isinstance(c, bool)]
            return self.random.choice([0, 1, 2, 12, 60, 500, *(n + d for n in numbers for d in (-1, 0, 1))])
        if kind == "date":
            return date(2026, 11, 21) + timedelta(
                days=self.random.choice([-30000, -12000, -7000, -400, -30, 0, 30, 400])
            )
        if kind == "datetime":
            return NOW + timedelta(days=self.random.choice([-400, -30, -1, 0, 1, 30, 400]))
        return self.random.choice([c for c in self.constants if isinstance(c, str)] + ["x", "x"])

    def name(self, name: str) -> object:
        definition = self.definition
        fields, options = definition.fields, definition.options
        if name in fields or name in definition.questions:
            kind = fields[name]["type"] if name in fields else definition.questions[name]["kind"]
            return self._value(name, kind, options.get(name, ()))
        return {"by_agent": False, "channel": "online"}.get(
            name, definition.variables.get(name, {}).get("value", UNKNOWN)
        )

    def variable(self, name: str) -> Expression | None:
        text = self.definition.variables.get(name, {}).get("expr")
        return parse(text) if text else None

    def fact(self, path: str) -> object:
        register, _, rest = path.partition("@")
        if path not in self.known and self.random.random() < 0.15:
            self.known[path] = None
        return self._value(path, registers().get(register, {}).get(rest.partition(".")[2], "text"))

    def result(self, path: str) -> object:
        item, _, name = path.partition(".")
        return self._value(f"result:{path}", self.definition.results.get(item, {}).get(name, "text"))

    def rows(self, group: str) -> Sequence[Scope]:
        return [MadeUp(self.definition, self.random, self.constants, self.known, f"{group}.{n}.") for n in range(2)]

    def column(self, path: str) -> Sequence[object]:
        group, _, name = path.partition(".")
        return [row.name(name) for row in self.rows(group)]

    def selected(self, item: str) -> bool:
        return bool(self._value(f"selected:{item}", "bool"))

    def paid(self, item: str) -> object:
        return True

    def points(self, *args: object) -> object:
        return self._value("points", "integer")

    def valid(self, validator: str, value: object) -> object:
        return True

    def now(self) -> datetime:
        return NOW

    def facts_read(self) -> list[str]:
        return [key for key in self.known if key.split(".")[-2:] and ("api:" in key or "licence:" in key)]


def refusing(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every condition whose falsehood refuses something, with where it stands."""
    document = definition.document
    for item in document["items"]:
        for rule in item["decision"].get("rules") or ():
            if item["decision"]["kind"] == "auto" and rule["fail"] in REFUSING:
                yield f"{item['id']}.{rule['id']}", rule["expr"]
    for condition in document.get("eligibility") or ():
        yield f"eligibility.{condition['id']}", condition["expr"]
    for condition in document.get("constraints") or ():
        if isinstance(condition, dict):
            yield f"constraints.{condition['id']}", condition["expr"]


def constants_of(definition: Definition, expression: Expression) -> list[Any]:
    found: list[Any] = []
    seen: set[str] = set()

    def collect(text: str) -> None:
        if text in seen:
            return
        seen.add(text)
        parsed = parse(text)
        found.extend(_constants(parsed.root))
        for name in parsed.names:
            inner = definition.variables.get(name, {}).get("expr")
            if inner:
                collect(inner)

    collect(expression.text)
    return found


def _constants(node: Any) -> Iterator[Any]:
    if isinstance(node, Constant):
        value = node.value
        yield float(value) if value is not None and not isinstance(value, bool | int | str) else value
        return
    for name in getattr(node, "__dataclass_fields__", ()):
        part = getattr(node, name)
        for one in part if isinstance(part, tuple) else (part,):
            if hasattr(one, "__dataclass_fields__"):
                yield from _constants(one)


def passing(definition: Definition, expression: Expression, number: int) -> Iterator[MadeUp]:
    """Made-up cases that satisfy a condition."""
    constants = constants_of(definition, expression)
    for seed in range(TRIES):
        case = MadeUp(definition, Random(f"{number}/{seed}"), constants)
        if evaluate(expression, case) is True:
            yield case


@pytest.mark.parametrize("name", DEFINITIONS)
def test_switching_one_register_to_empty_or_unavailable_refuses_nobody(name: str) -> None:
    definition = DEFINITIONS[name]
    refused = []
    never_passed = []
    for number, (place, text) in enumerate(refusing(definition)):
        expression = parse(text)
        cases = [case for _, case in zip(range(12), passing(definition, expression, number), strict=False)]
        if not cases:
            never_passed.append(place)
        for case in cases:
            for path in case.facts_read():
                for silence in (None, UNKNOWN):
                    silent = MadeUp(definition, case.random, case.constants, {**case.known, path: silence})
                    if judge_to_refuse(expression, silent) is False:
                        refused.append((place, path, silence))
    assert sorted(set(map(str, refused))) == []
    assert never_passed == []
