"""A worker dies between a department's answer and its own commit, and another while it judges."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.factories.stack import Stack, wait_for
from tests.faults.checker import Filed, faults_in
from tests.faults.mutants import MUTANTS
from tests.faults.newborns import Newborns
from tests.faults.wire import TABLE, unread_answers

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not TABLE.exists(), reason="sockets are looked into through /proc, which only Linux has"),
]

GOAL_S = 30.0
ANSWER_AFTER_S, TIME_TO_PAUSE_S = 5.0, 2.0
# Both follow the birth certificate at once: one answers with the decision, the other decides later, by callback.
AT_ONCE, LATER = "VACCINE_BOOK", "HUKOU"


def test_a_worker_killed_between_answer_and_commit_loses_and_doubles_nothing(stack: Stack, newborns: Newborns) -> None:
    for item in (AT_ONCE, LATER):
        stack.mock.control("behaviour", item=item, faults={"slow_s": ANSWER_AFTER_S})
    cases = newborns.file(2)
    in_flight = wait_for(lambda: _filed_over_there(stack), 60, stack.what_it_said)
    stack.pause_part("worker")
    wait_for(lambda: _answers_waiting(stack) >= len(in_flight), 30, "the departments did not answer")
    unread = [one for one in cases if _is_decided_there_alone(stack, newborns, one)]
    assert unread, "the worker had already written down what the department decided"

    killed_at = time.time()
    stack.kill_part("worker")
    stack.mock.control("reset")
    stack.start_part("worker")

    newborns.wait_until_closed(cases)
    seen = newborns.seen(cases)
    assert faults_in(seen) == []
    asked_again = [_first_word_after(stack, killed_at, key) for key in in_flight]
    assert max(asked_again) - killed_at <= GOAL_S, asked_again
    for mutant in MUTANTS:
        assert any(fault.startswith(mutant.check) for fault in faults_in(mutant.of(seen))), mutant.what


@pytest.mark.faults_wide
def test_a_worker_killed_while_it_judges_loses_nothing(stack: Stack, newborns: Newborns) -> None:
    draft = newborns.draft()
    stack.pause_part("worker")
    case = newborns.submit(draft)
    with _locked(stack, case) as blocked:
        stack.resume_part("worker")
        wait_for(blocked, 30, "the worker did not come to the case")
        assert newborns.item(case, "BIRTH_CERT")["state"] == "ready"
        killed_at = time.monotonic()
        stack.kill_part("worker")
    stack.start_part("worker")

    wait_for(lambda: newborns.item(case, "BIRTH_CERT")["receipt_no"], 60, stack.what_it_said)
    assert time.monotonic() - killed_at <= GOAL_S
    newborns.wait_until_closed([case])
    assert faults_in(newborns.seen([case])) == []


def _filed_over_there(stack: Stack) -> set[str]:
    """Keys of filings that departments have carried out and not yet answered, once there are some of both kinds."""
    since = time.time() - ANSWER_AFTER_S + TIME_TO_PAUSE_S
    requests = stack.mock.get("/_control/record")["requests"]
    flying = [r for r in requests if r["note"] == "slow_s" and r["key"] and r["at"] > since]
    departments = {request["dept"] for request in flying}
    return {request["key"] for request in flying} if {"JK", "GA"} <= departments else set()


def _answers_waiting(stack: Stack) -> int:
    return unread_answers(stack.pid_of("worker"), stack.mock.port)


def _is_decided_there_alone(stack: Stack, newborns: Newborns, case: Filed) -> bool:
    item = newborns.item(case, AT_ONCE)
    record = stack.mock.get(f"/_control/record?dept=JK&key={item['sub_id']}")["applications"]
    return bool(record) and record[0]["status"] == "approved" and item["state"] == "dispatched"


def _first_word_after(stack: Stack, moment: float, key: str) -> float:
    """When the portal first spoke of a key again, by the departments' clock."""
    requests = stack.mock.get(f"/_control/record?key={key}")["requests"]
    return min((request["at"] for request in requests if request["at"] > moment), default=float("inf"))


@contextmanager
def _locked(stack: Stack, case: Filed) -> Iterator[object]:
    """Hold the row of a case, so that whoever must write to it stands still; tells whether somebody does."""
    with stack.database_cursor() as cursor, stack.database_cursor() as onlooker:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_backend_pid() FROM cases_case WHERE id = %s FOR UPDATE", [case.case_id])
        (own,) = cursor.fetchone()

        def blocked() -> bool:
            onlooker.execute("SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [own])
            return onlooker.fetchone() is not None

        yield blocked
        cursor.execute("ROLLBACK")
