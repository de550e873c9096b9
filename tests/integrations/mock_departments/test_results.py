"""What an approval hands over, for every item of every shipped bundle, and what it changes in the city."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import library

from .process import CHEN_ID, LIN, Departments, Inbox, application
from .test_registers import BUNDLES, City, is_typed

LISTED = [library.read(path) for path in BUNDLES]


def declared(city: City, bundle: dict[str, Any], item: str) -> Iterator[tuple[str, str]]:
    for result in bundle["results"]:
        if result["item"] == item:
            kind = city.library.licences.get(result.get("licence") or "")
            face = kind.fields if kind else ()
            yield from ((name, declared_type) for name, _, declared_type in [*face, *(result.get("fields") or [])])


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("city"))


@pytest.mark.parametrize("bundle", LISTED, ids=lambda bundle: bundle["code"])
def test_an_approval_has_every_declared_field_of_the_declared_type(
    departments: Departments, inbox: Inbox, city: City, bundle: dict[str, Any]
) -> None:
    departments.control("behaviour", {"decide": "approve", "connect": "api-sync"})
    for item in bundle["items"]:
        body = application(bundle["code"], item["id"], item["matter"], callback_url=inbox.url(item["dept"]))
        answer = departments.file(item["dept"], body, f"{bundle['code']}-{item['id']}").body
        assert answer["status"] == "approved"
        wrong = [
            name for name, kind in declared(city, bundle, item["id"]) if not is_typed(kind, answer["result"][name])
        ]
        assert wrong == [], f"{item['id']}: {answer['result']}"


def test_results_are_taken_from_the_form_and_from_upstream(departments: Departments, inbox: Inbox) -> None:
    upstream = {"HUKOU": {"id_no": "350203202610301069", "name": "陈一诺"}}
    body = application(
        "XSECS",
        "SBK",
        "sbk_apply",
        callback_url=inbox.url("RS"),
        upstream=upstream,
        fields={"child_name": "陈一诺", "mother_name": "林晓岚", "mother_id": LIN["id_no"], "card_bank": "CIB"},
    )
    result = departments.file("RS", body, "card").body["result"]
    assert (result["name"], result["id_no"], result["bank"]) == ("陈一诺", "350203202610301069", "CIB")
    assert result["bank_account"] != "6299990000000010003"


def test_twins_get_two_certificates_and_two_numbers(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"accept_s": 0, "decide_s": 0})
    numbers = []
    for place, gender in enumerate("21"):
        fields = {"child_name": f"程双{place + 1}", "gender": gender, "birth_time": f"2026-11-06T09:1{place}:00+08:00"}
        fields["birth_cert_no"] = f"R35000090{place}"
        body = application(
            "XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields=fields, instance=f"s_child.{place}"
        )
        departments.file("GA", body, f"twin-{place}")
        numbers.append(inbox.wait_for(f"twin-{place}", "approved")["result"]["id_no"])
    assert [int(number[16]) % 2 for number in numbers] == [0, 1]
    assert len(set(numbers)) == 2


def test_a_newborn_goes_through_the_whole_bundle(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"accept_s": 0, "decide_s": 0})
    delivery = departments.ask("WJ", "DELIVERY_INFO", {"mother_id": LIN["id_no"]}).body["data"]
    child = {name: delivery[name] for name in ("birth_time", "gender", "hospital", "gest_weeks")} | {
        "child_name": "陈一诺"
    }
    parents = {"mother_name": "林晓岚", "mother_id": LIN["id_no"], "father_name": "陈屿", "father_id": CHEN_ID}

    def file(
        dept: str, item: str, matter: str, key: str, fields: dict[str, Any], upstream: dict[str, Any]
    ) -> dict[str, Any]:
        body = application("XSECS", item, matter, callback_url=inbox.url(dept), fields=fields, upstream=upstream)
        answer = departments.file(dept, body, key).body
        return answer if answer["status"] not in ("received", "accepted") else inbox.wait_for(key, "approved")

    birth = file("WJ", "BIRTH_CERT", "birth_cert_first", "b", child | parents, {})["result"]
    assert (birth["cert_no"], birth["weight_g"]) == ("R350000001", delivery["weight_g"])
    assert departments.ask("WJ", "BIRTH_INFO", {"cert_no": birth["cert_no"]}).body["data"]["used"] is False

    upstream: dict[str, Any] = {"BIRTH_CERT": birth}
    known = child | parents | {"birth_cert_no": birth["cert_no"]}
    vaccine = file("JK", "VACCINE_BOOK", "vaccine_book", "v", known, upstream)
    assert vaccine["status"] == "approved"
    hukou = file("GA", "HUKOU", "hukou_birth", "h", known | {"head_name": "林晓岚", "child_ethnic": "01"}, upstream)[
        "result"
    ]
    assert departments.ask("WJ", "BIRTH_INFO", {"cert_no": birth["cert_no"]}).body["data"]["used"] is True
    assert departments.ask("GA", "POP_BASIC", {"id_no": hukou["id_no"], "name": "陈一诺"}).body["data"]["match"] is True
    assert departments.ask("GA", "HUKOU_INFO", {"id_no": hukou["id_no"]}).body["data"]["head_name"] == "林晓岚"

    again = departments.file(
        "GA",
        application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields=known, upstream=upstream),
        "h2",
    )
    assert again.status == 202
    assert inbox.wait_for("h2", "rejected")["reasons"][0]["code"] == "J01"

    upstream["HUKOU"] = {"id_no": hukou["id_no"], "name": "陈一诺"}
    known |= {"child_id": hukou["id_no"], "join_region": "350203", "card_bank": "ICBC"}
    insured = file("YB", "MI_JOIN", "mi_resident_join", "m", known, upstream)
    assert (insured["status"], insured["result"]["id_no"]) == ("approved", hukou["id_no"])
    assert departments.ask("YB", "MI_PERSON", {"id_no": hukou["id_no"]}).body["data"]["status"] == "正常参保"
    card = file("RS", "SBK", "sbk_apply", "s", known, upstream)
    assert card["status"] == "approved"
    account = departments.ask("RS", "SOCIAL_CARD_INFO", {"id_no": hukou["id_no"]}).body["data"]["account"]
    assert account == card["result"]["bank_account"]
    (licence,) = departments.send("WJ", "POST", "licences/BIRTH_CERT/search", {"holder": {"id_no": LIN["id_no"]}}).body
    assert licence["data"]["cert_no"] == birth["cert_no"]
    assert departments.control("summary")["duplicate_effects"] == []
