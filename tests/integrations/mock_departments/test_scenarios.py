"""Scenario files: a bad day at the departments, the same one for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integrations.mock_departments.library import Library
from integrations.mock_departments.scenarios import BadScenario, Scenario, read_scenario, shipped

from .process import ROOT, Departments, Inbox, application, wait_until

RANDOM = """
scenario: random
ends: 10m
steps:
  - every: 10s
    jitter: 5s
    pick:
      - outage: {dept: any, for: 2s..9s}
      - {for: 5s, dept: GA, chances: {exec_cut: 0.5}}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(ROOT / "bundles" / "library")


def read(library: Library, text: str, seed: int = 7) -> Scenario:
    return read_scenario(text, library, seed)


@pytest.mark.parametrize("path", shipped().values(), ids=shipped())
def test_every_shipped_scenario_can_be_played(library: Library, path: Path) -> None:
    scenario = read(library, path.read_text("utf-8"))
    assert scenario.name == path.stem
    assert scenario.zh != scenario.name
    assert scenario.steps


def test_the_same_seed_is_the_same_day_and_another_one_is_not(library: Library) -> None:
    assert read(library, RANDOM, 7) == read(library, RANDOM, 7)
    assert read(library, RANDOM, 7).steps != read(library, RANDOM, 8).steps


def test_a_repeated_step_keeps_its_time_and_draws_a_department_that_decides(library: Library) -> None:
    steps = read(library, RANDOM).steps
    assert len(steps) == 60
    assert all(0 <= step.at_s % 10 <= 5 for step in steps)
    outages = [step for step in steps if step.act == "outage"]
    assert 15 < len(outages) < 45
    assert all(2 <= step.settings["seconds"] <= 9 for step in outages)
    assert len({step.settings["dept"] for step in outages}) > 5


def test_durations_are_read_in_every_unit(library: Library) -> None:
    text = "timing: {hukou_birth: {accept_s: 500ms, decide_s: 1m..1.5h}}"
    (step,) = read(library, text).steps
    assert step.settings == {"matter": "hukou_birth", "accept_s": 0.5, "decide_s": [60.0, 5400.0]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1", "steps: [...]"),
        ("a: [", "不是合法的 YAML"),
        ("moods: 1", "不认识的项：moods"),
        ("timing: {nothing: {decide_s: 1s}}", "timing.nothing.matter：目录里没有 nothing"),
        ("steps: [{dept: XX, faults: {drop: true}}]", "steps[0].dept：目录里没有 XX"),
        ("steps: [{faults: {burn: true}}]", "steps[0]：不认识的设置：burn"),
        ("steps: [{dept: GA, mood: bad}]", "steps[0]：不认识的项：mood"),
        ("steps: [{dept: GA}]", "steps[0]：没有说要怎样"),
        ("steps: [{chances: {drop: 3}}]", "drop: 3"),
        ("steps: [{at: soon, faults: {drop: true}}]", "steps[0].at：看不懂的时长 soon"),
        ("steps: [{decide_s: 5x}]", "steps[0].decide_s：看不懂的时长 5x"),
        ("steps: [{outage: {dept: GA}}]", "steps[0].outage.for：要写停多久"),
        ("steps: [{outage: {dept: GA, for: 5s, mode: tired}}]", "steps[0].outage.mode"),
        ("steps: [{outage: {dept: GA, for: 5s}, forget: {dept: GA}}]", "一步只能有一件事"),
        ("steps: [{every: 5s, faults: {drop: true}}]", "要有 until"),
        ("steps: [{department: {dept: GA, keys: maybe}}]", "不认识的状态：keys"),
        ("steps: [{forget: {dept: nowhere}}]", "没有这个部门：nowhere"),
        ("seed: early\nsteps: [{faults: {drop: true}}]", "seed：要是整数"),
        ("ends: 1h\nsteps: [{every: 1ms, faults: {drop: true}}]", "超过 20000 步"),
    ],
)
def test_a_mistake_is_named_with_its_place(library: Library, text: str, said: str) -> None:
    with pytest.raises(BadScenario) as refusal:
        read(library, text)
    assert said in str(refusal.value)


def test_every_mistake_is_named_at_once(library: Library) -> None:
    with pytest.raises(BadScenario) as refusal:
        read(library, "steps: [7, {dept: XX, faults: {burn: 1}}, {outage: {dept: GA}}]")
    assert len(str(refusal.value).splitlines()) == 4


def test_a_scenario_plays_its_steps_and_leaves_nothing_behind(departments: Departments) -> None:
    text = """
scenario: short
ends: 1500ms
steps:
  - {for: 300ms, dept: WJ, faults: {error500: true}}
  - {at: 500ms, department: {dept: GA, query: false}, for: 400ms}
  - {at: 1s, outage: {dept: GA, for: 10s, mode: "503"}}
"""
    departments.control("scenario", {"text": text})
    seen = {500: False, 405: False, 503: False}

    def all_seen() -> bool:
        for dept in ("WJ", "GA"):
            status = departments.send(dept, "GET", "applications/none").status
            seen[status] = True
        return all(seen.values())

    wait_until(all_seen)
    wait_until(lambda: departments.control("scenario")["running"] is None)
    assert departments.send("GA", "GET", "applications/none").status == 404
    assert departments.control("summary")["behaviours"] == []


def test_a_scenario_goes_on_after_a_kill_where_it_stopped(own: Departments) -> None:
    text = """
scenario: long
steps:
  - {dept: WJ, faults: {error500: true}}
  - {at: 1h, dept: GA, faults: {error500: true}}
"""
    own.control("scenario", {"text": text, "seed": 5})
    wait_until(lambda: own.control("scenario")["running"]["done"] == 1)
    own.kill()
    own.start()
    running = own.control("scenario")["running"]
    assert (running["name"], running["seed"], running["done"], len(running["next"])) == ("long", 5, 1, 1)
    assert own.send("WJ", "GET", "applications/none").status == 500
    own.control("scenario", {"stop": True})
    assert own.send("WJ", "GET", "applications/none").status == 404


def test_a_scenario_that_cannot_be_played_changes_nothing(departments: Departments) -> None:
    departments.control("scenario", {"name": "outage"})
    reply = departments.plain("POST", "/_control/scenario", json.dumps({"text": "steps: [{dept: XX}]"}).encode())
    assert reply.status == 422
    assert "目录里没有 XX" in reply.body["message"]
    assert departments.control("scenario")["running"]["name"] == "outage"
    assert departments.plain("POST", "/_control/scenario", b'{"name": "nothing"}').status == 422


def test_chances_fall_the_same_way_for_the_same_seed(departments: Departments, inbox: Inbox) -> None:
    falls = []
    for turn in range(2):
        departments.control("reset", {"records": True})
        departments.control("scenario", {"text": "seed: 9\nsteps: [{dept: GA, chances: {error500: 0.5}}]"})
        wait_until(lambda: departments.control("summary")["behaviours"])
        keys = [f"dice-{turn}-{place}" for place in range(20)]
        falls.append([departments.file("GA", _filing(inbox), key).status for key in keys])
    assert falls[0] == falls[1]
    assert set(falls[0]) == {202, 500}


def _filing(inbox: Inbox) -> dict[str, object]:
    return application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
