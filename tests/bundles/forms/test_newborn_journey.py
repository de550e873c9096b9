"""林晓岚 files for her newborn: the shipped definition, from the first question to what each department gets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bundles.forms import (
    Row,
    check_all,
    check_eligibility,
    check_section,
    clean_section,
    instances_of,
    material_slots,
    materials_of,
    missing,
    scope,
    select,
    split,
)
from bundles.rules import evaluate
from tests.bundles.forms.world import CHILD, MOTHER, Outcomes, newborn, with_fields


def messages(errors: object) -> list[str]:
    return [error.message for error in errors]  # type: ignore[attr-defined]


def test_a_married_employee_with_hukou_at_the_mothers_gets_exactly_these_items() -> None:
    chosen = select(newborn())
    assert chosen.items == ("BIRTH_CERT", "VACCINE_BOOK", "HUKOU", "MI_JOIN", "SBK", "MATERNITY_PAY")
    assert chosen.sections == (
        "s_mother",
        "s_father",
        "s_child",
        "s_hukou",
        "s_insure",
        "s_maternity",
        "s_delivery",
    )
    assert set(chosen.results) == {"R_BIRTH", "R_VACCINE", "R_HUKOU", "R_MI", "R_SBK", "R_MATERNITY"}


def test_putting_the_hukou_off_in_the_questions_drops_hukou_and_card() -> None:
    chosen = select(newborn({"hukou_with": "later"}))
    assert "HUKOU" not in chosen.items
    assert "SBK" not in chosen.items
    assert "s_hukou" not in chosen.sections
    assert not chosen.has("card_bank")
    assert "hukou_kind" not in chosen.questions


def test_a_single_mother_has_no_father_to_ask() -> None:
    chosen = select(newborn({"marital": "single_mother"}))
    assert not chosen.has("father_consent")
    assert not chosen.has("s_father")
    assert not chosen.has("M_MARRIAGE")


def test_hukou_with_the_father_cannot_be_chosen_by_a_single_mother() -> None:
    chosen = select(newborn({"marital": "single_mother", "hukou_with": "father"}))
    assert "hukou_with" not in chosen.answered
    assert "s_hukou" not in chosen.sections


def test_a_birth_outside_hospital_stops_here_and_says_where_to_go() -> None:
    stop = select(newborn({"born_at": "elsewhere"})).stops[0]
    assert (stop.question, stop.option) == ("born_at", "elsewhere")
    assert stop.message.startswith("请先到助产机构外出生证办理窗口")


def test_an_item_done_later_takes_with_it_what_cannot_do_without() -> None:
    context = newborn()
    context = replace(context, answers={**context.answers, "later": ["HUKOU"]})
    chosen = select(context)
    assert chosen.later == ("HUKOU", "SBK")
    assert "MI_JOIN" in chosen.items, "insurance has another way: the birth certificate"
    assert not chosen.has("native_place")
    assert not chosen.has("M_HUKOU_FORM")


def test_the_complete_form_has_no_errors() -> None:
    context = newborn()
    chosen = select(context)
    assert check_all(context, chosen) == ()
    assert all(state.is_complete for state in missing(context, chosen))
    assert check_eligibility(context) == ()


def test_a_name_of_seven_characters_is_refused_in_the_definitions_own_words() -> None:
    context = newborn(s_child=[{**CHILD, "child_name": "欧阳一二三四五"}])
    errors = check_section(context, select(context), "s_child")
    assert [(e.path, e.message) for e in errors] == [("s_child.0.child_name", "姓名须为规范汉字，不超过6个字")]


def test_a_wrong_check_digit_is_refused() -> None:
    context = newborn(father_id="350203199211053172")
    errors = check_section(context, select(context), "s_father")
    assert [(e.path, e.message) for e in errors] == [("father_id", "身份证号码校验位不正确")]


def test_parents_with_one_phone_are_told_why_that_does_not_work() -> None:
    context = newborn(father_phone=MOTHER["phone"])
    errors = check_section(context, select(context), "s_father")
    assert messages(errors) == ["父母手机号应分别填写，授权短信发到父亲手机"]


def test_an_empty_form_names_each_field_and_the_way_out() -> None:
    context = newborn(s_child=[{}], mother_live=None)
    found = messages(check_all(context, select(context)))
    assert "请填写新生儿姓名" in found
    assert "请选择性别" in found
    assert "请填写现居住地址" in found


def test_a_form_without_a_child_asks_for_one() -> None:
    context = newborn(s_child=[])
    errors = check_section(context, select(context), "s_child")
    assert messages(errors) == ["请至少添加1项新生儿信息"]


def test_a_baby_of_seven_months_is_not_eligible_and_one_of_unknown_age_is_not_refused() -> None:
    old = newborn(s_child=[CHILD, {**CHILD, "birth_time": "2026-04-01T08:00:00+08:00"}])
    refusal = check_eligibility(old)[0]
    assert (refusal.id, refusal.verdict) == ("E1", "false")
    assert refusal.message == "已满6个月，请分别向各部门申请"
    unknown = newborn(s_child=[{}])
    assert [(r.id, r.verdict) for r in check_eligibility(unknown)] == [("E1", "unknown")]


def test_hukou_receives_exactly_the_fields_declared_for_it() -> None:
    context = newborn()
    chosen = select(context)
    received = split(context, chosen, "HUKOU")
    declared = {
        field.id
        for _, _, field in context.spec.walk_fields()
        if "HUKOU" in context.spec.items_of_field(field.id) and not field.system
    }
    declared -= {"mail_address", "mail_name"}  # electronic delivery: not shown
    inside = {f.id for f in context.spec.groups["s_child"].fields}
    assert set(received) == (declared - inside) | {"s_child"}
    assert [set(row) for row in received["s_child"]] == [declared & inside]
    assert "bank_card" not in received
    assert "gest_weeks" not in received["s_child"][0]


def test_a_department_gets_nothing_of_a_section_that_is_not_its_own() -> None:
    context = newborn()
    received = split(context, select(context), "VACCINE_BOOK")
    assert set(received) == {"mother_id", "mother_phone", "mother_live", "delivery", "s_child"}
    assert set(received["s_child"][0]) == {"birth_time", "child_name"}


def test_upstream_results_reach_the_system_fields_of_later_items() -> None:
    outcomes = Outcomes({("HUKOU", "id_no"): "350203202610301069", ("BIRTH_CERT", "cert_no"): "R350000001"})
    context = replace(newborn(), results=outcomes)
    received = split(context, select(context), "SBK")
    assert received["s_child"] == [{"child_name": "陈一诺", "child_id": "350203202610301069"}]


def test_a_system_field_without_a_value_is_left_out() -> None:
    context = newborn()
    assert "child_id" not in split(context, select(context), "SBK")["s_child"][0]


def test_answers_of_a_hidden_section_do_not_count() -> None:
    context = newborn({"marital": "single_mother"})
    chosen = select(context)
    assert "father_name" not in split(context, chosen, "HUKOU")
    assert repr(evaluate("father_phone", scope(context, chosen))) == "UNKNOWN"


def test_twins_are_two_rows_and_both_are_checked() -> None:
    twin = {**CHILD, "child_name": "", "birth_time": "2026-10-30T08:21:00+08:00"}
    context = newborn(s_child=[CHILD, twin])
    errors = check_section(context, select(context), "s_child")
    assert [(e.path, e.message) for e in errors] == [("s_child.1.child_name", "第2项，请填写新生儿姓名")]
    assert len(split(context, select(context), "HUKOU")["s_child"]) == 2


def test_five_children_are_too_many_for_one_form() -> None:
    context = newborn(s_child=[CHILD] * 5)
    assert "新生儿信息最多4项，现有5项" in messages(check_section(context, select(context), "s_child"))


def test_a_rule_over_twins_of_different_times_is_for_a_person() -> None:
    twin = {**CHILD, "birth_time": "2026-10-30T08:21:00+08:00"}
    one = newborn(s_child=[CHILD])
    two = newborn(s_child=[CHILD, twin])
    assert evaluate("birth_time <= now()", scope(one)) is True
    assert repr(evaluate("birth_time <= now()", scope(two))) == "UNKNOWN"
    assert evaluate("birth_time <= now()", scope(two, row=Row("s_child", 1))) is True


def test_papers_follow_the_items_and_the_answers() -> None:
    context = newborn()
    chosen = select(context)
    assert [m.id for m in materials_of(chosen, context.spec, "MATERNITY_PAY")] == ["M_DISCHARGE", "M_RECEIPT"]
    assert [s.key for s in material_slots(context, chosen) if "HUKOU" in s.items] == [
        "M_ID_PARENTS",
        "M_HUKOU_BOOK",
        "M_MARRIAGE",
        "M_HUKOU_FORM",
    ]
    resident = select(newborn({"maternity": "resident"}))
    assert "M_DISCHARGE" not in resident.materials
    assert "M_RECEIPT" in resident.materials


def test_an_item_without_instances_is_one_sub_application() -> None:
    (instance,) = instances_of(newborn(), "MATERNITY_PAY")
    assert (instance.row, instance.key, instance.dept) == (None, "", None)


def test_each_twin_has_a_sub_application_of_its_own_with_its_own_data() -> None:
    context = newborn(s_child=[CHILD, {**CHILD, "child_name": "陈二诺"}])
    instances = instances_of(context, "HUKOU")
    assert [(i.key, i.label) for i in instances] == [("s_child.0", "陈一诺"), ("s_child.1", "陈二诺")]
    received = split(context, select(context), "HUKOU", instances[1].row)
    assert received["child_name"] == "陈二诺"
    assert received["mother_name"] == MOTHER["name"]
    assert "s_child" not in received


@pytest.mark.parametrize("typed", ["陈一诺 ", " 陈一诺"])
def test_posting_a_section_keeps_what_is_meant(typed: str) -> None:
    context = newborn(s_child=[{}])
    posted = {"s_child.0.child_name": typed, "s_child.0.gest_weeks": "３９", "s_child.0.birth_time": "2026-10-30T08:15"}
    cleaned = clean_section(context, select(context), "s_child", posted)
    assert cleaned.values["s_child.0.child_name"] == "陈一诺"
    assert cleaned.values["s_child.0.gest_weeks"] == 39
    assert cleaned.values["s_child.0.birth_time"] == "2026-10-30T08:15:00+08:00"
    assert cleaned.answers["fields"]["s_child"][0]["child_name"] == "陈一诺"


def test_what_is_not_a_number_stays_as_typed_and_is_an_error() -> None:
    context = newborn()
    cleaned = clean_section(context, select(context), "s_child", {"s_child.0.gest_weeks": "三十九周"})
    assert messages(cleaned.errors) == ["出生孕周：请填写数字，最多六位小数"]
    assert cleaned.raw["s_child.0.gest_weeks"] == "三十九周"
    again = replace(context, answers=cleaned.answers)
    assert again.answers["fields"]["s_child"][0]["gest_weeks"] == "三十九周"
    assert messages(check_section(again, select(again), "s_child")) == ["出生孕周：请填写数字，最多六位小数"]


def test_a_stranger_cannot_post_a_system_field_or_one_of_another_section() -> None:
    context = newborn()
    posted = {"father_consent": "true", "mother_name": "别人", "father_name": "陈屿二"}
    cleaned = clean_section(context, select(context), "s_father", posted)
    assert set(cleaned.values) == {"father_name"}
    assert cleaned.answers["fields"]["mother_name"] == MOTHER["name"]


def test_the_address_shows_only_where_mail_is_chosen() -> None:
    assert not select(newborn()).has("mail_address")
    chosen = with_fields(newborn(), delivery="mail")
    assert select(chosen).has("mail_address")
