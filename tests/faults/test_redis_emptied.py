"""Redis is only an alarm clock: emptied or gone, it costs seconds and nothing else."""

from __future__ import annotations

import re
import time

import pytest

from tests.factories.stack import Stack, wait_for
from tests.faults.checker import faults_in
from tests.faults.newborns import Newborns

pytestmark = [pytest.mark.faults_wide, pytest.mark.timeout(300)]

GOAL_S = 60.0
PRESS_S = 10.0  # a busy machine; what counts is that nobody waits for a broker that is not there


def test_a_redis_emptied_again_and_again_loses_nothing(stack: Stack, newborns: Newborns) -> None:
    cases = newborns.file(2)
    began = time.monotonic()

    def closed_though_emptied() -> bool:
        stack.flush_redis()
        return all((newborns.case(one) or {}).get("state") == one.state for one in cases)

    wait_for(closed_though_emptied, GOAL_S, stack.what_it_said)
    assert time.monotonic() - began <= GOAL_S
    assert faults_in(newborns.seen(cases)) == []


def test_a_redis_killed_and_started_empty_loses_nothing_and_wakes_the_worker_again(
    stack: Stack, newborns: Newborns
) -> None:
    early, late = newborns.draft(), newborns.draft()
    first = newborns.submit(early)
    stack.kill_redis()
    pressed = time.monotonic()
    second = newborns.submit(late)
    assert time.monotonic() - pressed <= PRESS_S
    wait_for(lambda: newborns.item(second, "BIRTH_CERT")["receipt_no"], GOAL_S, stack.what_it_said)

    stack.start_redis()
    third = newborns.submit(newborns.draft())
    assert newborns.wait_until_closed([first, second, third]) <= GOAL_S
    assert faults_in(newborns.seen([first, second, third])) == []
    wait_for(lambda: _nudges_taken(stack), GOAL_S, "nobody takes nudges from the new Redis")


def _nudges_taken(stack: Stack) -> bool:
    """Since this Redis began, nudges were laid into it, and somebody has taken every one."""
    laid = re.search(r"cmdstat_lpush:calls=(\d+)", stack.ask_redis("INFO commandstats"))
    return laid is not None and stack.ask_redis("LLEN celery") == ":0"
