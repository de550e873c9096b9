"""The sentences of the schema about what is not known."""

from __future__ import annotations

import copy
import pickle
from itertools import product
from typing import Any

import pytest

from bundles.rules import UNKNOWN, evaluate, judge, parse, truth
from tests.bundles.rules.scopes import DefiningScope, PlainScope, SelfEvaluatingScope

U = UNKNOWN
FACT = "api:MI_PERSON@mother.months_city"

AND = {(True, True): True, (True, False): False, (True, U): U, (False, False): False, (False, U): False, (U, U): U}
OR = {(True, True): True, (True, False): True, (True, U): True, (False, False): False, (False, U): U, (U, U): U}


def value(text: str, **inputs: Any) -> object:
    return evaluate(text, PlainScope(**inputs))


@pytest.mark.parametrize(("a", "b"), list(product((True, False, U), repeat=2)))
def test_and_and_or_follow_kleene(a: object, b: object) -> None:
    names = {"a": a, "b": b}
    assert value("a and b", names=names) is (AND.get((a, b)) if (a, b) in AND else AND[b, a])
    assert value("a or b", names=names) is (OR.get((a, b)) if (a, b) in OR else OR[b, a])


@pytest.mark.parametrize(("a", "denied"), [(True, False), (False, True), (U, U)])
def test_not_follows_kleene(a: object, denied: object) -> None:
    assert value("not a", names={"a": a}) is denied


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("facts", [{FACT: None}, {}], ids=["no record", "register down"])
def test_comparison_with_a_fact_that_is_not_known_is_unknown(sign: str, facts: dict[str, object]) -> None:
    assert value(f'fact("{FACT}") {sign} 6', facts=facts) is UNKNOWN
    assert value(f'6 {sign} fact("{FACT}")', facts=facts) is UNKNOWN


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
def test_comparison_with_an_unanswered_name_is_unknown(sign: str) -> None:
    assert value(f"kin {sign} 6") is UNKNOWN


@pytest.mark.parametrize("text", ["a + 1", "1 - a", "a * 0", "a / 2", "2 / a", "-a", "-(a + 1)"])
@pytest.mark.parametrize("a", [U, None])
def test_arithmetic_with_unknown_is_unknown(text: str, a: object) -> None:
    assert value(text, names={"a": a}) is UNKNOWN


@pytest.mark.parametrize(
    ("facts", "is_none", "is_not_none"),
    [({FACT: None}, True, False), ({FACT: 7}, False, True), ({}, U, U)],
    ids=["no record", "record", "register down"],
)
def test_none_asks_a_register_for_no_record_and_an_outage_is_no_answer(
    facts: dict[str, object], is_none: object, is_not_none: object
) -> None:
    assert value(f'fact("{FACT}") == None', facts=facts) is is_none
    assert value(f'None == fact("{FACT}")', facts=facts) is is_none
    assert value(f'fact("{FACT}") != None', facts=facts) is is_not_none


def test_none_asks_an_applicants_field_for_no_answer_and_always_knows() -> None:
    assert value("clue == None") is True
    assert value("clue != None") is False
    assert value("clue == None", names={"clue": "旧厂房"}) is False
    assert value("clue != None", names={"clue": "旧厂房"}) is True


def test_none_asks_an_upstream_result_like_a_register() -> None:
    assert value('result("MOVE_OUT.paper_no") != None') is UNKNOWN
    assert value('result("MOVE_OUT.paper_no") != None', results={"MOVE_OUT.paper_no": "350203-1"}) is True
    assert value('fact("result:MOVE_OUT.paper_no") == None', results={"MOVE_OUT.paper_no": None}) is True


@pytest.mark.parametrize("text", ["(a + 1) == None", "(a > 1) == None", "age(a) == None", "max(a, 1) == None"])
def test_what_is_computed_from_an_unanswered_field_is_not_an_unanswered_field(text: str) -> None:
    assert value(text) is UNKNOWN


def test_only_none_as_written_asks_for_no_record() -> None:
    assert value(f'a == fact("{FACT}")', names={"a": None}, facts={FACT: None}) is UNKNOWN
    assert value("None == None") is True
    assert value("1 < None") is UNKNOWN


@pytest.mark.parametrize(
    ("text", "fact", "expected"),
    [
        ("in (0, None)", None, True),
        ("in (0, None)", 0, True),
        ("in (0, None)", 3, False),
        ("in (0, None)", U, U),
        ("not in (0, None)", None, False),
        ("not in (0, None)", U, U),
        ("in (1, 2)", None, U),
        ("not in (1, 2)", None, U),
        ("not in (1, 2)", 3, True),
        ("in []", 3, False),
    ],
)
def test_none_among_the_listed_values_asks_for_no_record(text: str, fact: object, expected: object) -> None:
    assert value(f'fact("{FACT}") {text}', facts={FACT: fact}) is expected


