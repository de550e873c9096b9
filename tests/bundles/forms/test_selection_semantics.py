"""增减语义: what the answers switch on and off, on small made-up bundles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bundles.forms import Context, Row, check_constraints, check_eligibility, scope, select
from bundles.rules import evaluate
from tests.bundles.forms.world import Registers, field, filing, item, question, section, small

ADDS_B = question("q", {"value": "yes", "adds": ["B"]}, {"value": "no"})
DROPS_B = question("q", {"value": "yes"}, {"value": "no", "drops": ["B"]})
BOTH = question("q", {"value": "add", "adds": ["B"]}, {"value": "drop", "drops": ["B"]}, kind="multi")


@pytest.mark.parametrize(
    ("select_b", "asked", "answer", "ticks", "is_on"),
    [
        ("required", None, None, [], True),
        ("required", ADDS_B, None, [], False),
        ("required", ADDS_B, "yes", [], True),
        ("required", DROPS_B, None, [], True),
        ("required", DROPS_B, "no", [], False),
        ("required", BOTH, None, [], False),
        ("required", BOTH, ["add"], [], True),
        ("required", BOTH, ["add", "drop"], [], False),
        ("conditional", None, None, [], False),
        ("conditional", ADDS_B, "no", [], False),
        ("conditional", ADDS_B, "yes", [], True),
        ("conditional", BOTH, ["add", "drop"], [], False),
        ("optional", None, None, [], False),
        ("optional", None, None, ["B"], True),
        ("optional", ADDS_B, "yes", [], False),
        ("optional", ADDS_B, "no", ["B"], False),
        ("optional", ADDS_B, "yes", ["B"], True),
        ("optional", DROPS_B, "no", ["B"], False),
        ("runtime", ADDS_B, "no", [], False),
        ("runtime", ADDS_B, "yes", [], True),
    ],
)
def test_an_item_is_on_by_this_table(
    select_b: str, asked: Mapping[str, Any] | None, answer: Any, ticks: list[str], is_on: bool
) -> None:
    definition = small(items=[item("A"), item("B", select_b)], guidance=[asked] if asked else [])
    chosen = select(filing(definition, guidance={"q": answer} if answer else {}, ticks=ticks))
    assert ("B" in chosen.items) is is_on


@pytest.mark.parametrize(("when", "is_on"), [("1 == 1", True), ("1 == 2", False), ("unanswered == 1", False)])
def test_a_true_when_switches_a_conditional_item_on(when: str, is_on: bool) -> None:
    definition = small(items=[item("A"), item("B", "conditional", when=when)])
    assert ("B" in select(filing(definition)).items) is is_on


def test_a_drop_beats_a_true_when() -> None:
    definition = small(items=[item("A"), item("B", "conditional", when="1 == 1")], guidance=[DROPS_B])
    assert "B" not in select(filing(definition, guidance={"q": "no"})).items


def test_an_optional_item_is_offered_before_it_is_ticked() -> None:
    definition = small(items=[item("A"), item("B", "optional")])
    assert select(filing(definition)).offered == ("B",)


def test_a_question_that_is_not_asked_adds_nothing() -> None:
    hidden = question("hidden", {"value": "yes", "adds": ["B"]}, when='q == "yes"')
    first = question("q", {"value": "yes"}, {"value": "no"})
    definition = small(items=[item("A"), item("B", "conditional")], guidance=[first, hidden])
    answers = {"q": "no", "hidden": "yes"}
    chosen = select(filing(definition, guidance=answers))
    assert chosen.questions == ("q",)
    assert "B" not in chosen.items
    assert "hidden" not in chosen.answered
    assert "B" in select(filing(definition, guidance={**answers, "q": "yes"})).items


def test_a_field_shows_only_for_an_item_that_needs_it() -> None:
    form = {"sections": [section(field("a", items=["A"]), field("b", items=["B"]))]}
    definition = small(items=[item("A"), item("B", "conditional")], guidance=[ADDS_B], form=form)
    assert select(filing(definition)).fields == {"a"}
    assert select(filing(definition, guidance={"q": "yes"})).fields == {"a", "b"}


def test_a_section_that_is_off_hides_its_fields_and_a_section_of_nothing_is_not_shown() -> None:
    form = {
        "sections": [
            section(field("a"), name="s_off", when="1 == 2"),
            section(field("b", system=True), name="s_system"),
            section(field("c"), name="s_on"),
        ]
    }
    chosen = select(filing(small(form=form)))
    assert chosen.sections == ("s_on",)
    assert chosen.fields == {"b", "c"}


def test_a_paper_in_adds_waits_for_its_answer_and_its_item() -> None:
    paper = {"id": "M", "zh": "证明", "en": "Proof", "form": "both", "required": True, "items": ["B"]}
    asked = question("q", {"value": "yes", "adds": ["M"]}, {"value": "no"})
    both = small(guidance=[asked], materials=[paper])
    assert select(filing(both)).materials == ()
    assert select(filing(both, guidance={"q": "yes"})).materials == ("M",)
    without = small(items=[item("A"), item("B", "conditional")], guidance=[asked], materials=[paper])
    assert select(filing(without, guidance={"q": "yes"})).materials == ()


def test_whens_settle_in_a_chain_whatever_their_order() -> None:
    form = {
        "sections": [
            section(
                field("third", when='second == "x"'),
                field("second", when='first == "x"'),
                field("first", when='selected("B")'),
            )
        ]
    }
    definition = small(items=[item("A"), item("B", "conditional")], guidance=[ADDS_B], form=form)
    filled = {"first": "x", "second": "x", "third": "x"}
    assert select(filing(definition, filled, guidance={"q": "yes"})).fields == {"first", "second", "third"}
    assert select(filing(definition, filled)).fields == frozenset()


def test_whens_that_chase_each_other_end_switched_off() -> None:
    form = {"sections": [section(field("a", when='b != "x"'), field("b", when='a == "x"'))]}
    context = filing(small(form=form), {"a": "x", "b": "x"})
    chosen = select(context)
    assert chosen == select(context)
    assert "a" not in chosen.fields or "b" not in chosen.fields


def test_a_field_inside_a_block_shows_where_its_own_row_says_so() -> None:
    form = {"sections": [section(field("kind"), field("extra", when='kind == "x"'), name="s_rows", repeat={"min": 1})]}
    definition = small(form=form)
    assert select(filing(definition, {"s_rows": [{"kind": "y"}]})).fields == {"kind"}
    assert select(filing(definition, {"s_rows": [{"kind": "y"}, {"kind": "x"}]})).fields == {"kind", "extra"}


def test_an_item_waits_with_the_one_it_cannot_do_without() -> None:
    needs = [{"item": "A", "need": "approved", "if_rejected": "cancel"}]
    definition = small(items=[item("A"), item("B", depends_on=needs)])
    chosen = select(filing(definition, later=["A"]))
    assert (chosen.items, chosen.later) == ((), ("A", "B"))


def with_when_of_a_register() -> Context:
    definition = small(items=[item("A"), item("B", "conditional", when='fact("api:CUSTOMS_INFO@me.registered")')])
    return filing(definition, {}, guidance={})


def test_a_when_that_asks_a_register_is_off_until_the_register_says_yes() -> None:
    context = with_when_of_a_register()
    assert select(context).items == ("A",)
    company = replace(context, account={"kind": "person", "name": "x", "id_no": "", "uscc": "91350200MA9XA0016D"})
    assert select(company).items == ("A",)


def test_a_condition_about_rows_names_the_rows_that_fail() -> None:
    form = {"sections": [section(field("n", "integer"), name="s_rows", repeat={"min": 1})]}
    rule = [{"id": "E1", "expr": "n < 10", "fail": "太多"}]
    definition = small(form=form, eligibility=rule, constraints=[{"id": "C1", "expr": "n > 0", "msg": "太少"}])
    context = filing(definition, {"s_rows": [{"n": 5}, {"n": 50}, {"n": 0}]})
    assert check_eligibility(context)[0].rows == (Row("s_rows", 1),)
    assert check_constraints(context)[0].rows == (Row("s_rows", 2),)
    unknown = filing(definition, {"s_rows": [{"n": 5}, {}]})
    assert [r.verdict for r in check_eligibility(unknown)] == ["unknown"]


def test_names_are_fields_questions_variables_and_the_filing_itself() -> None:
    variables = {"limit": {"zh": "限额", "value": 100}, "over": {"zh": "超限", "expr": "amount > limit"}}
    form = {"sections": [section(field("amount", "money"))]}
    definition = small(form=form, variables=variables, guidance=[question("q", {"value": "yes"})])
    context = replace(filing(definition, {"amount": "150.00"}, guidance={"q": "yes"}), by_agent=True)
    case = scope(context)
    for text in ("over", 'q == "yes"', "by_agent", 'channel == "online"', 'applicant_kind == "person"'):
        assert evaluate(text, case) is True, text
    assert repr(evaluate("case_no", case)) == "UNKNOWN"


def test_a_variable_that_needs_itself_is_unknown() -> None:
    definition = small(variables={"a": {"zh": "甲", "expr": "b + 1"}, "b": {"zh": "乙", "expr": "a + 1"}})
    assert repr(evaluate("a", scope(filing(definition)))) == "UNKNOWN"


def test_points_add_up_within_the_limit_of_each_group() -> None:
    table = {
        "total_max": 60,
        "groups": [
            {"id": "g1", "max": 20, "rules": [{"id": "P1", "score": "n * 10"}]},
            {
                "id": "g2",
                "max": 50,
                "rules": [
                    {"id": "P2", "expr": "n >= 3", "score": 5},
                    {"id": "P3", "score": 30, "exclusive_with": "P2"},
                ],
            },
        ],
    }
    form = {"sections": [section(field("n", "integer"))]}
    definition = small(form=form, points=table)
    assert evaluate("points()", scope(filing(definition, {"n": 3}))) == 50
    assert evaluate('points("g2")', scope(filing(definition, {"n": 3}))) == 30
    assert repr(evaluate("points()", scope(filing(definition)))) == "UNKNOWN"


def test_registers_are_asked_nothing_while_nothing_can_be_asked() -> None:
    registers = Registers()
    select(replace(with_when_of_a_register(), facts=registers))
    assert registers.asked == []
