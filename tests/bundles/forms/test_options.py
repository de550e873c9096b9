"""Options that a rule would refuse for certain are not offered; silence, and what may still come, close nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bundles import forms
from bundles.forms import Closed, Context, Row
from bundles.lint import lint
from portal.seed_check import scenario
from tests.bundles.forms.world import MOTHER, NOW, Registers, newborn, with_fields
from tests.factories.library import codes, document, registry, spec

DUTY = {"kind": "person", "name": MOTHER["name"], "id_no": MOTHER["id_no"], "phone": MOTHER["phone"]}


def case(code: str, guidance: dict[str, Any] | None = None, *, ticks: tuple[str, ...] = (), **fields: Any) -> Context:
    answers = {"guidance": guidance or {}, "fields": fields, "ticks": list(ticks)}
    return Context(spec=spec(code), registry=registry(), answers=answers, now=NOW, account=DUTY)


def of_field(context: Context, name: str, row: Row | None = None) -> tuple[Closed, ...]:
    at = forms.scope(context, forms.select(context))
    return forms.closed_options(context, context.spec.field(name), at.in_row(row) if row else at)


def of_question(context: Context, name: str) -> dict[str, str]:
    found = forms.closed_choices(context, forms.select(context), context.spec.question(name))
    return {value: one.message for one in found for value in one.values}


def test_a_child_takes_the_ethnic_group_of_one_of_its_parents() -> None:
    """民族：随父或随母 (中国公民民族成份登记管理办法 第四条)."""
    context = newborn(mother_ethnic="01", father_ethnic="03")
    (closed,) = of_field(context, "child_ethnic", Row("s_child", 0))
    known = {value for value, _, _ in registry().codelists["ethnic"]}
    assert set(closed.values) == known - {"01", "03"}
    assert (closed.message, closed.for_good) == ("民族须随父或随母", False)


def test_nothing_is_closed_by_an_answer_that_nobody_has_given() -> None:
    assert of_field(newborn(mother_ethnic="01", father_ethnic=None), "child_ethnic", Row("s_child", 0)) == ()
    assert of_field(newborn(mother_ethnic=None, father_ethnic=None), "child_ethnic", Row("s_child", 0)) == ()


def test_what_is_refused_whatever_else_is_answered_is_not_listed_at_all() -> None:
    context = case("RCRH", {"category": "edu", "follow": ["spouse"]}, s_member=[{}])
    (closed,) = of_field(context, "member_relation", Row("s_member", 0))
    assert closed.for_good and not {"10", "20", "30"} & set(closed.values)
    page = forms.section_view(context, forms.select(context), "s_member")
    relation = next(field for field in page.rows[0].fields if field.id == "member_relation")
    assert {value for value, _ in relation.options} == {"10", "20", "30"} and relation.closed == ()


def test_what_is_chosen_already_stays_to_be_seen() -> None:
    context = case("RCRH", {"category": "edu", "follow": ["spouse"]}, s_member=[{"member_relation": "60"}])
    page = forms.section_view(context, forms.select(context), "s_member")
    relation = next(field for field in page.rows[0].fields if field.id == "member_relation")
    assert "60" in {value for value, _ in relation.options}


def test_a_place_where_the_law_forbids_smoke_is_closed_with_its_reason() -> None:
    """大气污染防治法 第八十一条."""
    closed = of_question(case("CYKB", {"smoke": "yes"}), "building")
    assert closed.keys() == {"resident", "noflue"}
    assert closed["resident"] == "大气污染防治法第八十一条禁止在此选址，请另选"
    assert of_question(case("CYKB", {"smoke": "no"}), "building") == {}
    assert of_question(case("CYKB"), "building") == {}
    assert of_question(case("CYKB", {"building": "resident"}), "smoke").keys() == {"yes"}


def test_a_way_that_needs_the_employer_is_closed_to_whoever_files_alone() -> None:
    assert of_question(case("TXYJS", {"filer": "self"}), "retire_kind").keys() == {"delay"}
    assert of_question(case("TXYJS", {"filer": "unit"}), "retire_kind") == {}


def test_what_a_register_says_closes_and_its_silence_does_not() -> None:
    uscc = "91350200MA9XA0016D"
    base = replace(case("QYBG"), account={"kind": "org", "uscc": uscc})
    lookup = forms.lookup_for(base, "api:ENT_BASIC@company.equity_pledged")
    assert lookup is not None
    said = {pledged: Registers({lookup: [{"equity_pledged": pledged}]}) for pledged in (True, False)}
    assert of_question(replace(base, facts=said[True]), "change_kinds") == {"shareholder": "股权被冻结或出质，须先解除"}
    assert of_question(replace(base, facts=said[False]), "change_kinds") == {}
    assert of_question(replace(base, facts=Registers({lookup: []})), "change_kinds") == {}, "no record says no"
    assert of_question(base, "change_kinds") == {}, "nobody has answered"


def test_rows_and_points_that_may_still_come_close_nothing() -> None:
    assert of_question(case("RCRH", {"category": "edu"}), "follow") == {}, "the spouse may still be added"
    assert "points" not in of_question(case("WGRGZ", {"category": "B"}), "qualify"), "the points are not claimed yet"


def test_a_tick_that_may_still_be_set_closes_nothing() -> None:
    assert of_field(case("XSEYB"), "pay_way") == ()


def test_whoever_states_a_fact_may_always_state_it() -> None:
    """The allowance is in question then, and not what somebody truly receives."""
    context = case("CJRFW", {"need": ["care"], "cert_action": "have"}, ticks=("CARE",))
    assert of_field(context, "care_other") == ()


def test_an_option_that_leads_elsewhere_can_always_be_chosen() -> None:
    for code in codes():
        context = case(code)
        stops = {option.value for question in spec(code).guidance for option in question.options if option.stop}
        assert not stops & {value for question in spec(code).guidance for value in of_question(context, question.id)}


def test_where_every_option_would_be_refused_another_answer_is_at_fault() -> None:
    context = newborn(mother_ethnic="nobody", father_ethnic="nobody")
    assert of_field(context, "child_ethnic", Row("s_child", 0)) == ()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_walk_through_a_bundle_finds_its_answers_open(code: str) -> None:
    """On the way: each question as it is met, after those before it; and at the end, looked at again."""
    for script in scenario.plan_of(code).scripts:
        given: dict[str, Any] = {}
        for question in spec(code).guidance:
            if question.id not in script.guidance:
                continue
            answer = script.guidance[question.id]
            closed = of_question(case(code, given, ticks=script.ticks), question.id)
            assert not closed.keys() & set(answer if isinstance(answer, list) else [answer]), (script.name, question.id)
            given[question.id] = answer
        for name in given:
            answer = given[name]
            closed = of_question(case(code, given, ticks=script.ticks), name)
            assert not closed.keys() & set(answer if isinstance(answer, list) else [answer]), (script.name, name)


@pytest.mark.parametrize("code", sorted(codes()))
def test_an_empty_form_offers_everything_that_its_own_rules_allow(code: str) -> None:
    context = case(code)
    for _, group, field in spec(code).walk_fields():
        closed = of_field(context, field.id, Row(group.id, 0) if group else None)
        assert all(one.for_good for one in closed), (code, field.id)


def test_a_right_answer_is_open_when_the_form_is_complete() -> None:
    context = newborn()
    (closed,) = of_field(context, "child_ethnic", Row("s_child", 0))
    assert "01" not in closed.values
    changed = with_fields(context, father_ethnic="03")
    (closed,) = of_field(changed, "child_ethnic", Row("s_child", 0))
    assert "03" not in closed.values


def test_lint_names_a_fact_that_the_condition_does_not_read() -> None:
    text = document("CJRFW")
    constraints = [
        {**entry, "states": ["care_other", "birth"]} if entry["id"] == "C1" else entry for entry in text["constraints"]
    ]
    faults = lint({**text, "constraints": constraints}, registry())
    assert [(one.path, one.message) for one in faults if one.path.endswith(".states")] == [
        ("constraints[C1].states", "这个条件没有读 birth")
    ]
    assert not [one for one in lint(text, registry()) if "states" in one.path or "states" in one.message]