def test_membership_is_known_as_soon_as_one_known_entry_is_met() -> None:
    names = {"child_ethnic": "01", "mother_ethnic": "01"}
    assert value("child_ethnic in (father_ethnic, mother_ethnic)", names=names) is True
    assert value("child_ethnic in (father_ethnic, mother_ethnic)", names=names | {"mother_ethnic": "02"}) is UNKNOWN
    assert value("work_kind in (a, None)") is True


def test_a_choice_with_an_unknown_condition_is_unknown() -> None:
    assert value("1 if a else 2") is UNKNOWN
    assert value("(1 if a else 2) == None") is UNKNOWN
    assert value("x if a else 2", names={"a": True}) is UNKNOWN
    assert value("x if a else 2", names={"a": False}) == 2


def test_a_branch_not_taken_is_not_read() -> None:
    trace: list[Any] = []
    assert evaluate("1 if a else x", PlainScope(names={"a": True}), trace) == 1
    assert [reading.key for reading in trace] == ["a"]


MIXED_KINDS = [
    *['"1" == 1', '1 != "1"', "True == 1", '"a" < "b"', '"9" < "10"', "True < False", "[1] < [2]"],
    *['"x" + "y"', '"a" * 3', "True + 1", "1 / 0", "1 / 0.0", "today() + 1", "today() - today()"],
    *["today() > 5", '"2026-02-30" < today()', "not 1", "1 and True", '"Y" or False', "1 if 1 else 2"],
    *["5 in 5", '5 in "5"'],
]


@pytest.mark.parametrize("text", MIXED_KINDS)
def test_a_mix_of_kinds_is_unknown_and_never_a_refusal(text: str) -> None:
    assert value(text) is UNKNOWN


@pytest.mark.parametrize("name", ["level", "alias"])
def test_a_variable_keeps_the_cause_of_not_being_known(name: str) -> None:
    path = "api:DISABILITY_INFO@pwd.dis_level"
    definitions = {"level": f'fact("{path}")', "alias": "level"}
    down = DefiningScope(definitions=definitions)
    without_record = DefiningScope(definitions=definitions, facts={path: None})
    assert evaluate(f"{name} == None", down) is UNKNOWN
    assert evaluate(f"{name} == None", without_record) is True
    assert evaluate(f'{name} in ("1", "2")', without_record) is UNKNOWN


def test_a_variable_that_stands_for_a_field_asks_for_its_answer() -> None:
    scope = DefiningScope(definitions={"v": "clue"})
    assert evaluate("v == None", scope) is True


def test_a_variable_of_a_computed_value_is_not_an_unanswered_field() -> None:
    assert evaluate("old == None", DefiningScope(definitions={"old": "age(birth_date) >= 60"})) is UNKNOWN


def test_a_scope_may_evaluate_its_variables_itself() -> None:
    scope = SelfEvaluatingScope(definitions={"min_months": "180 + extra", "extra": "6 * 2"})
    assert evaluate("min_months >= 192", scope) is True


def test_a_variable_that_needs_itself_is_unknown() -> None:
    circle = {"a": "b + 1", "b": "a + 1"}
    assert evaluate("a > 0", DefiningScope(definitions=circle)) is UNKNOWN
    assert evaluate("a > 0", SelfEvaluatingScope(definitions=circle)) is UNKNOWN


def test_a_bare_fact_without_record_is_none_as_a_value_and_unknown_as_a_verdict() -> None:
    scope = PlainScope(facts={FACT: None})
    assert evaluate(f'fact("{FACT}")', scope) is None
    assert judge(f'fact("{FACT}")', scope) is UNKNOWN
    assert judge("n", PlainScope(names={"n": 3})) is UNKNOWN
    assert judge("n > 2", PlainScope(names={"n": 3})) is True


def test_unknown_cannot_be_mistaken_for_a_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(UNKNOWN)
    assert truth(UNKNOWN) is truth(None) is truth("Y") is UNKNOWN


def test_unknown_stays_itself_when_copied() -> None:
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN


def test_a_chain_of_comparisons_holds_where_every_link_does() -> None:
    assert value("0 < a < 10", names={"a": 3}) is True
    assert value("0 < a < 2", names={"a": 3}) is False
    assert value("5 < a < b", names={"a": 3}) is False
    assert value("1 < a < b", names={"a": 3}) is UNKNOWN


def test_a_scope_that_fails_is_one_that_does_not_know() -> None:
    class Broken(PlainScope):
        def fact(self, path: str) -> object:
            raise ConnectionError(path)

    assert evaluate(f'fact("{FACT}") > 1 or True', Broken()) is True
    assert evaluate(f'fact("{FACT}") == None', Broken()) is UNKNOWN


def test_an_expression_is_equal_by_its_text_and_can_be_stored() -> None:
    assert pickle.loads(pickle.dumps(parse("a + 1"))) == parse("a + 1")
    assert value("a + 1", names={"a": 1}) == evaluate(pickle.loads(pickle.dumps(parse("a + 1"))), PlainScope({"a": 1}))
