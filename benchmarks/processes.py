"""The processes of a run: in sessions of their own, ended with it whatever happens; what they say is in files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from devtools import processes
from devtools.environment import ROOT
from devtools.supervisor import TETHER

START_S, STOP_S = 60.0, 15.0


class NotAsItShould(Exception):
    """A measurement that does not count: a process ended, work was lost or done twice."""


class Processes:
    """What one measurement has started."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = dict(env)
        self.running: dict[str, subprocess.Popen[str]] = {}
        self._commands: dict[str, Sequence[str]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, label: str, command: Sequence[str], *, talks: bool = False) -> subprocess.Popen[str]:
        """A process that ends with this one; one that `talks` is spoken to over its input and output."""
        pipe = subprocess.PIPE if talks else None
        self._commands[label] = command
        with (self.folder / f"{label}.log").open("w") as log:
            self.running[label] = subprocess.Popen(
                [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command], cwd=ROOT, env=self.env,
                text=True, start_new_session=True, stdin=pipe or subprocess.DEVNULL, stdout=pipe or log, stderr=log,
            )  # fmt: skip
        return self.running[label]

    def run(self, *words: str) -> str:
        """A Python program beside the parts, to its end; what it printed. Raises NotAsItShould when it fails."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotAsItShould(f"{' '.join(words)}\n{done.stderr[-2000:]}")
        return done.stdout

    def command_of(self, label: str) -> list[str]:
        """What a running part was started with, to start it again."""
        return list(self._commands[label])

    def pids(self) -> dict[str, int]:
        return {label: process.pid for label, process in self.running.items()}

    def stop(self, *labels: str) -> None:
        """In order, then by force."""
        chosen = labels or tuple(reversed(self.running))
        ended = {label: self.running.pop(label) for label in chosen if label in self.running}
        for process in ended.values():
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        for process in ended.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)
            processes.kill_group(process.pid)
            process.wait()

    def check(self) -> None:
        """Raises NotAsItShould when one has ended."""
        for label, process in self.running.items():
            if process.poll() is not None:
                raise NotAsItShould(f"{label} ended ({process.returncode})\n{self.said(label)}")

    def said(self, label: str) -> str:
        file = self.folder / f"{label}.log"
        return file.read_text(errors="replace")[-2000:] if file.exists() else ""

    def wait_for(self, condition: Callable[[], bool], what: str, timeout_s: float = START_S) -> None:
        until = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > until:
                logs = "\n".join(f"── {label}\n{self.said(label)}" for label in self.running)
                raise NotAsItShould(f"{what} did not come within {timeout_s:.0f} s\n{logs}")
            time.sleep(0.05)


class Talk:
    """JSON lines to and from a process."""

    def __init__(self, owner: Processes, label: str) -> None:
        self._owner, self._label = owner, label

    def tell(self, **words: Any) -> None:
        process = self._owner.running[self._label]
        assert process.stdin is not None
        process.stdin.write(json.dumps(words) + "\n")
        process.stdin.flush()

    def hear(self, at: str) -> dict[str, Any]:
        """The next line, which must be about `at`. Raises NotAsItShould when the process ends instead."""
        process = self._owner.running[self._label]
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise NotAsItShould(f"{self._label} ended\n{self._owner.said(self._label)}")
        found: dict[str, Any] = json.loads(line)
        if found.get("at") != at:
            raise NotAsItShould(f"{self._label} said {line[:300]!r}, not {at}")
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
