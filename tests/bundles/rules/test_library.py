"""Every expression of the shipped definitions, read as the product reads it."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from bundles.rules import UNKNOWN, check, evaluate, parse
from tests.bundles.rules.library import Definition, SampleScope, bundles
from tests.bundles.rules.scopes import DefiningScope

DEFINITIONS = {name: Definition(document) for name, document in bundles().items()}


def test_all_shipped_definitions_are_read() -> None:
    assert len(DEFINITIONS) == 19
    assert sum(len(list(definition.expressions())) for definition in DEFINITIONS.values()) > 700


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_shipped_expression_is_faultless(name: str) -> None:
    definition = DEFINITIONS[name]
    faults = {found.path: check(found.text, definition.names(found.row)) for found in definition.expressions()}
    assert {path: problems for path, problems in faults.items() if problems} == {}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_shipped_expression_has_a_known_value_where_everything_is_known(name: str) -> None:
    definition = DEFINITIONS[name]
    values = {found.path: evaluate(found.text, SampleScope(definition)) for found in definition.expressions()}
    assert [path for path, value in values.items() if value is UNKNOWN or value is None] == []


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_shipped_condition_is_true_or_false_and_no_other_value(name: str) -> None:
    definition = DEFINITIONS[name]
    rules = [rule for item in definition.document["items"] for rule in item["decision"].get("rules", [])]
    texts = [rule["expr"] for rule in [*rules, *definition.document.get("eligibility", [])]]
    assert [text for text in texts if not isinstance(evaluate(text, SampleScope(definition)), bool)] == []


@pytest.mark.parametrize("name", DEFINITIONS)
def test_hiding_one_input_of_a_shipped_expression_never_changes_the_verdict_to_another(name: str) -> None:
    definition = DEFINITIONS[name]
    for found in definition.expressions():
        expression = parse(found.text)
        known = evaluate(expression, SampleScope(definition))
        paths = {str(call.args[0]) for call in expression.calls if call.function == "fact"}
        asked = {call.args[0] for call in expression.calls if call.function in ("has", "selected")}
        for hidden in paths | (expression.names - asked if "None" not in found.text else set()):
            assert evaluate(expression, SampleScope(definition, frozenset({hidden}))) in (known, UNKNOWN), found


@pytest.mark.parametrize("example", DEFINITIONS["08_retirement"].document["examples"], ids=lambda e: e["birth_date"])
def test_the_worked_examples_of_retirement_come_out(example: dict[str, Any]) -> None:
    variables = DEFINITIONS["08_retirement"].variables
    definitions = {name: variable["expr"] for name, variable in variables.items() if "expr" in variable}
    scope = DefiningScope(names=example, definitions=definitions)
    legal = evaluate("legal_date", scope)
    assert isinstance(legal, date)
    assert (evaluate("delay_months", scope), f"{legal:%Y-%m}") == (example["delay_months"], example["legal"])


def test_the_expressions_of_a_definition_take_milliseconds() -> None:
    definition = DEFINITIONS["08_retirement"]
    expressions = [parse(found.text) for found in definition.expressions()]
    started = time.thread_time()
    for expression in expressions:
        evaluate(expression, SampleScope(definition))
    assert time.thread_time() - started < 0.5
