"""No text makes the evaluator hang, grow or fall."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

from bundles.rules import UNKNOWN, RuleError, Scope, evaluate
from tests.bundles.rules.scopes import NOW, DefiningScope, PlainScope, SelfEvaluatingScope

HOSTILE = {
    "deep brackets": "(" * 20_000,
    "deep brackets, short": "(" * 1000 + "1" + ")" * 1000,
    "a megabyte of or": "a or " * 200_000 + "a",
    "two kilobytes of or": "a or " * 400 + "a",
    "nested lists": "[" * 1000 + "]" * 1000,
    "many minus signs": "-" * 2000 + "1",
    "many nots": "not " * 500 + "a",
    "a long sum": "1" + "+1" * 20_000,
    "a sum within the size": "1" + "+1" * 1000,
    "a list times a number": "[[0]*9999]*9999",
    "a text times a number": '"a"*10**9',
    "a power": "10**10**10",
    "a growing product": "*".join(["999999999999"] * 60),
    "a large range": "[1..10000000000]",
    "long digits": "9" * 2000,
    "a long exponent": "1e" + "9" * 100,
    "a tiny exponent": "1e-999999999",
    "nested calls": "abs(" * 400 + "1" + ")" * 400,
    "nested choices": "1 if a else " * 150 + "2",
    "chained comparisons": "1" + "<2" * 900,
    "escapes": '"' + "\\N{LATIN SMALL LETTER A}" * 60 + '"',
    "broken escapes": '"\\N{" + "\\x"',
    "format": '"{0.__class__}".format(a)',
    "surrogates": '"\ud800" == a',
    "rows in rows": "any_row('g', \"any_row('g', 'n > 5')\") and " * 8 + "a",
    "membership in a long list": " and ".join(["99999 not in long"] * 90),
    "overlap of long lists": " and ".join(["not intersects(long, long)"] * 60),
    "sums of long columns": " + ".join(["total('wide.n')"] * 100),
}


class WideScope(PlainScope):
    """A case with thousands of rows."""

    def rows(self, group: str) -> Sequence[Scope]:
        return [PlainScope(names={"n": n % 5}, groups={"g": ()}) if group == "leaf" else self for n in range(5000)]

    def column(self, path: str) -> Sequence[object]:
        return list(range(9000))


WIDE = WideScope(names={"a": True, "long": list(range(9000)), "n": 1})


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_ends_in_time(text: str) -> None:
    started = time.thread_time()
    value = evaluate(text, WIDE)
    assert time.thread_time() - started < 0.5
    assert value is UNKNOWN or isinstance(value, (bool, int)) or len(str(value)) < 100


@pytest.mark.parametrize("name", ["rows in rows", "membership in a long list", "sums of long columns"])
def test_work_beyond_the_steps_is_unknown(name: str) -> None:
    assert evaluate(HOSTILE[name], WIDE) is UNKNOWN


def test_a_pause_of_the_machine_leaves_a_small_expression_known() -> None:
    class Paused(PlainScope):
        def name(self, name: str) -> object:
            until = time.thread_time() + 0.08
            while time.thread_time() < until:
                pass
            return 1

    assert evaluate("a == 1 and a < 2", Paused()) is True


def test_a_thousand_rows_are_judged() -> None:
    rows = [{"n": n} for n in range(1000)]
    assert evaluate('all_rows("g", "n >= 0")', PlainScope(groups={"g": rows})) is True


def test_an_evaluation_within_an_evaluation_shares_its_bounds() -> None:
    class Recursing(PlainScope):
        def points(self, *args: object) -> object:
            return evaluate("points() + 1", self)

    assert evaluate("points() > 0", Recursing()) is UNKNOWN


@pytest.mark.parametrize("kind", [DefiningScope, SelfEvaluatingScope])
def test_variables_that_fan_out_end_in_time(kind: type[Any]) -> None:
    definitions = {f"v{n}": " + ".join([f"v{n + 1}"] * 40) for n in range(8)} | {"v8": "1"}
    started = time.thread_time()
    assert evaluate("v0 >= 0", kind(definitions=definitions)) in (True, UNKNOWN)
    assert time.thread_time() - started < 0.5


def test_a_long_chain_of_variables_is_unknown_not_an_error() -> None:
    definitions = {f"v{n}": f"v{n + 1} + 1" for n in range(500)}
    assert evaluate("v0 > 0", DefiningScope(definitions=definitions)) is UNKNOWN
    assert evaluate("v0 > 0", SelfEvaluatingScope(definitions=definitions)) is UNKNOWN


def test_a_scope_that_waits_ends_the_evaluation() -> None:
    class Slow(PlainScope):
        def fact(self, path: str) -> object:
            time.sleep(0.3)
            return 1

    started = time.monotonic()
    text = " + ".join(f'fact("api:X@y.f{n}")' for n in range(20))
    assert evaluate(text, Slow()) is UNKNOWN
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "value",
    [10**19, float("inf"), float("nan"), 1e300, "x" * 10_001, list(range(10_001)), [[1] * 10_000] * 10_000],
    ids=["integer", "infinite", "not a number", "float", "text", "list", "list of lists"],
)
def test_an_oversized_value_from_outside_is_unknown(value: object) -> None:
    scope = PlainScope(facts={"api:X@y.z": value})
    assert evaluate('fact("api:X@y.z") == 1', scope) is UNKNOWN
    assert evaluate('size(fact("api:X@y.z")) == 1', scope) in (UNKNOWN, False)


def test_a_value_of_a_foreign_kind_is_unknown() -> None:
    assert evaluate("a == 1", PlainScope(names={"a": object()})) is UNKNOWN
    assert evaluate("a == a", PlainScope(names={"a": {"k": 1}})) is UNKNOWN
    assert evaluate("a < 1", PlainScope(names={"a": 1j})) is UNKNOWN


def test_a_broken_text_is_unknown_when_evaluated() -> None:
    assert evaluate("a +", PlainScope()) is UNKNOWN
    assert evaluate(None, PlainScope()) is UNKNOWN  # type: ignore[arg-type]


def test_a_scope_without_a_clock_leaves_dates_unknown() -> None:
    assert evaluate("today() > '2020-01-01'", PlainScope(at=None)) is UNKNOWN  # type: ignore[arg-type]
    assert evaluate("today() > '2020-01-01'", PlainScope(at=NOW)) is True


def test_a_refusal_says_what_is_wrong_in_chinese() -> None:
    with pytest.raises(RuleError, match="表达式"):
        from bundles.rules import parse

        parse("(" * 3000)
