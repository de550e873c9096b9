"""Loaded by pytest before Django: says in one line what is missing, instead of a page of settings errors."""

from __future__ import annotations

import os

import pytest

NEEDED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """The tests run against a real PostgreSQL and Redis, which the door starts."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(
            f"没有 {missing[0]}：请运行 ./dev test {{路径}} / {missing[0]} is not set: run ./dev test [path]"
        )
