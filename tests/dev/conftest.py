"""Each test of the door has a var/ of its own and surroundings without the services of the test run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtools.environment import ROOT
from devtools.services import stop_services

Door = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """An empty PORTAL_VAR; whatever a test starts in it is stopped."""
    folder = tmp_path / "var"
    folder.mkdir()
    yield folder
    stop_services(folder)


@pytest.fixture
def surroundings(var: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process as if no database and no Redis were given from outside."""
    for name in ("DATABASE_URL", "REDIS_URL", "PORTAL_PORT", "MOCK_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_VAR", str(var))
    return var


@pytest.fixture
def door(surroundings: Path) -> Door:
    """Run `./dev` as a person does."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "dev"), *words]
        env = {**os.environ, **variables}
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, check=False)

    return run


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number
