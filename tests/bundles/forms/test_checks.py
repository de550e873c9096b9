"""What is wrong with answers, in sentences that name the field and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from bundles.forms import check_all, check_section, select
from tests.bundles.forms.world import field, filing, question, section, small, trucks, with_fields


def errors_of(definition_field: dict[str, Any], value: object) -> list[str]:
    context = filing(small(form={"sections": [section(definition_field)]}), {definition_field["id"]: value})
    return [e.message for e in check_section(context, select(context), "s_one")]


@pytest.mark.parametrize(
    ("made", "value", "message"),
    [
        (field("a"), None, "请填写字段a"),
        (field("a", required=False), None, None),
        (field("a", "enum", options=[["x", "甲"]]), None, "请选择字段a"),
        (field("a", "file"), None, "请上传字段a"),
        (field("a", "bool"), None, "请勾选或选择字段a"),
        (field("a", "bool"), False, None),
        (field("a", "integer"), 0, None),
        (field("a", "enum", options=[["x", "甲"]]), "y", "请从选项中选择字段a"),
        (field("a", "enum", options="@gender"), "2", None),
        (field("a", "enum", options="@gender"), "9", "请从选项中选择字段a"),
        (field("a", "multi", options=[["x", "甲"], ["y", "乙"]]), ["x", "z"], "请从选项中选择字段a"),
        (field("a", "number", rule={"min": 5, "max": 12}), "4.9", "字段a不能小于5"),
        (field("a", "number", rule={"min": 5, "max": 12}), "12.1", "字段a不能大于12"),
        (field("a", "number", rule={"min": 5, "max": 12}), "12", None),
        (field("a", rule={"len": [6, 60]}), "太短", "字段a应为6至60个字，现有2个字"),
        (field("a", rule={"regex": "^UN\\d{4}$"}), "UN12", "字段a格式不正确"),
        (field("a", rule={"regex": "^UN\\d{4}$", "msg": "格式如UN1203"}), "UN12", "格式如UN1203"),
        (field("a", rule=["mobile_cn"]), "12345678901", "请填写11位手机号"),
        (field("a", "date", rule={"expr": "a > today()", "msg": "租期已届满"}), "2026-11-21", "租期已届满"),
        (field("a", "date", rule={"expr": "a > today()", "msg": "租期已届满"}), "2026-11-22", None),
        (field("a", rule={"expr": 'a == fact("api:HUKOU_INFO@me.address")', "msg": "不符"}), "某地", None),
        (field("a", rule={"expr": "a ==", "msg": "坏"}), "某地", None),
        (field("a", rule="no_such_validator"), "某地", None),
        (field("a", system=True), None, None),
    ],
)
def test_an_answer_is_judged(made: dict[str, Any], value: object, message: str | None) -> None:
    assert errors_of(made, value) == ([message] if message else [])


def test_only_the_first_broken_rule_of_a_field_is_said() -> None:
    made = field("a", "id_number", rule=["id_gb11643", {"expr": "age(a) >= 18", "msg": "须年满18周岁"}])
    assert errors_of(made, "350203202610301068") == ["身份证号码校验位不正确"]
    assert errors_of(made, "350203202610301069") == ["须年满18周岁"]
    assert errors_of(made, "350203199403186286") == []


def test_a_legal_number_of_an_abolished_district_is_accepted() -> None:
    assert errors_of(field("a", "id_number", rule="id_gb11643"), "350206196602112314") == []


def test_a_label_in_a_sentence_goes_without_its_brackets() -> None:
    made = {**field("a"), "zh": "现住址（街道、社区）"}
    assert errors_of(made, None) == ["请填写现住址"]


def test_english_is_given_where_the_definition_has_it_and_empty_where_not() -> None:
    form = {
        "sections": [
            section(
                field("a"),
                field("b", rule={"expr": 'b == "x"', "msg": {"zh": "须为x", "en": "Must be x"}}),
                field("c", rule={"expr": 'c == "x"', "msg": "须为x"}),
            )
        ]
    }
    context = filing(small(form=form), {"b": "y", "c": "y"})
    assert [e.message_en for e in check_section(context, select(context), "s_one")] == [
        "Enter Field a",
        "Must be x",
        "",
    ]


def test_a_truck_listed_twice_is_said_at_the_second() -> None:
    context = trucks(3)
    rows = [dict(row) for row in context.answers["fields"]["vehicles"]]
    rows[2]["plate"] = rows[0]["plate"]
    context = with_fields(context, vehicles=rows)
    errors = check_section(context, select(context), "s_vehicles")
    assert [(e.path, e.message) for e in errors] == [("vehicles.2.plate", "第3项，同一车牌重复添加（与第1项相同）")]


def test_too_few_and_too_many_rows_are_said_at_the_block() -> None:
    none = trucks(0)
    assert [e.path for e in check_section(none, select(none), "s_vehicles")] == ["vehicles"]
    many = trucks(61)
    assert "车辆最多60项，现有61项" in [e.message for e in check_section(many, select(many), "s_vehicles")]


def test_system_fields_of_a_truck_are_never_asked() -> None:
    context = trucks(1)
    assert check_section(context, select(context), "s_vehicles") == ()


def test_unanswered_questions_come_first_and_multiple_choice_may_stay_empty() -> None:
    asked = [question("q", {"value": "yes"}), question("m", {"value": "x"}, kind="multi")]
    context = filing(small(guidance=asked, form={"sections": [section(field("a"))]}))
    assert [e.path for e in check_all(context, select(context))] == ["guidance.q", "a"]


def test_a_section_that_another_party_fills_does_not_hold_the_applicant_up() -> None:
    parties = [
        {"id": "me", "zh": "本人", "kind": "person", "role": "applicant"},
        {"id": "you", "zh": "对方", "kind": "person", "role": "co_applicant"},
    ]
    form = {"sections": [section(field("a"), name="s_mine"), section(field("b"), name="s_yours", filled_by="you")]}
    context = filing(small(parties=parties, form=form))
    assert [e.path for e in check_all(context, select(context))] == ["a"]
    assert [e.path for e in check_section(context, select(context), "s_yours")] == ["b"]
