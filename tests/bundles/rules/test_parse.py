"""What the language takes and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from bundles.rules import Call, RuleError, parse

REFUSED = [
    ("", "syntax"),
    ("   ", "syntax"),
    ("a +", "syntax"),
    ("a = 1", "syntax"),
    ("a; b", "syntax"),
    ("import os", "syntax"),
    ("a\x00b", "syntax"),
    ("a.b", "node"),
    ("a[0]", "node"),
    ("().__class__", "node"),
    ("lambda: 1", "node"),
    ("[x for x in y]", "node"),
    ("{x: 1}", "node"),
    ("{1, 2}", "node"),
    ("f'{a}'", "node"),
    ("(a := 1)", "node"),
    ("2 ** 3", "node"),
    ("7 // 2", "node"),
    ("7 % 2", "node"),
    ("1 << 99", "node"),
    ("~a", "node"),
    ("+a", "node"),
    ("a is None", "node"),
    ("a is not None", "node"),
    ("b'x'", "node"),
    ("1j", "node"),
    ("...", "node"),
    ("1e999", "node"),
    ("10000000000000000000", "node"),
    ("has(*a)", "node"),
    ("has(x=1)", "node"),
    ("round(1.5, n=2)", "node"),
    ("await a", "node"),
    ("(yield a)", "node"),
    ("open('x')", "function"),
    ("eval('1')", "function"),
    ("__import__('os')", "function"),
    ("a.b()", "function"),
    ("(lambda: 1)()", "function"),
    ("a()()", "function"),
    ('any_row("g")', "argument"),
    ('any_row("g", x)', "argument"),
    ('all_rows(g, "x")', "argument"),
    ('all_rows("g", "x", 1)', "argument"),
    ('all_rows("g", "x +")', "syntax"),
    ('all_rows("g", "open(\'x\')")', "function"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_the_language_does_not_have_is_refused(text: str, code: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.message
    assert 0 <= caught.value.position <= len(text)


@pytest.mark.parametrize("text", [None, 5, b"a"])
def test_only_a_text_is_an_expression(text: Any) -> None:
    with pytest.raises(RuleError):
        parse(text)


def test_an_expression_may_have_2048_bytes_and_not_one_more() -> None:
    padding = "a == '" + "x" * (2048 - 7) + "'"
    assert len(padding.encode()) == 2048
    parse(padding)
    with pytest.raises(RuleError) as caught:
        parse(padding.replace("xx", "xxx", 1))
    assert caught.value.code == "size"
    with pytest.raises(RuleError):
        parse("a == '" + "渣" * 683 + "'")


def test_an_expression_may_be_20_deep_and_not_one_deeper() -> None:
    parse("not " * 19 + "a")
    with pytest.raises(RuleError) as caught:
        parse("not " * 20 + "a")
    assert caught.value.code == "depth"


def test_the_rows_of_a_row_test_count_into_its_depth() -> None:
    parse("not " * 17 + "any_row('g', 'not a')")
    with pytest.raises(RuleError) as caught:
        parse("not " * 17 + "any_row('g', 'not not a')")
    assert caught.value.code == "depth"


def test_the_position_counts_characters_of_the_text() -> None:
    for text in ('zh == "渣土" and a.b', '  zh == "渣土" and a.b', '(zh ==\n "渣土" and a.b)'):
        with pytest.raises(RuleError) as caught:
            parse(text)
        assert caught.value.position == text.index("a.b")


def test_an_expression_tells_what_it_speaks_of() -> None:
    expression = parse(
        'kind in ("a", b) and all_rows("staff", "age(st_birth) > n") and fact("api:X@row.y") == has(m, c)'
    )
    assert expression.names == {"kind", "b", "m", "c"}
    assert expression.row_names == {("staff", "st_birth"), ("staff", "n")}
    assert set(expression.calls) == {
        Call("all_rows", ("staff", "age(st_birth) > n")),
        Call("age", (None,)),
        Call("fact", ("api:X@row.y",)),
        Call("has", (None, None)),
    }


def test_the_same_text_is_parsed_once() -> None:
    assert parse("a + b * 2") is parse("a + b * 2")


def test_space_around_and_lines_within_brackets_do_not_matter() -> None:
    assert parse("  a and b \n").names == parse("(a\n and b)").names == {"a", "b"}
