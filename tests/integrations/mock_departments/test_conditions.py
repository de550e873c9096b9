"""Departments with old systems: no keys, no query, no callbacks, a wrong clock, a limit, a backup that forgot."""

from __future__ import annotations

import http.client
import json
import time
from email.utils import parsedate_to_datetime

import pytest

from .process import Departments, Inbox, application, signature, wait_until


def hukou(inbox: Inbox) -> dict[str, object]:
    return application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))


def quick(departments: Departments, **more: object) -> None:
    departments.control("behaviour", {"dept": "GA", "accept_s": 0, "decide_s": 0, **more})


def test_without_keys_a_repeated_filing_is_a_second_effect(departments: Departments, inbox: Inbox) -> None:
    departments.control("department", {"dept": "GA", "keys": False})
    body = hukou(inbox)
    first, second = (departments.file("GA", body, "twice").body["receipt_no"] for _ in range(2))
    assert first != second
    duplicates = departments.control("summary")["duplicate_effects"]
    assert [(row["sub_id"], row["effect"], row["n"]) for row in duplicates] == [
        (body["sub_application_id"], "filed", 2)
    ]


def test_a_department_without_query_says_so_and_not_that_it_never_saw_it(
    departments: Departments, inbox: Inbox
) -> None:
    departments.control("department", {"dept": "GA", "query": False})
    departments.file("GA", hukou(inbox), "filed")
    assert departments.send("GA", "GET", "applications/filed").status == 405
    assert departments.send("MZ", "GET", "applications/filed").status == 404


def test_a_department_without_callbacks_is_asked(departments: Departments, inbox: Inbox) -> None:
    departments.control("department", {"dept": "GA", "callbacks": False})
    quick(departments)
    departments.file("GA", hukou(inbox), "asked")
    wait_until(lambda: departments.send("GA", "GET", "applications/asked").body["status"] == "approved")
    assert departments.record("asked")["callbacks"] == []


@pytest.mark.parametrize("skew_s", [600, -600])
def test_a_department_with_a_wrong_clock_trusts_no_signature_and_shows_its_time(
    departments: Departments, inbox: Inbox, skew_s: int
) -> None:
    departments.control("department", {"dept": "GA", "skew_s": skew_s})
    refused = departments.file("GA", hukou(inbox), "skewed")
    assert refused.status == 401
    shown = parsedate_to_datetime(refused.headers["date"]).timestamp()
    assert shown == pytest.approx(time.time() + skew_s, abs=30)


def test_its_callbacks_carry_the_time_of_the_wrong_clock(departments: Departments, inbox: Inbox) -> None:
    quick(departments, decide_s=0.3)
    departments.file("GA", hukou(inbox), "late-clock")
    departments.control("department", {"dept": "GA", "skew_s": 600})
    inbox.wait_for("late-clock", "approved")
    post = inbox.posts[-1]
    assert int(post["headers"]["X-Timestamp"]) == pytest.approx(time.time() + 600, abs=30)
    assert post["genuine"]


def test_a_limited_department_answers_429_with_a_time(departments: Departments, inbox: Inbox) -> None:
    departments.control("department", {"dept": "GA", "rate_limit_per_s": 1})
    answers = [departments.file("GA", hukou(inbox), f"crowd-{place}") for place in range(4)]
    assert answers[0].status == 202
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    time.sleep(1.1)
    assert departments.file("GA", hukou(inbox), "later").status == 202


def test_a_restored_backup_does_not_know_what_was_filed_since(departments: Departments, inbox: Inbox) -> None:
    quick(departments, decide_s=60)
    body = hukou(inbox)
    departments.file("GA", body, "known")
    told = departments.control("forget", {"dept": "GA", "since_s": 60})
    assert told["forgotten"] == [body["sub_application_id"]]
    assert departments.send("GA", "GET", "applications/known").status == 404
    record = departments.control("record?key=known")
    assert record["applications"] == []
    assert [row["sub_id"] for row in record["forgotten"]] == [body["sub_application_id"]]
    departments.file("GA", body, "known")
    duplicates = departments.control("summary")["duplicate_effects"]
    assert [(row["effect"], row["n"]) for row in duplicates] == [("filed", 2)]


def test_what_was_filed_before_the_backup_is_still_known(departments: Departments, inbox: Inbox) -> None:
    departments.file("GA", hukou(inbox), "old")
    time.sleep(0.3)
    assert departments.control("forget", {"dept": "GA", "since_s": 0.2})["forgotten"] == []
    assert departments.send("GA", "GET", "applications/old").status == 200


@pytest.mark.parametrize(("mode", "status"), [("503", 503), ("500", 500)])
def test_an_outage_may_answer_with_an_error(departments: Departments, inbox: Inbox, mode: str, status: int) -> None:
    departments.control("outage", {"dept": "GA", "seconds": 30, "mode": mode})
    assert departments.file("GA", hukou(inbox), "down").status == status
    departments.control("outage", {"dept": "GA", "seconds": 0})
    assert departments.file("GA", hukou(inbox), "down").status == 202


def test_an_outage_may_be_silence(departments: Departments, inbox: Inbox) -> None:
    departments.control("outage", {"dept": "GA", "seconds": 1, "mode": "hang"})
    began = time.monotonic()
    with pytest.raises((http.client.HTTPException, OSError)):
        departments.file("GA", hukou(inbox), "mute")
    assert time.monotonic() - began >= 0.8
    assert departments.control("record?key=mute")["applications"] == []


def test_a_condition_lasts_over_a_kill_and_ends_with_a_reset(own: Departments, inbox: Inbox) -> None:
    own.control("department", {"dept": "GA", "query": False})
    own.control("department", {"dept": "", "rate_limit_per_s": 50})
    own.kill()
    own.start()
    assert own.send("GA", "GET", "applications/nothing").status == 405
    assert own.control("live?once=1")["everywhere"] == {"rate_limit_per_s": 50}
    own.control("reset", {})
    assert own.send("GA", "GET", "applications/nothing").status == 404


def test_one_department_can_be_healed_alone(departments: Departments) -> None:
    for dept in ("GA", "WJ"):
        departments.control("department", {"dept": dept, "query": False})
        departments.control("behaviour", {"dept": dept, "faults": {"error500": True}})
    departments.control("heal", {"dept": "GA"})
    assert departments.send("GA", "GET", "applications/x").status == 404
    assert departments.send("WJ", "GET", "applications/x").status == 500


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("department", {"dept": "GA", "keys": "no"}),
        ("department", {"dept": "GA", "skew_s": "soon"}),
        ("department", {"dept": "nowhere", "keys": False}),
        ("outage", {"dept": "GA", "seconds": 5, "mode": "tired"}),
        ("forget", {"dept": "nowhere"}),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    departments: Departments, verb: str, body: dict[str, object]
) -> None:
    reply = departments.plain("POST", f"/_control/{verb}", json.dumps(body).encode())
    assert reply.status == 422
    assert reply.body["message"]


def test_the_skewed_signature_of_a_caller_with_the_same_clock_holds(departments: Departments, inbox: Inbox) -> None:
    departments.control("department", {"dept": "GA", "skew_s": 600})
    path, stamp = "/departments/GA/applications/x", str(int(time.time()) + 600)
    headers = {
        "X-Key-Id": "GA-1",
        "X-Timestamp": stamp,
        "X-Nonce": "a-nonce-of-its-own",
        "X-Signature": signature("GA", "GET", path, stamp, "a-nonce-of-its-own", b""),
    }
    assert departments.plain("GET", path, b"", headers).status == 404
