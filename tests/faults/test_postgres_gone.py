"""PostgreSQL dies, is overcrowded, or its answers are lost: people hear "come again", and no press counts twice."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from devtools import portal
from portal.demo.api_client import Refused
from tests.factories.stack import wait_for
from tests.faults.trial.applicants import Applicants, applicants_of
from tests.faults.trial.record import Record
from tests.faults.trial.stack import TrialStack
from tests.faults.trial.views import all_faults

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

SERVING_GOAL_S, REFUSED_WITHIN_S, CLOSED_S = 10.0, 10.0, 90.0
PRESSES = 8


@pytest.fixture
def people(stack: TrialStack) -> Iterator[Applicants]:
    with applicants_of(stack.base_url, PRESSES) as applicants:
        yield applicants


def test_while_postgres_is_gone_people_hear_come_again_and_no_restart_is_needed(
    stack: TrialStack, people: Applicants
) -> None:
    draft = people.draft()
    stack.postgres.kill()
    with ThreadPoolExecutor(1) as hand:
        pressing = hand.submit(people.press, draft)
        page = _look(f"{stack.base_url}/")
        health = _look(f"{stack.base_url}/healthz")
        wait_for(lambda: people.answers.counted["503"], 30, "the press was not answered")
        back_at = _come_back(stack)
        wait_for(lambda: portal.answers(stack.port), 60, stack.what_it_said)
        serving_s = time.monotonic() - back_at
        pressed = pressing.result()
    assert (page[0], health[0]) == (503, 503), (page, health)
    assert "正在忙" in page[1] and "Traceback" not in page[1] and "psycopg" not in page[1]
    assert serving_s <= SERVING_GOAL_S
    wait_for(lambda: not stack.open_cases([pressed.filed.case_id]), CLOSED_S, stack.what_it_said)
    assert all_faults(stack, people, [pressed]) == []


def test_a_callback_while_postgres_is_gone_is_not_welcomed_before_it_is_kept(
    stack: TrialStack, people: Applicants
) -> None:
    stack.mock.control("behaviour", item="HOUSEHOLD", decide="silence")
    pressed = people.file_now()
    item = wait_for(lambda: _with_receipt(people, pressed), CLOSED_S, stack.what_it_said)
    stack.postgres.stop_at_once()
    stack.mock.control("callback", dept="GA", key=item["sub_id"], status="approved", result={"household_no": "H1"})
    first = wait_for(lambda: _attempts(stack, item["sub_id"]), 30, "the callback was not sent")
    assert {attempt["status"] for attempt in first} <= {503, None}
    _come_back(stack)
    wait_for(lambda: not stack.open_cases([pressed.filed.case_id]), CLOSED_S, stack.what_it_said)
    told = wait_for(lambda: _attempts(stack, item["sub_id"], status=200), CLOSED_S, "the callback was never kept")
    assert len(told) == 1
    case = people.look(pressed)
    assert case is not None and (case["state"], case["outcome"]) == ("concluded", "all")


@pytest.mark.parametrize("when", ["after", "before"])
def test_a_commit_whose_answer_is_lost_and_one_that_never_arrives_make_one_case(
    stack: TrialStack, people: Applicants, when: str
) -> None:
    drafts = [people.draft() for _ in range(3)]
    stack.pause_part("worker")  # so that it is the press whose commit is cut
    cut = stack.postgres.line("standing")["cut"][when]
    try:
        cases = []
        for draft in drafts:
            stack.postgres.line(f"commits {when} 1")
            cases.append(people.press(draft))
    finally:
        stack.postgres.line("heal")
        stack.resume_part("worker")
    assert stack.postgres.line("standing")["cut"][when] == cut + len(drafts)
    wait_for(lambda: not stack.open_cases(one.filed.case_id for one in cases), CLOSED_S, stack.what_it_said)
    assert all_faults(stack, people, cases) == []
    assert any(one.tries > 1 for one in cases), "nobody noticed that an answer was lost"


def test_eight_presses_at_once_make_one_case(stack: TrialStack, people: Applicants) -> None:
    draft, key = people.draft(), uuid4().hex
    other = people.draft()
    with ThreadPoolExecutor(2 * PRESSES) as hands:
        same = [hands.submit(people.press, draft, key=key) for _ in range(PRESSES)]
        different = [hands.submit(_pressed_or_refused, people, other) for _ in range(PRESSES)]
        cases = [one.result() for one in same]
        answers = [one.result() for one in different]
    assert len({one.filed.case_id for one in cases}) == 1
    taken = [one for one in answers if not isinstance(one, int)]
    assert len(taken) == 1 and {one for one in answers if isinstance(one, int)} == {409}
    both = [cases[0], taken[0]]
    wait_for(lambda: not stack.open_cases(one.filed.case_id for one in both), CLOSED_S, stack.what_it_said)
    assert all_faults(stack, people, both) == []


@pytest.mark.faults_wide
def test_a_crowded_postgres_refuses_in_time_and_serves_when_there_is_room(
    stack: TrialStack, people: Applicants
) -> None:
    pressed = people.file_now()
    with stack.crowded():
        began = time.monotonic()
        status, _ = _look(f"{stack.base_url}/healthz")
        assert status == 503
        assert time.monotonic() - began <= REFUSED_WITHIN_S
    wait_for(lambda: portal.answers(stack.port), SERVING_GOAL_S, stack.what_it_said)
    wait_for(lambda: not stack.open_cases([pressed.filed.case_id]), CLOSED_S, stack.what_it_said)
    assert all_faults(stack, people, [pressed]) == []


def _come_back(stack: TrialStack) -> float:
    stack.postgres.come_back()
    return time.monotonic()


def _look(address: str) -> tuple[int, str]:
    """Status and text of a page, whatever the status."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def _with_receipt(people: Applicants, pressed: Any) -> Any:
    case = people.look(pressed)
    found = [item for item in (case or {"items": []})["items"] if item["item_id"] == "HOUSEHOLD" and item["receipt_no"]]
    return found[0] if found else None


def _attempts(stack: TrialStack, sub_id: str, **wanted: int) -> list[dict[str, Any]]:
    """How the callback told by hand was answered so far."""
    record = Record(stack.folder / "data").applications([sub_id])
    tries = [attempt for row in record for callback in row["callbacks"] for attempt in callback["attempts"]
             if callback["status"] == "approved"]  # fmt: skip
    return [attempt for attempt in tries if all(attempt[name] == value for name, value in wanted.items())]


def _pressed_or_refused(people: Applicants, draft: Any) -> Any:
    try:
        return people.press(draft)
    except Refused as refusal:
        return refusal.status
