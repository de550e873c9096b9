"""A department that is told to be unwell: what the portal then meets."""

from __future__ import annotations

import http.client
import json
import time

import pytest

from .process import Departments, Inbox, application, wait_until


def hukou(inbox: Inbox) -> dict[str, object]:
    return application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))


def told(departments: Departments, faults: dict[str, object], **more: object) -> None:
    departments.control("behaviour", {"dept": "GA", "accept_s": 0.05, "decide_s": 0.05, "faults": faults, **more})


@pytest.mark.parametrize(
    ("fault", "status"), [("error500", 500), ("error400", 400), ("error429", 429), ("redirect", 307)]
)
def test_an_error_before_anything_is_done_leaves_no_effect(
    departments: Departments, inbox: Inbox, fault: str, status: int
) -> None:
    told(departments, {fault: True}, times=1)
    assert departments.file("GA", hukou(inbox), fault).status == status
    assert departments.control(f"record?key={fault}")["applications"] == []
    assert departments.file("GA", hukou(inbox), fault).status == 202


def test_a_busy_department_says_when_to_come_back(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"error503": {"retry_after": 7}}, times=1)
    answer = departments.file("GA", hukou(inbox), "busy")
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize(
    "fault", ["exec_500", "exec_garbage", "exec_wrong_schema", "exec_deep_json", "exec_redirect", "exec_wrong_receipt"]
)
def test_a_garbled_answer_comes_after_the_thing_was_done_once(
    departments: Departments, inbox: Inbox, fault: str
) -> None:
    told(departments, {fault: True}, times=1)
    body = hukou(inbox)
    garbled = departments.file("GA", body, fault)
    right = departments.file("GA", body, fault)
    assert garbled.raw != right.raw
    assert right.body["sub_application_id"] == body["sub_application_id"]
    assert departments.record(fault)["effect_counts"]["filed"] == 1


def test_a_cut_answer_comes_after_the_thing_was_done_once(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"exec_cut": True}, times=1)
    body = hukou(inbox)
    with pytest.raises((http.client.HTTPException, OSError)):
        departments.file("GA", body, "cut")
    assert departments.file("GA", body, "cut").status == 202
    assert departments.record("cut")["effect_counts"]["filed"] == 1


def test_a_hanging_department_says_nothing_and_does_nothing(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"hang_s": 0.5}, times=1)
    began = time.monotonic()
    with pytest.raises((http.client.HTTPException, OSError)):
        departments.file("GA", hukou(inbox), "hang")
    assert time.monotonic() - began >= 0.5
    assert departments.control("record?key=hang")["applications"] == []


def test_an_answer_may_drip_byte_by_byte(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"slow_drip": 0.002}, times=1)
    began = time.monotonic()
    assert departments.file("GA", hukou(inbox), "drip").body["status"] == "received"
    assert time.monotonic() - began >= 0.2


def test_an_outage_cuts_the_department_off_and_ends_by_itself(departments: Departments, inbox: Inbox) -> None:
    departments.control("outage", {"dept": "GA", "seconds": 1})
    with pytest.raises((http.client.HTTPException, OSError)):
        departments.file("GA", hukou(inbox), "away")
    assert departments.ask("MZ", "MARRIAGE_INFO", {"id_no": "350203199403186286"}).status == 200
    time.sleep(1.1)
    assert departments.file("GA", hukou(inbox), "away").status == 202


def test_callbacks_wait_for_the_portal_and_keep_their_event(departments: Departments, inbox: Inbox) -> None:
    inbox.answers = [503, 500]
    told(departments, {})
    departments.file("GA", hukou(inbox), "patient")
    inbox.wait_for("patient", "approved")
    accepted = inbox.events("patient", "accepted")
    assert len(accepted) == 3
    assert len({event["event_id"] for event in accepted}) == 1


def test_a_duplicate_callback_has_the_same_event_and_another_nonce(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"duplicate": 2})
    departments.file("GA", hukou(inbox), "twice")
    wait_until(lambda: len(inbox.events("twice", "approved")) == 3)
    assert len({event["event_id"] for event in inbox.events("twice", "approved")}) == 1
    nonces = [post["headers"]["X-Nonce"] for post in inbox.posts]
    assert len(set(nonces)) == len(nonces)


def test_callbacks_out_of_order_bring_the_decision_first(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"out_of_order": True})
    departments.file("GA", hukou(inbox), "mixed-up")
    inbox.wait_for("mixed-up", "accepted")
    assert [event["seq"] for event in inbox.events("mixed-up")] == [2, 1]


def test_a_dropped_callback_leaves_the_decision_to_be_asked_for(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"drop": True})
    departments.file("GA", hukou(inbox), "silent")
    wait_until(lambda: departments.send("GA", "GET", "applications/silent").body["status"] == "approved")
    assert inbox.posts == []


