"""Promises that take a minute or more to look at. `./dev soak --faults` runs them."""

from __future__ import annotations

import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from tests.factories.stack import wait_for
from tests.faults.trial.applicants import FULL, Applicants, Pressed, applicants_of
from tests.faults.trial.injuries import DEPARTMENTS
from tests.faults.trial.record import Record
from tests.faults.trial.stack import TrialStack
from tests.faults.trial.views import all_faults

pytestmark = [pytest.mark.faults_wide, pytest.mark.timeout(900)]

CLOSED_S = 240.0
# Who gets something of a full case at once.
FIRST_WAVE = ("JK", "YB", "WJ")


@pytest.fixture
def people(stack: TrialStack) -> Iterator[Applicants]:
    with applicants_of(stack.base_url, 4) as applicants:
        yield applicants


def test_a_hanging_department_does_not_delay_the_others(stack: TrialStack, people: Applicants) -> None:
    """P8: with one of five hanging the others' first delivery takes at most twice as long as on a quiet day."""
    quiet = _filed(stack, people, 20)
    stack.mock.control("behaviour", dept="JK", faults={"hang_s": 30})
    hurt = _filed(stack, people, 20, closed=False)
    others = _first_deliveries(stack, hurt, FIRST_WAVE[1:])
    stack.mock.control("reset")
    assert len(others) == 2 * len(hurt), "somebody else's delivery waited for the hanging department"
    usual = _first_deliveries(stack, quiet, FIRST_WAVE[1:])
    assert _p95(others) <= 2 * max(_p95(usual), 0.5), (_p95(usual), _p95(others))
    _wait_until_closed(stack, hurt)
    assert all_faults(stack, people, [*quiet, *hurt]) == []


def test_a_redis_that_says_nothing_for_a_minute_costs_no_press_a_second(stack: TrialStack, people: Applicants) -> None:
    """P9: the press is as quick as with Redis, and the departments get their parts all the same."""
    quiet = [people.file_now() for _ in range(10)]
    stack.pause_redis()
    until, paused = time.monotonic() + 60, []
    while time.monotonic() < until:
        paused.append(people.file_now())
    delivered = stack.open_cases(one.filed.case_id for one in paused)
    stack.resume_redis()
    usual = _p95([one.seconds for one in quiet])
    assert _p95([one.seconds for one in paused]) <= max(1.0, 2 * usual), usual
    assert len(delivered) < len(paused), "nothing went out while Redis was silent"
    _wait_until_closed(stack, paused)
    assert all_faults(stack, people, [*quiet, *paused]) == []


def test_many_sweepers_send_everything_once(stack: TrialStack, people: Applicants) -> None:
    """F45: four workers, each with a sweeper, and no fault anywhere: every filing is posted exactly once."""
    labels = [f"worker.{number}" for number in (2, 3, 4)]
    for label in labels:
        stack.start_part(label)
    cases = _filed(stack, people, 30)
    for label in labels:
        stack.end_part(label)
    record = Record(stack.folder / "data")
    keys = [row["key"] for row in record.applications(_sub_ids(stack, cases))]
    posts = Counter(request["key"] for request in record.requests(keys) if request["method"] == "POST")
    assert len(keys) == 5 * len(cases) and set(posts.values()) == {1}
    assert all_faults(stack, people, cases) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_a_worker_told_to_go_goes_within_thirty_seconds_and_leaves_nothing_undone(
    stack: TrialStack, people: Applicants, number: signal.Signals
) -> None:
    """F5: a deployment in the middle of slow answers."""
    for department in DEPARTMENTS:
        stack.mock.control("behaviour", dept=department, faults={"slow_s": 3})
    cases = [people.file_now(size=FULL) for _ in range(4)]
    assert stack.end_part("worker", number) <= 30
    stack.mock.control("reset")
    stack.start_part("worker")
    _wait_until_closed(stack, cases)
    assert all_faults(stack, people, cases) == []


