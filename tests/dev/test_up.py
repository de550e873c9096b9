"""`./dev up` as a whole: the real portal from nothing, and nothing left of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from devtools import portal, processes
from devtools.environment import ROOT

# Bounds for a busy machine; a quiet one takes half a minute and less than ten seconds.
FIRST_START_S = 240.0
SECOND_START_S = 90.0


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


@contextmanager
def running(var: Path, timeout_s: float) -> Iterator[tuple[subprocess.Popen[bytes], Path, int]]:
    """The portal, up and answering; its log; its port. Ended by SIGTERM if it still runs."""
    web, mock = free_ports()
    log = var.parent / f"up-{web}.log"
    env = {**os.environ, "PORTAL_VAR": str(var), "PORTAL_PORT": str(web), "MOCK_PORT": str(mock)}
    with log.open("wb") as out:
        door = subprocess.Popen([sys.executable, str(ROOT / "dev"), "up"], stdout=out, stderr=out, env=env)
    try:
        ready = processes.wait_until(lambda: door.poll() is not None or "门户已就绪" in log.read_text(), timeout_s, 0.2)
        assert ready and door.poll() is None, log.read_text()
        yield door, log, web
    finally:
        if door.poll() is None:
            door.terminate()
        assert door.wait(40) in (0, -signal.SIGKILL), log.read_text()


def left_over(var: Path) -> list[str]:
    """Command lines of living processes that were told of this var/."""
    mark = f"PORTAL_VAR={var}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        told = mark in environment or str(var) in processes.command_line(pid)
        if told and pid != os.getpid() and processes.birth(pid):
            found.append(processes.command_line(pid))
    return found


@pytest.mark.serial
@pytest.mark.timeout(400)
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_the_portal_comes_up_from_nothing_and_leaves_nothing_however_it_ends(surroundings: Path) -> None:
    with running(surroundings, FIRST_START_S) as (door, log, web):
        assert portal.answers(web)
        assert f"http://127.0.0.1:{web}/" in log.read_text()
        assert "林晓岚" in log.read_text()
        assert len(left_over(surroundings)) >= 6
        with pytest.raises(HTTPError) as missing:
            urlopen(f"http://127.0.0.1:{web}/nowhere/", timeout=20)
        assert missing.value.code == 404
        assert "default-src 'self'" in missing.value.headers["Content-Security-Policy"], "a debug page"
        door.send_signal(signal.SIGINT)
        assert door.wait(40) == 0
    assert left_over(surroundings) == []
    assert "秒后重启" not in log.read_text(), "a part died on the way"

    with running(surroundings, SECOND_START_S) as (door, log, _):
        assert "准备数据库" not in log.read_text(), "what was prepared is prepared again"
        door.kill()
        door.wait()
    env = {**os.environ, "PORTAL_VAR": str(surroundings)}
    subprocess.run([sys.executable, str(ROOT / "dev"), "stop"], env=env, check=True, timeout=60)
    assert processes.wait_until(lambda: left_over(surroundings) == [], 15)
