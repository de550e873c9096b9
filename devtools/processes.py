"""Processes told apart for certain: a number alone may be used again by a stranger."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def birth(pid: int) -> str | None:
    """When the process began, in the system's own words; None if it is gone or only waits to be reaped."""
    if not Path("/proc/self/stat").exists():
        return _birth_from_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _birth_from_ps(pid: int) -> str | None:
    seen = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, began = seen.stdout.strip().partition(" ")
    return None if not began or state.startswith("Z") else began.strip()


def command_line(pid: int) -> str:
    """The words a process was started with; empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        seen = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return seen.stdout


def is_alive(pid: int, born: str) -> bool:
    """The very process that was noted, not a later one with its number."""
    return birth(pid) == born


def wait_until(condition: Callable[[], bool], timeout_s: float, pause_s: float = 0.05) -> bool:
    """True as soon as the condition holds; False when the time is over."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause_s)
    return condition()


def terminate(pid: int, born: str, timeout_s: float = 10.0) -> None:
    """Ask one process to end; after the time-out end it and everything in its group."""
    if not is_alive(pid, born):
        return
    send(pid, signal.SIGTERM)
    if not wait_until(lambda: not is_alive(pid, born), timeout_s):
        kill_group(pid)
        send(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid, born), 3.0)


def send(pid: int, number: signal.Signals) -> None:
    """Signal one process; one that is gone already is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def kill_group(leader: int) -> None:
    """End what is left of a group whose leader we started in a session of its own."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
