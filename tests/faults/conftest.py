"""One stack of processes for the folder; every test finds all parts running and departments that behave as usual."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.stack import Stack
from tests.faults.newborns import Newborns


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack(tmp_path_factory.mktemp("faults"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def families(running_stack: Stack) -> Newborns:
    return Newborns(running_stack)


@pytest.fixture
def stack(running_stack: Stack) -> Stack:
    """What the test before has killed runs again, and what it told the departments is forgotten."""
    if not running_stack.redis.running():
        running_stack.start_redis()
    if not running_stack.is_running("worker"):
        running_stack.start_part("worker")
    running_stack.mock.control("reset", records=True)
    return running_stack


@pytest.fixture
def newborns(stack: Stack, families: Newborns) -> Newborns:
    return families
