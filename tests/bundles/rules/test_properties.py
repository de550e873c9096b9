"""What holds for every text and every case: it ends, it never raises, and not knowing never decides against anybody."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bundles.rules import UNKNOWN, Names, RuleError, check, evaluate, judge, parse
from bundles.rules.functions import FUNCTIONS, ROW_TESTS
from tests.bundles.rules.library import Definition, bundles
from tests.bundles.rules.scopes import PlainScope

FIELDS = ["a", "b", "c", "d"]
PATHS = ["api:X@p.u", "api:X@p.v"]
SHIPPED = sorted({found.text for document in bundles().values() for found in Definition(document).expressions()})

numbers = st.one_of(
    st.integers(-1000, 1000), st.decimals(-100, 100, places=2), st.floats(allow_nan=True, allow_infinity=True)
)
texts = st.one_of(st.sampled_from(["x", "y", "", "2026-03-02", "350203199403186286"]), st.text(max_size=8))
values = st.one_of(
    st.booleans(), numbers, texts, st.dates(), st.datetimes(), st.lists(texts, max_size=3), st.just(UNKNOWN)
)
known_values = values.filter(lambda value: value is not UNKNOWN)

leaves = st.one_of(
    st.sampled_from(FIELDS),
    st.sampled_from([f'fact("{path}")' for path in PATHS]),
    st.sampled_from(["1", "0", "2.5", '"x"', '"2026-03-02"', "True", "False", "today()", "now()", 'result("I.r")']),
    st.sampled_from(
        ['count("g")', 'total("g.n")', 'distinct("g.n")', 'any_row("g", "n > a")', 'all_rows("g", "n > 1")']
    ),
)


def _grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str, arguments: list[str]) -> str:
        return f"{name}({', '.join(arguments)})"

    plain = sorted(FUNCTIONS.keys() - ROW_TESTS)
    return st.one_of(
        st.builds("({} {} {})".format, parts, st.sampled_from(["+", "-", "*", "/", "and", "or"]), parts),
        st.builds("({} {} {})".format, parts, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), parts),
        st.builds("({} {} ({}, {}))".format, parts, st.sampled_from(["in", "not in"]), parts, parts),
        st.builds("({} in {})".format, parts, parts),
        st.builds("(not {})".format, parts),
        st.builds("(-{})".format, parts),
        st.builds("({} if {} else {})".format, parts, parts, parts),
        st.builds(call, st.sampled_from(plain), st.lists(parts, max_size=3)),
    )


expressions = st.recursive(leaves, _grown, max_leaves=12)
rows = st.lists(st.fixed_dictionaries({}, optional={"n": values}), max_size=4)
scopes = st.builds(
    PlainScope,
    names=st.fixed_dictionaries({}, optional={name: values for name in FIELDS}),
    facts=st.fixed_dictionaries({}, optional={path: st.one_of(values, st.none()) for path in PATHS}),
    results=st.fixed_dictionaries({}, optional={"I.r": values}),
    groups=st.fixed_dictionaries({"g": rows}),
)
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALUES = (bool, int, Decimal, str, date, list, type(None), type(UNKNOWN))


def _agree(less: object, more: object) -> bool:
    """What was found knowing less is what is found knowing more, or unknown."""
    return less is UNKNOWN or (type(less) is type(more) and less == more)


@relaxed
@given(expressions, scopes)
def test_every_expression_ends_with_a_value_of_the_language(text: str, scope: PlainScope) -> None:
    started = time.thread_time()
    value = evaluate(text, scope)
    assert isinstance(value, VALUES)
    assert time.thread_time() - started < 0.5
    assert judge(text, scope) in (True, False, UNKNOWN)


@relaxed
@given(st.text(max_size=300), scopes)
def test_any_text_is_refused_or_evaluated(text: str, scope: PlainScope) -> None:
    assert isinstance(evaluate(text, scope), VALUES)
    for problem in check(text, Names()):
        assert problem.message
        assert 0 <= problem.position <= len(problem.text)


@relaxed
@given(st.sampled_from(SHIPPED), st.data())
def test_a_shipped_expression_with_letters_changed_is_refused_or_evaluated(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 3))
    piece = data.draw(st.text("()[]'\"=<>+-*/., \nabTF0159@:年", max_size=3))
    changed = text[:place] + piece + text[place + length :]
    assert isinstance(evaluate(changed, PlainScope()), VALUES)
    try:
        assert parse(changed).text == changed
    except RuleError as error:
        assert 0 <= error.position <= len(changed)


@relaxed
@given(expressions, scopes, st.sampled_from([*FIELDS, *PATHS, "I.r"]))
def test_forgetting_one_input_never_turns_the_verdict_round(text: str, scope: PlainScope, hidden: str) -> None:
    less = replace(
        scope,
        names={name: value for name, value in scope.names.items() if name != hidden},
        facts={path: value for path, value in scope.facts.items() if path != hidden},
        results={path: value for path, value in scope.results.items() if path != hidden},
    )
    assert _agree(evaluate(text, less), evaluate(text, scope))


@relaxed
@given(expressions, scopes, st.integers(0, 3))
def test_forgetting_one_cell_of_a_row_never_turns_the_verdict_round(text: str, scope: PlainScope, row: int) -> None:
    assume(row < len(scope.groups["g"]))
    cut = [cells if n != row else {} for n, cells in enumerate(scope.groups["g"])]
    assert _agree(evaluate(text, replace(scope, groups={"g": cut})), evaluate(text, scope))


@relaxed
@given(expressions, scopes, st.sampled_from(PATHS))
def test_a_register_without_a_record_decides_no_more_than_one_that_is_down(
    text: str, scope: PlainScope, path: str
) -> None:
    without_record = replace(scope, facts={**scope.facts, path: None})
    down = replace(scope, facts={known: value for known, value in scope.facts.items() if known != path})
    found, missing = evaluate(text, without_record), evaluate(text, down)
    assert _agree(missing, found)
    assert found is None or _agree(found, missing)


@relaxed
@given(known_values, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in"]), scopes)
def test_a_comparison_with_unknown_is_unknown_whatever_the_other_side(value: Any, sign: str, scope: PlainScope) -> None:
    case = replace(scope, names={"a": value})
    assert evaluate(f"a {sign} b", case) is UNKNOWN
    assert evaluate(f"b {sign} a", case) is UNKNOWN


@relaxed
@given(numbers, numbers)
def test_numbers_are_ordered_one_way(x: Any, y: Any) -> None:
    case = PlainScope(names={"x": x, "y": y})
    verdicts = [evaluate(text, case) for text in ("x < y", "x == y", "x > y")]
    assert verdicts == [UNKNOWN] * 3 or verdicts.count(True) == 1


@relaxed
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-1200, 1200))
def test_so_many_months_later_so_many_months_have_passed(day: date, months: int) -> None:
    case = PlainScope(names={"d": day, "n": months})
    passed = evaluate("months(d, add_months(d, n))", case)
    assert passed == months or (months < 0 and day.day > 28 and passed in (months, months + 1))
