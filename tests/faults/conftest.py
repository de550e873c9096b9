"""One stack of processes for the folder; every test finds all parts running and departments that behave as usual."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.newborns import Newborns
from tests.faults.trial.stack import TrialStack, running_trial


@pytest.fixture(scope="package")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialStack]:
    with running_trial(tmp_path_factory.mktemp("faults")) as stack:
        yield stack


@pytest.fixture(scope="package")
def families(running_stack: TrialStack) -> Newborns:
    return Newborns(running_stack)


@pytest.fixture
def stack(running_stack: TrialStack) -> TrialStack:
    """What the test before has killed runs again, and what it told the departments is forgotten."""
    if not running_stack.redis.running():
        running_stack.start_redis()
    running_stack.postgres.come_back()
    running_stack.postgres.line("heal")
    for part in ("web", "worker"):
        if not running_stack.is_running(part):
            running_stack.start_part(part)
    running_stack.mock.control("reset", records=True)
    return running_stack


@pytest.fixture
def newborns(stack: TrialStack, families: Newborns) -> Newborns:
    return families
