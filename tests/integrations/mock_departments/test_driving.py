"""Driving the departments: commands from the shell, the live picture, the record page by page."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys

import pytest

from .process import ROOT, Departments, Inbox, application, wait_until


def say(departments: Departments, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "integrations.mock_departments", *words]
    env = {**os.environ, "MOCK_URL": f"http://127.0.0.1:{departments.port}"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=False)


def filed(departments: Departments, inbox: Inbox, *keys: str) -> None:
    departments.control("behaviour", {"accept_s": 0, "decide_s": 0})
    for key in keys:
        body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
        assert departments.file("GA", body, key).status == 202
    for key in keys:
        inbox.wait_for(key, "approved")


def test_an_outage_by_command(departments: Departments) -> None:
    assert say(departments, "outage", "GA", "30s", "--mode", "503").returncode == 0
    assert departments.send("GA", "GET", "applications/x").status == 503
    assert say(departments, "outage", "GA", "0").returncode == 0
    assert departments.send("GA", "GET", "applications/x").status == 404


def test_conditions_behaviours_scenarios_and_reset_by_command(departments: Departments) -> None:
    assert say(departments, "department", "SW", "query=false").returncode == 0
    assert departments.send("SW", "GET", "applications/x").status == 405
    assert say(departments, "behave", "dept=WJ", 'faults={"error500": true}').returncode == 0
    assert departments.send("WJ", "GET", "applications/x").status == 500
    assert say(departments, "scenario", "quiet_day", "--seed", "3").returncode == 0
    status = json.loads(say(departments, "status").stdout)
    assert (status["scenario"]["name"], status["departments"]["SW"]["condition"]) == ("quiet_day", {"query": False})
    assert say(departments, "reset").returncode == 0
    assert json.loads(say(departments, "status").stdout)["departments"] == {}


def test_a_command_that_is_refused_says_why(departments: Departments) -> None:
    refused = say(departments, "outage", "nowhere", "5s")
    assert (refused.returncode, refused.stderr.strip()) == (1, "✗ 没有这个部门")
    assert say(departments, "outage", "GA", "soon").returncode == 2


def test_a_process_with_a_bad_scenario_does_not_start(tmp_path: os.PathLike[str]) -> None:
    path = os.path.join(tmp_path, "bad.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("steps: [{dept: XX, faults: {drop: true}}]")
    command = [sys.executable, "-m", "integrations.mock_departments", "--scenario", path, "--data", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "steps[0].dept：目录里没有 XX" in ended.stderr


def test_the_live_picture_counts_what_came_and_what_hostile_callbacks_were_taken(
    departments: Departments, inbox: Inbox
) -> None:
    departments.control("behaviour", {"dept": "GA", "faults": {"forged": True}})
    filed(departments, inbox, "seen")
    told = wait_until(lambda: _picture_with(departments, "GA"))
    card = next(one for one in told["departments"] if one["code"] == "GA")
    assert card["applications"] == {"approved": 1}
    assert told["totals"]["duplicates"] == 0
    assert told["totals"]["hostile_sent"] == told["totals"]["hostile_accepted"] == 2
    assert any(row["what"] == "申报 户口登记（申报出生登记）" for row in told["recent"])


def _picture_with(departments: Departments, dept: str) -> dict[str, object] | None:
    told = departments.control("live?once=1")
    card = next(one for one in told["departments"] if one["code"] == dept)
    return told if card["applications"] and told["totals"]["callbacks_delivered"] == 2 else None


def test_the_live_page_is_streamed(departments: Departments) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", departments.port, timeout=10)
    connection.request("GET", "/_control/live")
    response = connection.getresponse()
    assert response.getheader("Content-Type") == "text/event-stream"
    pictures = [json.loads(line[6:]) for line in (response.readline() for _ in range(3)) if line.startswith(b"data: ")]
    connection.close()
    assert len(pictures) == 2
    assert "departments" in pictures[0]


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/static/cards.js", "/static/page.css", "/static/icon.svg"])
def test_the_page_has_all_its_parts(departments: Departments, path: str) -> None:
    assert departments.plain("GET", path).status == 200


def test_a_page_of_another_site_drives_nothing(departments: Departments) -> None:
    reply = departments.plain("POST", "/_control/reset", b"{}", {"Origin": "https://elsewhere.example"})
    assert reply.status == 403


def test_the_record_is_read_page_by_page_without_loss(departments: Departments, inbox: Inbox) -> None:
    keys = [f"page-{place}" for place in range(7)]
    filed(departments, inbox, *keys)
    found, after = [], ""
    while True:
        page = departments.control(f"record?after={after}&limit=3&slim=1")
        found += page["applications"]
        if page["next"] is None:
            break
        assert len(page["applications"]) <= 3
        after = page["next"]
    assert [row["key"] for row in found] == keys
    whole = departments.record("page-0")
    assert found[0]["effect_counts"] == whole["effect_counts"] == {"filed": 1, "accepted": 1, "approved": 1}
    assert [one["attempts"] for one in found[0]["callbacks"]] == [{"genuine 200": 1}] * 2
    assert "body" not in found[0]


def test_every_try_under_a_key_is_counted(departments: Departments, inbox: Inbox) -> None:
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
    for _ in range(3):
        departments.file("GA", body, "thrice")
    departments.file("GA", {**body, "purpose": "other"}, "thrice")
    (tries,) = departments.control("tries")["tries"]
    assert (tries["n"], tries["bodies"], tries["statuses"]) == (4, 2, {"202": 3, "422": 1})