def test_a_department_that_forgot_us_is_told_to_a_person_and_nothing_is_sent_again(
    stack: TrialStack, people: Applicants
) -> None:
    """F28: restored from a backup, it answers 404 to what it had given a receipt for."""
    stack.mock.control("behaviour", item="HOUSEHOLD", decide="silence")
    case = people.file_now()
    wait_for(lambda: _sub(stack, case, "HOUSEHOLD")[1], CLOSED_S, stack.what_it_said)
    sub_id, _ = _sub(stack, case, "HOUSEHOLD")
    stack.mock.control("forget", dept="GA")
    posts = _posts(stack, "GA")
    stack.rows("UPDATE cases_subapplication SET next_at = now() WHERE id = %s RETURNING 1", sub_id)
    told = "SELECT 1 FROM cases_attention WHERE sub_id = %s AND reason = 'forgotten' AND closed_at IS NULL"
    wait_for(lambda: stack.rows(told, sub_id), CLOSED_S, stack.what_it_said)
    assert _posts(stack, "GA") == posts
    assert stack.health()["silent_rows"] == 0


def test_a_case_withdrawn_while_it_is_sent_out_is_withdrawn_everywhere_or_a_person_is_told(
    stack: TrialStack, people: Applicants
) -> None:
    """F39, F33: thirty races. A department that had decided before it heard of it is shown to a clerk, case by case."""
    cases = [people.file_now(number % 8, FULL) for number in range(30)]
    statuses = list(people.each(people.withdraw, cases))
    assert set(statuses) <= {200, 409} and 200 in statuses
    _wait_until_closed(stack, cases)
    record = Record(stack.folder / "data")
    wait_for(lambda: not stack.health()["due_deliveries"], CLOSED_S, stack.what_it_said)
    over_there = {row["sub_id"]: row["status"] for row in record.applications(_sub_ids(stack, cases))}
    shown = [people.look(one) for one in cases]
    items = [item for case in shown if case for item in case["items"]]
    assert len(items) == 5 * len(cases)
    known = {item["sub_id"]: item["state"] for item in items if item["sub_id"] in over_there}
    different = {sub_id: (state, over_there[sub_id]) for sub_id, state in known.items() if state != over_there[sub_id]}
    assert set(different.values()) <= {("withdrawn", "approved")}
    told = "SELECT sub_id::text FROM cases_attention WHERE reason = 'late_answer' AND closed_at IS NULL"
    assert set(different) <= {sub_id for (sub_id,) in stack.rows(told)}, different


def _filed(stack: TrialStack, people: Applicants, count: int, *, closed: bool = True) -> list[Pressed]:
    cases = [one.result() for one in [people.file(FULL) for _ in range(count)]]
    if closed:
        _wait_until_closed(stack, cases)
        return cases
    record = Record(stack.folder / "data")
    wanted = set(_sub_ids(stack, cases))

    def reached() -> bool:
        there = {sub_id for dept, sub_id, _ in record.first_arrivals() if dept in FIRST_WAVE[1:]}
        return len(there & wanted) >= 2 * len(cases)

    wait_for(reached, CLOSED_S, stack.what_it_said)
    return cases


def _wait_until_closed(stack: TrialStack, cases: Sequence[Pressed]) -> None:
    ids = [one.filed.case_id for one in cases]
    wait_for(lambda: not stack.open_cases(ids), CLOSED_S, stack.what_it_said)


def _sub_ids(stack: TrialStack, cases: Sequence[Pressed]) -> list[str]:
    ids = [one.filed.case_id for one in cases]
    return [sub_id for (sub_id,) in stack.rows(
        "SELECT id::text FROM cases_subapplication WHERE case_id = ANY(%s::uuid[])", ids)]  # fmt: skip


def _sub(stack: TrialStack, case: Pressed, item: str) -> tuple[str, str]:
    """Id and receipt number of one item; two empty words while it is not there."""
    found = stack.rows(
        "SELECT id::text, receipt_no FROM cases_subapplication WHERE case_id = %s AND item_id = %s",
        case.filed.case_id, item,
    )  # fmt: skip
    return found[0] if found else ("", "")


def _first_deliveries(stack: TrialStack, cases: Sequence[Pressed], departments: Sequence[str]) -> list[float]:
    """Seconds from each press to the arrival at each of the departments."""
    pressed = {one.filed.case_id: one.at - one.seconds for one in cases}
    owners = dict(stack.rows(
        "SELECT id::text, case_id::text FROM cases_subapplication WHERE case_id = ANY(%s::uuid[])", list(pressed)
    ))  # fmt: skip
    arrived = Record(stack.folder / "data").first_arrivals()
    return [at - pressed[owners[sub_id]] for dept, sub_id, at in arrived if dept in departments and sub_id in owners]


def _posts(stack: TrialStack, department: str) -> int:
    requests = stack.mock.get(f"/_control/record?dept={department}")["requests"]
    return sum(request["method"] == "POST" for request in requests)


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
