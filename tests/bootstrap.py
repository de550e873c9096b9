"""Loaded by pytest before Django: what is missing is said in one line, what is loaded stays."""

from __future__ import annotations

import gc
import os

import pytest

NEEDED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
# Folders whose tests share started programs, in this order; the last one takes as many processors as it finds free.
STARTERS = ("faults", "journeys", "seed")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The tests run against a real PostgreSQL and Redis, which the door starts."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(
            f"没有 {missing[0]}：请运行 ./dev test {{路径}} / {missing[0]} is not set: run ./dev test [path]"
        )
    gc.disable()  # nothing that is loaded for the tests is garbage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A folder of such tests runs in one piece, so that its programs end with the last of them."""
    items.sort(key=lambda item: 1 + STARTERS.index(folder) if (folder := _folder_of(item)) in STARTERS else 0)


def _folder_of(item: pytest.Item) -> str:
    """The one below `tests`."""
    return item.nodeid.partition("/")[2].partition("/")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The tests run as the processes of the portal do: what is loaded stays, and is not looked through for garbage."""
    from portal.startup import keep_what_is_loaded

    gc.enable()
    keep_what_is_loaded()
