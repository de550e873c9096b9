"""What was received outlives the process."""

from __future__ import annotations

import json
import signal
import time

from .process import Departments, Inbox, application


def test_after_a_kill_every_key_is_known_and_decisions_go_on(own: Departments, inbox: Inbox) -> None:
    own.control("behaviour", {"dept": "GA", "accept_s": 0.1, "decide_s": 1.0})
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields={"child_name": "陈一诺"})
    first = own.file("GA", body, "survivor")
    inbox.wait_for("survivor", "accepted")
    own.kill(signal.SIGKILL)
    own.start()
    assert own.file("GA", body, "survivor").raw == first.raw
    inbox.wait_for("survivor", "approved")
    record = own.record("survivor")
    assert {name: record["effect_counts"][name] for name in ("filed", "accepted", "approved")} == {
        "filed": 1,
        "accepted": 1,
        "approved": 1,
    }


def test_a_callback_that_was_not_stored_is_sent_after_the_restart_with_the_same_event(
    own: Departments, inbox: Inbox
) -> None:
    inbox.answers = [503] * 50
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
    own.file("GA", body, "pending")
    refused = inbox.wait_for("pending", "accepted")
    own.kill(signal.SIGKILL)
    inbox.answers, before = [], len(inbox.posts)
    own.start()
    inbox.wait_for("pending", "approved")
    accepted = [post["event"] for post in inbox.posts[before:] if post["event"]["status"] == "accepted"]
    assert [event["event_id"] for event in accepted] == [refused["event_id"]]


def test_issued_numbers_are_never_given_twice_over_a_restart(own: Departments, inbox: Inbox) -> None:
    own.control("behaviour", {"accept_s": 0, "decide_s": 0})
    numbers = []
    for place in range(2):
        fields = {"child_name": "陈一诺", "birth_time": "2026-10-30T03:42:00+08:00", "gender": "2"}
        body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields=fields)
        own.file("GA", body, f"child-{place}")
        numbers.append(inbox.wait_for(f"child-{place}", "approved")["result"]["id_no"])
        own.kill(signal.SIGTERM)
        own.start()
    assert numbers == ["350203202610301069", "350203202610301085"]


def test_the_day_the_demo_hangs_on_stays_over_a_restart(own: Departments) -> None:
    before = own.control("summary")["anchor"]
    own.kill(signal.SIGTERM)
    own.start()
    assert own.control("summary")["anchor"] == before


def test_a_used_nonce_stays_used_over_a_restart(own: Departments) -> None:
    from .process import signed

    path, body = (
        "/departments/GA/interfaces/CRIME_CHECK",
        json.dumps({"inputs": {"id_no": "x"}, "consent_id": "c"}).encode(),
    )
    headers = signed("GA", "POST", path, body, at=time.time())
    assert own.plain("POST", path, body, headers).status == 200
    own.kill(signal.SIGKILL)
    own.start()
    assert own.plain("POST", path, body, headers).status == 401
