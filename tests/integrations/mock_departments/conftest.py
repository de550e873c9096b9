from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .process import Departments, Inbox


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Departments]:
    """One process for all tests that do not kill it."""
    made = Departments(tmp_path_factory.mktemp("mock"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def departments(running: Departments) -> Departments:
    """The process with its usual behaviour and nothing received yet."""
    running.control("reset", {"records": True})
    return running


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Departments]:
    """A process of this test's own, to be killed."""
    made = Departments(tmp_path / "mock")
    made.start()
    yield made
    if made.process and made.process.poll() is None:
        made.kill()
