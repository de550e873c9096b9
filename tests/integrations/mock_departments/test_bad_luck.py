"""Rarer faults: what comes before the answer, after a withdrawal, a second time; what nobody can decide."""

from __future__ import annotations

import http.client
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from integrations.mock_departments.check_digits import is_identity_number, newborn_number

from .process import ROOT, Departments, Inbox, application, wait_until

HOSTILE = ["unknown_key", "stripped", "stale", "deep_body", "big_body"]


def hukou(inbox: Inbox, **fields: object) -> dict[str, object]:
    return application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields=fields)


def told(departments: Departments, **more: object) -> None:
    departments.control("behaviour", {"dept": "GA", "accept_s": 0, "decide_s": 0, **more})


def test_the_callbacks_may_come_before_the_answer(departments: Departments, inbox: Inbox) -> None:
    told(departments, faults={"before_answer": True})
    answer = departments.file("GA", hukou(inbox), "early")
    assert [event["status"] for event in inbox.events("early")] == ["accepted", "approved"]
    assert answer.body["status"] == "received"


def test_an_approval_may_follow_a_withdrawal_it_has_confirmed(departments: Departments, inbox: Inbox) -> None:
    told(departments, decide_s=60, faults={"after_withdrawal": True})
    departments.file("GA", hukou(inbox), "too-late")
    inbox.wait_for("too-late", "accepted")
    withdrawn = departments.send("GA", "POST", "applications/too-late/withdraw", {"contract": 1, "reason": "不办了"})
    assert withdrawn.body["status"] == "withdrawn"
    late = inbox.wait_for("too-late", "approved")
    assert late["seq"] > inbox.events("too-late", "accepted")[0]["seq"]
    assert departments.record("too-late")["status"] == "withdrawn"


def test_an_honest_repetition_comes_two_seconds_later(departments: Departments, inbox: Inbox) -> None:
    told(departments, faults={"resend": True})
    departments.file("GA", hukou(inbox), "again")
    wait_until(lambda: len(inbox.events("again", "approved")) == 2)
    first, second = inbox.events("again", "approved")
    assert first == second
    kinds = [one["kind"] for one in departments.record("again")["callbacks"][-1]["attempts"]]
    assert kinds == ["genuine", "duplicate"]


def test_hostile_callbacks_are_none_that_the_department_would_send(departments: Departments, inbox: Inbox) -> None:
    told(departments, faults=dict.fromkeys(HOSTILE, True))
    departments.file("GA", hukou(inbox), "hostile")
    inbox.wait_for("hostile", "approved")
    attempts = departments.record("hostile")["callbacks"][0]["attempts"]
    assert [one["kind"] for one in attempts] == [*HOSTILE, "genuine"]
    stale = [post for post in inbox.posts if post["genuine"] and _age_s(post) > 3000]
    assert len(stale) == 2
    assert max(len(post["raw"]) for post in inbox.posts) > 2_000_000
    assert any("X-Signature" not in post["headers"] for post in inbox.posts)


def _age_s(post: dict[str, object]) -> float:
    return time.time() - int(post["headers"].get("X-Timestamp", 0))


def test_a_used_nonce_comes_again_with_other_words(departments: Departments, inbox: Inbox) -> None:
    told(departments, faults={"nonce_reuse": True})
    departments.file("GA", hukou(inbox), "nonce")
    wait_until(lambda: len(inbox.posts) == 4)
    first = next(post for post in inbox.posts if post["event"]["status"] == "accepted")
    said = [
        post["event"]["status"] for post in inbox.posts if post["headers"]["X-Nonce"] == first["headers"]["X-Nonce"]
    ]
    assert said == ["accepted", "rejected"]  # the next word of the department may come in between


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [("exec_503", 503, b'{"message"'), ("exec_empty", 200, b""), ("exec_wrong_type", 202, b'{"receipt_no"')],
)
def test_more_answers_that_hide_what_was_done(
    departments: Departments, inbox: Inbox, fault: str, status: int, content: bytes
) -> None:
    told(departments, faults={fault: True}, times=1)
    answer = departments.file("GA", hukou(inbox), fault)
    assert (answer.status, answer.raw[: len(content)]) == (status, content)
    assert (answer.headers["content-type"] == "text/html") == (fault == "exec_wrong_type")
    assert departments.record(fault)["effect_counts"]["filed"] == 1


def test_a_connection_may_break_before_anything_is_done(departments: Departments, inbox: Inbox) -> None:
    told(departments, faults={"cut": True}, times=1)
    with pytest.raises((http.client.HTTPException, OSError)):
        departments.file("GA", hukou(inbox), "cut-before")
    assert departments.control("record?key=cut-before")["applications"] == []


def test_a_fault_may_be_of_one_verb_alone(departments: Departments, inbox: Inbox) -> None:
    departments.control("behaviour", {"dept": "GA", "verb": "query", "faults": {"error500": True}})
    assert departments.file("GA", hukou(inbox), "asked").status == 202
    assert departments.send("GA", "GET", "applications/asked").status == 500


def test_a_place_may_be_one_of_several(departments: Departments) -> None:
    departments.control("behaviour", {"dept": ["GA", "WJ"], "faults": {"error500": True}})
    found = {dept: departments.send(dept, "GET", "applications/x").status for dept in ("GA", "WJ", "MZ")}
    assert found == {"GA": 500, "WJ": 500, "MZ": 404}


