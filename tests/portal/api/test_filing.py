"""Filing through the API, from the first question to the results."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from cases.actions.delivery import dispatch
from cases.models import Case
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.portal.api.conftest import Caller, filled, submitted

pytestmark = pytest.mark.django_db


def submit(who: Caller, draft: Any, key: str, body: Any = None) -> Any:
    return who.post(f"/drafts/{draft['id']}/submit/", body, **{"Idempotency-Key": key})


def test_a_newborn_is_filed_authorised_and_concluded(lin: Caller, chen: Caller) -> None:
    draft = filled(lin)
    assert draft["faults"] == []
    assert draft["values"]["mother_id"] == newborn.LIN["id_no"]
    assert draft["sources"]["mother_id"]["label"]
    answer = submit(lin, draft, "k1")
    assert answer.status_code == 201
    assert answer.json()["state"] == "awaiting_parties"
    (request,) = chen.get("/authorisations/").json()
    assert (request["case_id"], request["state"], request["applicant"]) == (draft["id"], "asked", "林**")
    assert chen.post(f"/authorisations/{request['id']}/agree/").json()["state"] == "agreed"
    dispatch.pump()
    case = lin.get(f"/cases/{draft['id']}/").json()
    assert (case["state"], case["outcome"]) == ("concluded", "all")
    assert {item["state"] for item in case["items"]} == {"approved"}
    results = lin.get(f"/cases/{draft['id']}/results/").json()
    assert results["refused"] == []
    birth = next(result for result in results["results"] if result["result_id"] == "R_BIRTH")
    assert birth["values"][0]["value"] == "R350000001"
    assert [row["number"] for row in lin.get("/cases/").json()] == [case["number"]]


def test_two_presses_with_one_key_make_one_case(lin: Caller) -> None:
    draft = filled(lin)
    first, again = submit(lin, draft, "one-press"), submit(lin, draft, "one-press")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert Case.objects.count() == 1


def test_one_key_with_another_body_is_refused(lin: Caller) -> None:
    draft = filled(lin)
    submit(lin, draft, "one-press")
    other = submit(lin, draft, "one-press", {"note": "别的"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "duplicate")


def test_another_key_after_the_press_says_that_it_was_handed_in(lin: Caller) -> None:
    draft = filled(lin)
    submit(lin, draft, "one-press")
    late = submit(lin, draft, "another-press")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "wrong_state")


def test_one_key_for_two_drafts_is_refused(lin: Caller) -> None:
    first = filled(lin)
    second = lin.post("/drafts/", {"bundle": "XSECS", "guidance": {}}).json()
    submit(lin, first, "one-press")
    other = submit(lin, second, "one-press")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "duplicate")


@pytest.mark.parametrize("key", ["", "k" * 65, "键", "a\x00b", "a b\tc"])
def test_a_key_that_is_none_is_named(key: str, lin: Caller) -> None:
    draft = lin.post("/drafts/", {"bundle": "XSECS"}).json()
    answer = submit(lin, draft, key)
    assert answer.status_code == 422
    assert answer.json()["error"]["faults"][0]["path"] == "Idempotency-Key"


def test_an_unfinished_draft_is_refused_with_every_place(lin: Caller) -> None:
    draft = lin.post("/drafts/", {"bundle": "XSECS", "guidance": newborn.GUIDANCE}).json()
    answer = submit(lin, draft, "early")
    assert answer.status_code == 422
    paths = {fault["path"] for fault in answer.json()["error"]["faults"]}
    assert {"father_phone", "s_child.0.child_name"} <= paths


def test_a_wrong_value_is_named_at_its_place_and_kept(lin: Caller) -> None:
    draft = lin.post("/drafts/", {"bundle": "XSECS", "guidance": newborn.GUIDANCE}).json()
    answer = lin.patch(f"/drafts/{draft['id']}/", {"fields": {"father_id": "350203199403186281"}}).json()
    assert "father_id" in {fault["path"] for fault in answer["faults"]}


def test_a_file_covers_a_slot_and_a_wrong_one_does_not(lin: Caller) -> None:
    draft = lin.post("/drafts/", {"bundle": "XSECS", "guidance": newborn.GUIDANCE}).json()
    client, place = Client(), f"/api/v1/drafts/{draft['id']}/materials/"
    slot = next(one for one in draft["materials"] if one["state"] == "open" and "upload" in one["options"])["slot"]

    def send(content: bytes, name: str) -> Any:
        file = io.BytesIO(content)
        file.name = name
        headers = {"Authorization": f"Bearer {lin.token}"}
        return client.post(place, {"slot": slot, "how": "upload", "file": file}, headers=headers)

    bad = send(b"MZ not a picture", "photo.jpg")
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_upload")
    good = send(_picture(), "photo.png")
    assert next(one for one in good.json()["materials"] if one["slot"] == slot)["state"] == "uploaded"
    assert lin.post(f"/drafts/{draft['id']}/materials/", {"slot": slot}).status_code == 422


def _picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(out, "PNG")
    return out.getvalue()


def test_an_item_and_then_all_of_it_is_taken_back(lin: Caller, chen: Caller) -> None:
    case = submitted(lin, chen)
    item = case["items"][-1]["sub_id"]
    assert lin.post(f"/cases/{case['id']}/items/{item}/withdraw/", {}).status_code == 400
    one = lin.post(f"/cases/{case['id']}/items/{item}/withdraw/", {"reason": "不办了"}).json()
    assert next(i for i in one["items"] if i["sub_id"] == item)["state"] == "withdrawn"
    rest = lin.post(f"/cases/{case['id']}/withdraw/", {"reason": "都不办了"}).json()
    assert rest["state"] == "withdrawn"
    assert lin.post(f"/cases/{case['id']}/withdraw/", {"reason": "再来"}).status_code == 409


def test_a_choice_carries_on_after_a_refusal(lin: Caller, chen: Caller, departments: FakeDepartments) -> None:
    departments.say("rejected", item="HUKOU")
    case = submitted(lin, chen)
    dispatch.pump()
    asked = lin.get(f"/cases/{case['id']}/").json()
    assert asked["state"] == "awaiting_applicant"
    for item in [i for i in asked["items"] if i["look"] == "you"]:
        answer = lin.post(f"/cases/{case['id']}/items/{item['sub_id']}/choose/", {"go_on": False})
        assert answer.status_code == 200
    assert lin.get(f"/cases/{case['id']}/").json()["state"] == "concluded"


def test_a_token_is_given_for_a_password_and_only_for_the_right_one(lin: Caller) -> None:
    nobody = Caller()
    right = nobody.post("/tokens/", {"username": "lin", "password": "a-long-password"})
    assert right.status_code == 201
    assert Caller(right.json()["token"]).get("/cases/").status_code == 200
    for wrong in ({"password": "no"}, {"password": ""}, {}):
        assert nobody.post("/tokens/", {"username": "lin", **wrong}).status_code == 401
    assert Caller("made-up").get("/cases/").status_code == 401


def test_tries_at_a_password_are_counted(lin: Caller) -> None:
    nobody = Caller()
    codes = [nobody.post("/tokens/", {"username": "lin", "password": f"no-{n}"}).status_code for n in range(11)]
    assert codes == [401] * 10 + [429]
    assert nobody.post("/tokens/", {"username": "lin", "password": "a-long-password"}).status_code == 429


def test_the_schema_describes_every_address_without_a_warning(db: None) -> None:
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "/api/v1/drafts/{case_id}/submit/" in out.getvalue()


def test_a_key_is_good_for_one_applicant_only(lin: Caller, chen: Caller) -> None:
    key = uuid4().hex
    submit(lin, filled(lin), key)
    other = chen.post("/drafts/", {"bundle": "XSECS"}).json()
    assert submit(chen, other, key).json()["error"]["code"] == "not_ready"
