"""Filling in what is known: from where, for whom, and what a person typed stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bundles.forms import Context, Lookup, lookups_wanted, prefill, section_view, select
from tests.bundles.forms.world import (
    CHILD,
    FATHER,
    MARRIED,
    MOTHER,
    Outcomes,
    Registers,
    field,
    filing,
    newborn,
    prefilled,
    section,
    small,
    trucks,
    with_fields,
)

OWN = {"id_no": MOTHER["id_no"]}
BIRTH = {"hospital": "市妇幼保健院", "birth_time": "2026-10-30T08:15:00+08:00", "gender": "女", "gest_weeks": 39}


def registers() -> Registers:
    return (
        Registers()
        .holds("licence", "ID_CARD", OWN, {"name": MOTHER["name"], "id_no": MOTHER["id_no"], "ethnic": "汉族"})
        .holds("licence", "MARRIAGE_CERT", OWN, {"male_name": FATHER["name"], "male_id": FATHER["id_no"]})
        .holds("licence", "ID_CARD", {"id_no": FATHER["id_no"]}, {"ethnic": "04"})
        .holds("api", "HUKOU_INFO", OWN, {"address": "思明区文园路1号", "head_name": MOTHER["name"]})
        .holds("api", "DELIVERY_INFO", {"mother_id": MOTHER["id_no"]}, BIRTH)
        .holds("api", "SOCIAL_CARD_INFO", OWN)
    )


def empty(facts: Registers, **fields: Any) -> Context:
    context = newborn()
    return replace(context, answers={"guidance": MARRIED, "fields": fields}, facts=facts)


def test_values_come_with_their_source_and_only_declared_ones_are_locked() -> None:
    answers = prefilled(empty(registers())).answers
    assert answers["fields"]["mother_name"] == MOTHER["name"]
    assert answers["sources"]["mother_name"] == {
        "path": "licence:ID_CARD@mother.name",
        "label": "居民身份证",
        "at": "2026-11-21T10:00:00+08:00",
        "locked": True,
    }
    assert answers["fields"]["mother_phone"] == MOTHER["phone"]
    assert answers["sources"]["mother_phone"]["label"] == "实名账户"
    assert answers["sources"]["mother_hukou"]["locked"] is False


def test_a_lookup_that_depends_on_another_is_made_once_that_has_answered() -> None:
    answers = prefilled(empty(registers())).answers
    assert answers["fields"]["father_id"] == FATHER["id_no"]
    assert answers["fields"]["father_ethnic"] == "04"


def test_a_label_from_a_register_becomes_the_value_of_its_option() -> None:
    fields = prefilled(empty(registers())).answers["fields"]
    assert fields["mother_ethnic"] == "01"
    assert fields["s_child"][0]["gender"] == "2"


def test_a_value_that_the_field_could_not_hold_is_not_filled_in() -> None:
    facts = registers().holds("licence", "ID_CARD", OWN, {"name": MOTHER["name"], "ethnic": "火星族"})
    assert "mother_ethnic" not in prefilled(empty(facts)).answers["fields"]


def test_what_a_person_typed_is_never_overwritten() -> None:
    answers = prefilled(empty(registers(), mother_hukou="别处")).answers
    assert answers["fields"]["mother_hukou"] == "别处"
    assert "mother_hukou" not in answers["sources"]


def test_no_record_and_no_answer_leave_a_field_open() -> None:
    answers = prefilled(empty(registers())).answers
    assert "bank_card" not in answers["fields"]
    down = prefilled(empty(Registers())).answers
    assert "mother_name" not in down["fields"]
    assert "mother_name" not in down["sources"]


def test_each_twin_has_a_row_with_the_data_of_its_own_record() -> None:
    second = {**BIRTH, "gender": "1", "birth_time": "2026-10-30T08:21:00+08:00"}
    facts = registers().holds("api", "DELIVERY_INFO", {"mother_id": MOTHER["id_no"]}, BIRTH, second)
    rows = prefilled(empty(facts)).answers["fields"]["s_child"]
    assert [row["gender"] for row in rows] == ["2", "1"]
    assert [row["birth_time"][11:16] for row in rows] == ["08:15", "08:21"]


def test_a_row_keeps_to_its_record_when_another_row_is_taken_away() -> None:
    second = {**BIRTH, "gender": "1", "birth_time": "2026-10-30T08:21:00+08:00"}
    facts = registers().holds("api", "DELIVERY_INFO", {"mother_id": MOTHER["id_no"]}, BIRTH, second)
    context = empty(facts, s_child=[{"gender": "1", "birth_time": "2026-10-30T08:21:00+08:00"}])
    assert prefilled(context).answers["fields"]["s_child"][0]["gender"] == "1"


def test_a_block_has_its_least_number_of_rows_from_the_start() -> None:
    assert prefilled(empty(Registers())).answers["fields"]["s_child"] == [{}]


def test_a_corrected_number_takes_with_it_what_was_looked_up_by_the_old_one() -> None:
    context = prefilled(empty(registers()))
    assert context.answers["fields"]["father_ethnic"] == "04"
    corrected = with_fields(context, father_id="350221196602112318")
    sources = {path: s for path, s in context.answers["sources"].items() if path != "father_id"}
    corrected = replace(corrected, answers={**corrected.answers, "sources": sources})
    assert prefilled(corrected).answers["fields"]["father_ethnic"] == "04", "the register has not answered yet"
    registers_now = registers().holds("licence", "ID_CARD", {"id_no": "350221196602112318"})
    answers = prefilled(replace(corrected, facts=registers_now)).answers
    assert answers["fields"]["father_ethnic"] is None
    assert "father_ethnic" not in answers["sources"]


def test_a_repeated_answer_follows_the_one_it_repeats_until_it_is_changed() -> None:
    context = prefilled(with_fields(empty(registers()), mother_live="甲路1号"))
    assert context.answers["fields"]["mail_address"] == "甲路1号"
    moved = prefilled(with_fields(context, mother_live="乙路2号"))
    assert moved.answers["fields"]["mail_address"] == "乙路2号"
    typed = {path: s for path, s in moved.answers["sources"].items() if path != "mail_address"}
    own = with_fields(moved, mother_live="丙路3号", mail_address="丁路4号")
    own = replace(own, answers={**own.answers, "sources": typed})
    assert prefilled(own).answers["fields"]["mail_address"] == "丁路4号"


def test_a_default_is_filled_in_without_a_source() -> None:
    answers = prefilled(empty(Registers())).answers
    assert answers["fields"]["delivery"] == "mail"
    assert "delivery" not in answers["sources"]


def test_the_first_source_that_has_a_value_wins() -> None:
    form = {"sections": [section(field("a", prefill=["account:email", "calc:1 + 1", "account:name"]))]}
    context = prefilled(filing(small(form=form)))
    assert context.answers["fields"]["a"] == "2"
    assert context.answers["sources"]["a"]["path"] == "calc:1 + 1"


def test_today_and_a_date_from_a_moment_fit_a_date_field() -> None:
    form = {"sections": [section(field("a", "date", prefill="today"), field("b", "date", prefill="calc:now()"))]}
    fields = prefilled(filing(small(form=form))).answers["fields"]
    assert fields == {"a": "2026-11-21", "b": "2026-11-21"}


def test_a_result_of_an_upstream_item_fills_the_row_it_belongs_to() -> None:
    context = newborn(s_child=[CHILD, CHILD])
    outcomes = Outcomes({("HUKOU", "id_no", 0): "350203202610301069", ("HUKOU", "id_no", 1): "350203199211053171"})
    rows = prefilled(replace(context, results=outcomes)).answers["fields"]["s_child"]
    assert [row["child_id"] for row in rows] == ["350203202610301069", "350203199211053171"]


def test_filling_in_again_changes_nothing() -> None:
    context = prefilled(empty(registers()))
    assert prefill(context, select(context)).changed == ()


def test_every_truck_is_looked_up_by_its_own_plate() -> None:
    facts = Registers()
    for number in (1, 2):
        facts.holds("api", "VEHICLE_INFO", {"plate_no": f"闽DA000{number}"}, {"vin": f"VIN{number}", "load_kg": 20000})
    context = prefilled(replace(trucks(2), facts=facts))
    assert [row["vin"] for row in context.answers["fields"]["vehicles"]] == ["VIN1", "VIN2"]


def test_every_question_to_a_register_is_wanted_once() -> None:
    context = newborn()
    wanted = lookups_wanted(context, select(context))
    assert len(wanted) == len(set(wanted))
    assert Lookup("api", "POP_BASIC", (("name", FATHER["name"]), ("id_no", FATHER["id_no"]))) in wanted
    assert Lookup("licence", "HUKOU_BOOK", (("id_no", MOTHER["id_no"]),)) in wanted, "a licence that spares a paper"
    codes = {lookup.code for lookup in wanted}
    assert "BIRTH_INFO" not in codes, "there is no birth certificate yet"


def test_sixty_trucks_want_each_register_once_a_truck() -> None:
    context = trucks(60)
    wanted = lookups_wanted(context, select(context))
    assert sum(lookup.code == "VEHICLE_INFO" for lookup in wanted) == 60
    assert sum(lookup.code == "MUCK_SITE" for lookup in wanted) == 1


def test_the_page_shows_where_a_value_came_from() -> None:
    context = prefilled(empty(registers()))
    view = section_view(context, select(context), "s_mother")
    name = view.fields[0]
    assert (name.value, name.locked, name.prefilled) == (MOTHER["name"], True, True)
    assert name.source is not None
    assert name.source.label == "居民身份证"
    english = section_view(context, select(context), "s_mother", lang="en")
    assert english.fields[0].source is not None
    assert english.fields[0].source.label == "Resident Identity Card"
