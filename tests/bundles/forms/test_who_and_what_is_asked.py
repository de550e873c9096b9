"""Who a party is, and what a register can be asked about it, on the shipped definitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bundles.forms import Context, Row, identity_of, lookup_for, select
from tests.bundles.forms.world import (
    DRIVER,
    FATHER,
    HAULIER,
    MOTHER,
    NOW,
    Outcomes,
    field,
    filing,
    newborn,
    section,
    small,
    trucks,
)
from tests.factories.library import person, registry, spec

COMPANY = {
    "kind": "org",
    "uscc": "91350200MA9XA0016D",
    "ent_name": "云栈数字科技（示例）有限公司",
    "operator_name": "何律师",
    "operator_id": "110101198010101192",
    "operator_phone": "13800000013",
}
CITIZEN = {"kind": "person", "name": MOTHER["name"], "id_no": MOTHER["id_no"], "phone": MOTHER["phone"]}


def case(code: str, account: dict[str, str], **fields: Any) -> Context:
    return Context(spec(code), registry(), {"fields": fields}, NOW, account=account)


@pytest.mark.parametrize(
    ("code", "account", "party", "fields", "name", "number"),
    [
        ("XSECS", CITIZEN, "mother", {}, MOTHER["name"], MOTHER["id_no"]),
        ("XSECS", CITIZEN, "father", {"father_name": "陈屿", "father_id": FATHER["id_no"]}, "陈屿", FATHER["id_no"]),
        (
            "XSECS",
            CITIZEN,
            "head",
            {"head_name": "林父", "head_id": "350221196602112318"},
            "林父",
            "350221196602112318",
        ),
        ("QYBG", COMPANY, "operator", {}, "何律师", "110101198010101192"),
        ("QYBG", COMPANY, "rep_new", {"new_rep": "陈屿", "new_rep_id": FATHER["id_no"]}, "陈屿", FATHER["id_no"]),
        ("KBQY", CITIZEN, "rep", {"rep_name": "陈屿", "rep_id": FATHER["id_no"]}, "陈屿", FATHER["id_no"]),
        (
            "BDCN",
            CITIZEN,
            "seller",
            {"seller_name": "徐峰", "seller_id": "350221197506305157"},
            "徐峰",
            "350221197506305157",
        ),
        ("JYRX", CITIZEN, "guardian2", {"g2_name": "陈屿", "g2_id": FATHER["id_no"]}, "陈屿", FATHER["id_no"]),
        (
            "TXYJS",
            COMPANY,
            "worker",
            {"worker_name": "王建国", "worker_id": "350221196602112318"},
            "王建国",
            "350221196602112318",
        ),
        ("XSECS", CITIZEN, "nobody", {}, "", ""),
    ],
)
def test_a_person_is_known_by_account_or_by_the_fields_named_after_it(
    code: str, account: dict[str, str], party: str, fields: dict[str, Any], name: str, number: str
) -> None:
    identity = identity_of(case(code, account, **fields), party)
    assert (identity.name, identity.id_no) == (name, number)


def test_a_company_is_known_by_its_account() -> None:
    identity = identity_of(case("QYBG", COMPANY), "company")
    assert (identity.name, identity.uscc) == (COMPANY["ent_name"], COMPANY["uscc"])


def test_the_debtor_is_known_by_the_fields_that_its_papers_fill() -> None:
    identity = identity_of(case("QYPC", COMPANY, debtor_name="旧港", debtor_uscc="91350200MA9XA0067M"), "debtor")
    assert (identity.name, identity.uscc) == ("旧港", "91350200MA9XA0067M")


def test_who_signed_in_is_never_replaced_by_what_the_form_says() -> None:
    context = case("XSECS", CITIZEN, mother_id="350221196602112318")
    assert identity_of(context, "mother").id_no == MOTHER["id_no"]


def test_an_old_person_who_files_is_the_account_and_not_when_kin_file() -> None:
    elder = person("黄阿婆")
    account = {"kind": "person", "name": elder["name"], "id_no": elder["id_no"]}
    assert identity_of(case("GLJT", account), "elder").id_no == elder["id_no"]
    by_kin = replace(case("GLJT", CITIZEN, elder_id=elder["id_no"]), by_agent=True)
    assert identity_of(by_kin, "elder").id_no == elder["id_no"]
    assert identity_of(by_kin, "kin").id_no == MOTHER["id_no"]


def test_a_definition_may_say_which_fields_identify_a_party() -> None:
    parties = [{"id": "owner", "zh": "业主", "kind": "person", "role": "third_party", "identity": {"id_no": "who"}}]
    form = {"sections": [section(field("who", "id_number"))]}
    assert (
        identity_of(filing(small(parties=parties, form=form), {"who": FATHER["id_no"]}), "owner").id_no
        == FATHER["id_no"]
    )


def test_the_row_is_its_own_truck_and_driver() -> None:
    identity = identity_of(trucks(2), "row", Row("vehicles", 1))
    assert (identity.plate_no, identity.name, identity.id_no) == ("闽DA0002", DRIVER["name"], DRIVER["id_no"])


def test_a_student_is_whoever_stands_in_the_row_of_the_roster() -> None:
    rows = [{"name": "周敏", "id_no": "43010420070915286X"}, {"name": "赵海", "id_no": "420102199807075538"}]
    context = case("DXSCB", COMPANY, s_roster=rows)
    assert identity_of(context, "student", Row("s_roster", 1)).name == "赵海"
    assert not identity_of(context, "student")


def test_a_father_without_fields_is_not_taken_for_a_child_in_its_row() -> None:
    context = case("XSEYB", CITIZEN, s_child=[{"child_name": "陈一诺", "child_id": "350203202610301069"}])
    assert not identity_of(context, "father", Row("s_child", 0))


@pytest.mark.parametrize(
    ("code", "account", "path", "fields", "inputs"),
    [
        ("XSECS", CITIZEN, "api:DELIVERY_INFO@mother.birth_time", {}, {"mother_id": MOTHER["id_no"]}),
        ("XSECS", CITIZEN, "api:POP_BASIC@mother.match", {}, {"name": MOTHER["name"], "id_no": MOTHER["id_no"]}),
        (
            "XSECS",
            CITIZEN,
            "api:BANK_VERIFY@mother.match",
            {"bank_card": MOTHER["bank_card"]},
            {
                "name": MOTHER["name"],
                "id_no": MOTHER["id_no"],
                "card_no": MOTHER["bank_card"],
                "phone": MOTHER["phone"],
            },
        ),
        ("QYBG", COMPANY, "api:ENT_BASIC@company.status", {}, {"uscc": COMPANY["uscc"]}),
        ("BDCN", CITIZEN, "api:CONTRACT_INFO@buyer.price", {"contract_no": "HT1"}, {"contract_no": "HT1"}),
        ("BDCN", CITIZEN, "api:WATER_ACCT@seller.meter", {"water_no": "123456"}, {"account_no": "123456"}),
        (
            "BDCN",
            CITIZEN,
            "licence:REAL_ESTATE@seller.cert_no",
            {"seller_id": FATHER["id_no"]},
            {"id_no": FATHER["id_no"]},
        ),
        (
            "GCJS",
            COMPANY,
            "api:PROJECT_INFO@owner.address",
            {"project_code": "2501-350203-04-01-123456"},
            {"project_code": "2501-350203-04-01-123456"},
        ),
        (
            "QYPC",
            COMPANY,
            "api:COURT_CASE@debtor.status",
            {"ruling_no": "（2026）闽02破12号"},
            {"case_no": "（2026）闽02破12号"},
        ),
        (
            "QYPC",
            COMPANY,
            "licence:COURT_RULING@debtor.uscc",
            {"ruling_no": "（2026）闽02破12号"},
            {"case_no": "（2026）闽02破12号"},
        ),
        ("CBJCG", COMPANY, "licence:SHIP_NATIONALITY@vessel.ship_name", {"imo_no": "9990014"}, {"imo_no": "9990014"}),
        (
            "TXYJS",
            COMPANY,
            "api:PENSION_CALC@worker.month_total",
            {"worker_id": FATHER["id_no"], "retire_date": "2027-01-01"},
            {"id_no": FATHER["id_no"], "retire_month": "2027-01-01"},
        ),
        (
            "JYRX",
            CITIZEN,
            "api:FAMILY_INFO@guardian.relation",
            {"child_id": "360102202006124289"},
            {"id_no": MOTHER["id_no"], "relative_id": "360102202006124289"},
        ),
        (
            "WGRGZ",
            COMPANY,
            "api:ENTRY_RECORD@foreigner.visa_no",
            {"passport_no": "X00000001", "nationality": "GBR"},
            {"passport_no": "X00000001", "nationality": "GBR"},
        ),
        (
            "ZTYS",
            COMPANY,
            "api:MUCK_SITE@site.route_ok",
            {"site_code": "GD01", "dump_code": "XN01"},
            {"site_code": "GD01", "dump_code": "XN01"},
        ),
    ],
)
def test_a_register_is_asked_with_its_declared_inputs(
    code: str, account: dict[str, str], path: str, fields: dict[str, Any], inputs: dict[str, str]
) -> None:
    lookup = lookup_for(case(code, account, **fields), path)
    assert lookup is not None
    assert dict(lookup.inputs) == inputs


@pytest.mark.parametrize(
    "path", ["api:BIRTH_INFO@child.used", "api:MI_PERSON@child.status", "api:NO_SUCH@mother.x", "nonsense", "api:@."]
)
def test_nothing_is_asked_while_something_is_missing(path: str) -> None:
    assert lookup_for(newborn(), path) is None


def test_a_newborn_is_looked_up_by_its_birth_certificate_until_it_has_a_number() -> None:
    born = Outcomes({("BIRTH_CERT", "cert_no"): "R350000001"})
    lookup = lookup_for(replace(newborn(), results=born), "api:CHILD_VACCINE@child.book_no")
    assert lookup is not None
    assert lookup.inputs == (("birth_cert_no", "R350000001"),)
    registered = Outcomes({("BIRTH_CERT", "cert_no"): "R350000001", ("HUKOU", "id_no"): "350203202610301069"})
    lookup = lookup_for(replace(newborn(), results=registered), "api:SOCIAL_CARD_INFO@child.has_card")
    assert lookup is not None
    assert lookup.inputs == (("id_no", "350203202610301069"),)


def test_a_new_company_is_known_by_the_code_on_its_new_licence() -> None:
    context = case("KBQY", CITIZEN, ent_name="云栈数字科技（示例）有限公司")
    name_check = lookup_for(context, "api:NAME_CHECK@company.usable")
    assert name_check is not None
    assert name_check.inputs == (("name", "云栈数字科技（示例）有限公司"),)
    licensed = replace(context, results=Outcomes({("LICENCE", "uscc"): COMPANY["uscc"]}))
    lookup = lookup_for(licensed, "api:TAX_UNIT@company.status")
    assert lookup is not None
    assert lookup.inputs == (("uscc", COMPANY["uscc"]),)


def test_a_definition_may_say_which_field_or_value_a_register_is_asked_with() -> None:
    stated = {"NAME_CHECK@me": {"name": "new_name"}, "WEATHER_INFO@me": {"area_code": {"value": "XM"}}}
    form = {"sections": [section(field("new_name"), field("at", "datetime"))]}
    context = filing(small(form=form, lookups=stated), {"new_name": "新名", "at": "2026-12-01T08:00:00+08:00"})
    name_check = lookup_for(context, "api:NAME_CHECK@me.usable")
    assert name_check is not None
    assert name_check.inputs == (("name", "新名"),)
    weather = lookup_for(context, "api:WEATHER_INFO@me.wind_level")
    assert weather is not None
    assert weather.inputs == (("area_code", "XM"), ("at_time", "2026-12-01T08:00:00+08:00"))


def test_a_lookup_names_the_row_only_where_the_row_makes_the_difference() -> None:
    context = trucks(2)
    own = lookup_for(context, "api:VEHICLE_INFO@row.vin", Row("vehicles", 1))
    shared = lookup_for(context, "api:ENT_BASIC@company.status", Row("vehicles", 1))
    assert own is not None
    assert shared is not None
    assert (own.row, shared.row) == (Row("vehicles", 1), None)
    assert shared.inputs == (("uscc", HAULIER["uscc"]),)


def test_two_lookups_are_one_question_whoever_it_is_about() -> None:
    context = newborn(head_id=MOTHER["id_no"])
    mother = lookup_for(context, "api:HUKOU_INFO@mother.address")
    head = lookup_for(context, "api:HUKOU_INFO@head.address")
    assert mother == head
    assert mother is not None
    assert head is not None
    assert (mother.party, head.party) == ("mother", "head")


def test_what_is_not_shown_is_not_used_to_ask() -> None:
    context = newborn({"marital": "single_mother"})
    hidden = replace(context, shown=select(context).fields)
    assert lookup_for(hidden, "api:POP_BASIC@father.match") is None


def test_a_child_with_fields_of_its_own_is_not_taken_for_the_bill_in_whose_row_it_is_asked_about() -> None:
    child = {"child_name": "陈一诺", "child_id": "350203202610301069"}
    context = case("XSEYB", CITIZEN, s_child=[child], s_bill=[{"bill_hospital": "市妇幼保健院"}])
    assert identity_of(context, "child", Row("s_bill", 0)).id_no == "350203202610301069"
