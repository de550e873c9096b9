"""Filing, asking, supplements, changes and withdrawal, as the portal meets them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .process import Departments, Inbox, application, wait_until

TRUCKS = {"kind": "org", "name": "五洲顺运渣土运输（示例）有限公司", "id_kind": "USCC", "id_no": "91350205MA9XA0032B"}


def hukou(inbox: Inbox, **fields: Any) -> dict[str, Any]:
    return application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields=fields)


def truck(inbox: Inbox, plate: str) -> dict[str, Any]:
    fields = {
        "uscc": TRUCKS["id_no"],
        "ent_name": TRUCKS["name"],
        "site_code": "GD001",
        "dump_code": "XN001",
        "volume_m3": "5000",
        "route": "会展南路—环岛东路—翔安大道",
        "date_from": "2026-11-23",
        "date_to": "2026-12-23",
        "time_from": 20,
        "time_to": 6,
        "plate": plate,
        "driver_name": "刘师傅",
        "driver_id": "340203198512258772",
    }
    return application(
        "ZTYS",
        "MUCK_FILE",
        "muck_transport_file",
        callback_url=inbox.url("CG"),
        fields=fields,
        applicant=TRUCKS,
        instance="vehicles.0",
    )


def test_the_same_key_and_bytes_get_the_same_answer_and_one_effect(departments: Departments, inbox: Inbox) -> None:
    body = hukou(inbox, child_name="陈一诺")
    first, second = departments.file("GA", body, "once"), departments.file("GA", body, "once")
    assert (first.status, first.raw) == (second.status, second.raw)
    assert departments.record("once")["effect_counts"]["filed"] == 1


def test_eight_at_once_with_one_key_are_filed_once(departments: Departments, inbox: Inbox) -> None:
    body = hukou(inbox, child_name="陈一诺")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: departments.file("GA", body, "race"), range(8)))
    assert len({answer.raw for answer in answers}) == 1
    assert departments.record("race")["effect_counts"]["filed"] == 1


def test_the_same_key_with_other_bytes_is_refused_and_remembered(departments: Departments, inbox: Inbox) -> None:
    departments.file("GA", hukou(inbox, child_name="陈一诺"), "mixed")
    refused = departments.file("GA", hukou(inbox, child_name="陈二诺"), "mixed")
    assert refused.status == 422
    record = departments.record("mixed")
    assert record["body"]["fields"] == {"child_name": "陈一诺"}
    assert record["effect_counts"]["key_misused"] == 1


def test_a_callback_department_receives_accepts_and_approves(departments: Departments, inbox: Inbox) -> None:
    answer = departments.file(
        "GA", hukou(inbox, child_name="陈一诺", birth_time="2026-10-30T03:42:00+08:00", gender="2"), "cb"
    )
    assert (answer.status, answer.body["status"]) == (202, "received")
    approved = inbox.wait_for("cb", "approved")
    assert [event["status"] for event in inbox.events("cb")] == ["accepted", "approved"]
    assert [event["seq"] for event in inbox.events("cb")] == [1, 2]
    assert approved["result"]["id_no"] == "350203202610301069"
    assert approved["receipt_no"] == answer.body["receipt_no"]


def test_a_synchronous_department_decides_at_once(departments: Departments, inbox: Inbox) -> None:
    answer = departments.file("CG", truck(inbox, "闽DA0001"), "sync")
    assert (answer.status, answer.body["status"]) == (200, "approved")
    assert answer.body["result"]["plate_no"] == "闽DA0001"
    assert answer.body["result"]["passed"] == 1


def test_a_definite_false_rejects_with_the_reason_of_the_definition(departments: Departments, inbox: Inbox) -> None:
    answer = departments.file("CG", truck(inbox, "闽DA0010"), "foreign-truck")
    assert (answer.status, answer.body["status"]) == (200, "rejected")
    assert answer.body["reasons"] == [{"code": "J02", "about": None, "text": "车辆不在本企业名下"}]


def test_what_cannot_be_known_goes_to_a_person_and_refuses_nobody(departments: Departments, inbox: Inbox) -> None:
    body = truck(inbox, "闽DZ9999")
    assert departments.file("CG", body, "unknown-truck").status == 202
    inbox.wait_for("unknown-truck", "approved")


def test_an_application_is_found_by_key_id_and_receipt(departments: Departments, inbox: Inbox) -> None:
    body = hukou(inbox, child_name="陈一诺")
    receipt = departments.file("GA", body, "find").body["receipt_no"]
    for name in ("find", body["sub_application_id"], receipt):
        found = departments.send("GA", "GET", f"applications/{name}")
        assert (found.status, found.body["receipt_no"]) == (200, receipt)
    assert departments.send("GA", "GET", "applications/never").status == 404
    assert departments.send("MZ", "GET", "applications/find").status == 404


def test_a_supplement_is_asked_for_once_answered_and_decided(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"dept": "GA", "decide": "supplement", "accept_s": 0, "decide_s": 0})
    body = hukou(inbox, child_name="陈一诺")
    departments.file("GA", body, "more")
    asked = inbox.wait_for("more", "supplement")
    assert asked["reasons"][0]["about"] == "M_HUKOU_BOOK"
    answers = {
        "contract": 1,
        "sub_application_id": body["sub_application_id"],
        "round": 1,
        "fields": {"child_name": "陈一诺诺"},
    }
    sent = departments.send("GA", "POST", "applications/more/supplements", answers, key="more-1")
    again = departments.send("GA", "POST", "applications/more/supplements", answers, key="more-1")
    assert (sent.status, sent.raw) == (again.status, again.raw)
    inbox.wait_for("more", "approved")
    record = departments.record("more")
    assert record["body"]["fields"]["child_name"] == "陈一诺诺"
    assert record["effect_counts"]["supplemented"] == 1


def test_withdrawal_stops_an_undecided_application_and_is_too_late_after(
    departments: Departments, inbox: Inbox
) -> None:
    departments.control("behaviour", {"dept": "GA", "decide_s": 30})
    departments.file("GA", hukou(inbox, child_name="陈一诺"), "back")
    for _ in range(2):
        answer = departments.send("GA", "POST", "applications/back/withdraw", {"reason": "不办了"})
        assert (answer.status, answer.body["status"]) == (200, "withdrawn")
    assert departments.record("back")["effect_counts"]["withdrawn"] == 1
    departments.file("CG", truck(inbox, "闽DA0001"), "done")
    late = departments.send("CG", "POST", "applications/done/withdraw", {"reason": "不办了"})
    assert (late.status, late.body["status"]) == (409, "approved")


def test_changed_fields_are_taken_while_the_application_lives(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"dept": "GA", "decide_s": 30})
    departments.file("GA", hukou(inbox, child_name="陈一诺"), "changed")
    answer = departments.send(
        "GA", "POST", "applications/changed/changes", {"round": 1, "fields": {"child_name": "陈诺"}}
    )
    assert answer.status == 202
    assert departments.record("changed")["body"]["fields"]["child_name"] == "陈诺"


def test_what_was_approved_is_decided_anew_after_a_change_and_what_was_refused_is_not(
    departments: Departments, inbox: Inbox
) -> None:
    departments.file("CG", truck(inbox, "闽DA0001"), "approved")
    change = {"round": 1, "fields": {}}
    again = departments.send("CG", "POST", "applications/approved/changes", change)
    assert (again.status, again.body["status"]) == (200, "approved")
    assert departments.record("approved")["effect_counts"]["approved"] == 2
    departments.control("behaviour", {"dept": "CG", "decide": "reject"})
    departments.file("CG", truck(inbox, "闽DA0002"), "refused")
    late = departments.send("CG", "POST", "applications/refused/changes", change)
    assert (late.status, late.body["status"]) == (409, "rejected")


def test_a_body_that_breaks_the_contract_is_refused_for_good(departments: Departments, inbox: Inbox) -> None:
    assert departments.send("GA", "POST", "applications", b"{", key="bad").status == 400
    assert departments.send("GA", "POST", "applications", {"contract": 1}, key="bad").status == 400
    assert departments.send("GA", "POST", "applications", hukou(inbox)).status == 400
    assert departments.send("GA", "POST", "applications", b"[" * 50_000, key="deep").status == 400


def test_every_request_is_kept_whole_even_a_refused_one(departments: Departments, inbox: Inbox) -> None:
    departments.plain("POST", "/departments/GA/applications", b'{"a": 1}', {"Idempotency-Key": "kept"})
    kept = departments.control("record?dept=GA&key=kept")["requests"]
    assert [(one["status"], one["body"], one["method"]) for one in kept] == [(401, '{"a": 1}', "POST")]


def test_a_special_procedure_stands_between_acceptance_and_decision(departments: Departments, inbox: Inbox) -> None:
    special = {"procedure": "亲子鉴定", "expected_days": 30, "in_clock": False, "seconds": 0.1}
    departments.control("behaviour", {"dept": "GA", "special": special, "accept_s": 0, "decide_s": 0})
    departments.file("GA", hukou(inbox, child_name="陈一诺"), "special")
    inbox.wait_for("special", "approved")
    events = inbox.events("special")
    assert [event["status"] for event in events] == [
        "accepted",
        "special_procedure",
        "special_procedure_ended",
        "approved",
    ]
    assert (events[1]["procedure"], events[1]["expected_days"], events[1]["in_clock"]) == ("亲子鉴定", 30, False)


def test_a_rule_that_waits_is_looked_at_again_until_it_holds(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"decide_s": 0})
    licence: dict[str, Any] = {"uscc": "91350200MA9XA0016D", "name": None, "legal_rep": "方总"}
    body = application("QYBG", "SEAL", "seal_record", callback_url=inbox.url("GA"), upstream={"LICENCE": licence})
    departments.file("GA", body, "waiting")
    inbox.wait_for("waiting", "accepted")
    wait_until(lambda: departments.record("waiting")["findings"])
    assert departments.record("waiting")["findings"] == [{"rule": "A1", "zh": "新名称与核准登记一致", "value": False}]
    assert departments.record("waiting")["status"] == "accepted"
    inbox.wait_for("waiting", "approved")


def test_a_failed_supplement_rule_asks_for_what_it_is_about(departments: Departments, inbox: Inbox) -> None:
    body = truck(inbox, "闽DA0001")
    body["fields"]["volume_m3"] = "90000"
    answer = departments.file("CG", body, "too-much").body
    assert (answer["status"], answer["reasons"][0]["about"]) == ("supplement", "volume_m3")
    more = {
        "contract": 1,
        "sub_application_id": body["sub_application_id"],
        "round": 1,
        "fields": {"volume_m3": "8000"},
    }
    decided = departments.send("CG", "POST", "applications/too-much/supplements", more, key="too-much-1")
    assert (decided.status, decided.body["status"]) == (200, "approved")