# -- scripts ------------------------------------------------------------------------------------------------------
def test_supplements_may_be_asked_for_twice_with_a_reason(departments: Departments, inbox: Inbox) -> None:
    reasons = [{"code": "S01", "about": "M_HUKOU_BOOK", "text": "缺户主页"}]
    told(departments, decide="supplement", rounds=2, reasons=reasons, why_again="补来的页不清楚")
    departments.file("GA", hukou(inbox), "rounds")
    first = inbox.wait_for("rounds", "supplement")
    assert "why_again" not in first
    for number in (1, 2):
        more = {"contract": 1, "sub_application_id": first["sub_application_id"], "round": number, "fields": {}}
        path = "applications/rounds/supplements"
        assert departments.send("GA", "POST", path, more, key=f"round-{number}").status == 202
        if number == 1:
            wait_until(lambda: len(inbox.events("rounds", "supplement")) == 2)
    assert inbox.events("rounds", "supplement")[1]["why_again"] == "补来的页不清楚"
    inbox.wait_for("rounds", "approved")


def test_special_procedures_follow_each_other_and_are_told_when_asked(departments: Departments, inbox: Inbox) -> None:
    special = [
        {"procedure": "现场核查", "expected_days": 10, "seconds": 0.05},
        {"procedure": "专家评审", "expected_days": 20, "in_clock": True, "seconds": 1.5},
    ]
    told(departments, special=special)
    departments.file("GA", hukou(inbox), "specials")
    wait_until(lambda: len(inbox.events("specials", "special_procedure")) == 2)
    asked = departments.send("GA", "GET", "applications/specials").body
    assert (asked["status"], asked["procedure"], asked["in_clock"]) == ("special_procedure", "专家评审", True)
    inbox.wait_for("specials", "approved")
    told_of = [(event["status"], event.get("procedure")) for event in inbox.events("specials")]
    assert told_of == [
        ("accepted", None),
        ("special_procedure", "现场核查"),
        ("special_procedure_ended", "现场核查"),
        ("special_procedure", "专家评审"),
        ("special_procedure_ended", "专家评审"),
        ("approved", None),
    ]


def test_an_approval_may_be_corrected_later(departments: Departments, inbox: Inbox) -> None:
    told(departments, afterwards={"status": "result_corrected", "after_s": 0.1, "result": {"address": "新地址"}})
    departments.file("GA", hukou(inbox), "corrected")
    event = inbox.wait_for("corrected", "result_corrected")
    assert event["result"]["address"] == "新地址"
    assert event["seq"] > inbox.events("corrected", "approved")[0]["seq"]
    asked = departments.send("GA", "GET", "applications/corrected").body
    assert (asked["status"], asked["result"]["address"]) == ("approved", "新地址")


def test_a_fee_and_a_remedy_stand_beside_the_status(departments: Departments, inbox: Inbox) -> None:
    more = {"fee": {"amount": "36.50", "label": "工本费"}, "remedy": "可在六十日内申请复议"}
    told(departments, decide="reject", more=more)
    departments.file("GA", hukou(inbox), "fee")
    event = inbox.wait_for("fee", "rejected")
    assert (event["fee"], event["remedy"]) == (more["fee"], more["remedy"])
    assert departments.send("GA", "GET", "applications/fee").body["fee"] == more["fee"]


# -- what nobody can decide ---------------------------------------------------------------------------------------
def test_identity_numbers_of_one_day_do_not_run_out() -> None:
    numbers = [newborn_number(date(2026, 10, 30), 106, place) for place in range(0, 20_000)]
    assert numbers[0] == "350203202610301069"
    assert len(set(numbers)) == 20_000
    assert all(is_identity_number(number) for number in numbers)
    assert all(int(number[16]) % 2 == 0 for number in numbers)


def test_a_field_may_have_a_name_that_yaml_takes_for_a_truth_value(tmp_path: Path, inbox: Inbox) -> None:
    """`no` as a result field reached the agenda as False and went round for ever."""
    library = tmp_path / "library"
    shutil.copytree(ROOT / "bundles" / "library", library)
    bundle = library / "bundles" / "01_newborn_birth.yaml"
    text = bundle.read_text("utf-8")
    changed = _with_result_field(text)
    assert changed != text
    bundle.write_text(changed, "utf-8")
    departments = Departments(tmp_path / "mock", options=("--library", str(library)))
    departments.start()
    try:
        departments.control("behaviour", {"accept_s": 0, "decide_s": 0})
        departments.file("GA", hukou(inbox), "named-no")
        assert "no" in inbox.wait_for("named-no", "approved")["result"]
    finally:
        departments.kill()


def _with_result_field(text: str) -> str:
    """HUKOU's result with one more field that is called `no`, written without quotes."""
    lines = text.splitlines(keepends=True)
    begins = next(place for place, line in enumerate(lines) if line.startswith("results:"))
    entry = "  - {id: R_NO, item: HUKOU, zh: 登记号, kind: data, fields: [[no, 登记号, string]]}\n"
    return "".join([*lines[: begins + 1], entry, *lines[begins + 1 :]])


def test_a_step_that_always_fails_ends_as_stuck_and_others_go_on(own: Departments, inbox: Inbox) -> None:
    own.control("behaviour", {"dept": "GA", "accept_s": 0, "decide_s": 0})
    broken = hukou(inbox, child_name="陈一诺", birth_time="not a day")
    own.control("behaviour", {"dept": "GA", "item": "HUKOU", "decide": "approve", "times": 2})
    own.file("GA", broken, "broken")
    own.file("GA", hukou(inbox), "whole")
    inbox.wait_for("whole", "approved")
    effects = wait_until(lambda: _stuck(own, "broken"))
    assert "ValueError" in effects
    assert own.send("GA", "GET", "applications/broken").body["status"] == "accepted"


def _stuck(departments: Departments, key: str) -> str | None:
    effects = departments.record(key)["effects"]
    return next((one["detail"] for one in effects if one["effect"] == "stuck"), None)