def test_a_contradiction_follows_the_decision(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"contradict": True})
    departments.file("GA", hukou(inbox), "torn")
    inbox.wait_for("torn", "rejected")
    assert [event["status"] for event in inbox.events("torn")] == ["accepted", "approved", "rejected"]


def test_hostile_callbacks_come_before_the_genuine_one(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"forged": True, "tamper": True, "cross_dept": True, "unknown_case": True, "garbage_body": True})
    departments.file("GA", hukou(inbox), "hostile")
    inbox.wait_for("hostile", "approved")
    attempts = departments.record("hostile")["callbacks"][0]["attempts"]
    assert [one["kind"] for one in attempts] == [
        "forged",
        "tamper",
        "cross_dept",
        "unknown_case",
        "garbage_body",
        "genuine",
    ]
    by_kind = dict(zip([one["kind"] for one in attempts], inbox.posts[: len(attempts)], strict=True))
    assert [by_kind[kind]["genuine"] for kind in ("forged", "tamper", "cross_dept")] == [False] * 3
    assert by_kind["unknown_case"]["genuine"] and by_kind["unknown_case"]["event"]["idempotency_key"] != "hostile"
    assert by_kind["garbage_body"]["genuine"] and by_kind["garbage_body"]["event"] == {}


def test_an_old_callback_is_replayed_to_the_letter(departments: Departments, inbox: Inbox) -> None:
    told(departments, {"replay_old": True})
    departments.file("GA", hukou(inbox), "replayed")
    wait_until(lambda: len(inbox.events("replayed", "approved")) == 2)
    posts = [post for post in inbox.posts if post["event"]["status"] == "approved"]
    assert posts[0]["headers"]["X-Signature"] == posts[1]["headers"]["X-Signature"]


def test_a_callback_can_be_sent_by_hand_after_a_withdrawal(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"dept": "GA", "decide_s": 60})
    departments.file("GA", hukou(inbox), "late")
    departments.send("GA", "POST", "applications/late/withdraw", {"reason": "不办了"})
    departments.control("callback", {"dept": "GA", "key": "late", "status": "approved", "result": {"id_no": "x"}})
    assert inbox.wait_for("late", "approved")["result"] == {"id_no": "x"}


def test_a_scripted_rejection_gives_the_scripted_reasons(departments: Departments, inbox: Inbox) -> None:
    reasons = [{"code": "J01", "about": None, "text": "该出生医学证明已用于落户"}]
    departments.control("behaviour", {"matter": "hukou_birth", "decide": "reject", "reasons": reasons, "decide_s": 0})
    departments.file("GA", hukou(inbox), "no")
    assert inbox.wait_for("no", "rejected")["reasons"] == reasons


def test_an_application_may_not_be_accepted(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"item": "HUKOU", "decide": "not_accepted"})
    departments.file("GA", hukou(inbox), "elsewhere")
    assert inbox.wait_for("elsewhere", "not_accepted")["reasons"]


def test_an_unknown_setting_is_refused_by_name(departments: Departments) -> None:
    reply = departments.plain("POST", "/_control/behaviour", json.dumps({"faults": {"explode": True}}).encode())
    assert reply.status == 422
    assert "explode" in reply.body["message"]


def test_the_summary_finds_an_effect_that_happened_twice(departments: Departments, inbox: Inbox) -> None:
    body = hukou(inbox)
    departments.file("GA", body, "key-1")
    assert departments.control("summary")["duplicate_effects"] == []
    departments.file("GA", body, "key-2")
    (double,) = departments.control("summary")["duplicate_effects"]
    assert (double["sub_id"], double["effect"], double["n"]) == (body["sub_application_id"], "filed", 2)


def test_the_page_and_its_parts_are_served_without_inline_script_or_style(departments: Departments) -> None:
    page = departments.plain("GET", "/")
    assert page.status == 200
    assert page.headers["content-security-policy"] == "default-src 'self'"
    text = page.raw.decode()
    assert "<style" not in text and "style=" not in text and "onclick" not in text
    for name in ("page.css", "page.js"):
        assert departments.plain("GET", f"/static/{name}").status == 200


def test_a_page_of_another_site_cannot_drive_the_departments(departments: Departments) -> None:
    refused = departments.plain("POST", "/_control/reset", b"{}", {"Origin": "https://example.org"})
    assert refused.status == 403
    same = departments.plain("POST", "/_control/reset", b"{}", {"Origin": f"http://127.0.0.1:{departments.port}"})
    assert same.status == 200


def test_a_control_body_that_is_not_json_is_refused(departments: Departments) -> None:
    assert departments.plain("POST", "/_control/behaviour", b"x").status == 400
