"""The mock departments as a process of their own, and the words their control interface understands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings

START_S = 30.0
STOP_S = 10.0
TIMEOUT_S = 30.0


class DepartmentsDidNotStart(Exception):
    """The process ended or stayed silent; the message holds the end of what it said."""


class Departments:
    """A running `python -m integrations.mock_departments` with a record of its own in `folder`."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log_file = folder / "departments.log"
        command = [sys.executable, "-m", "integrations.mock_departments", "--port", str(self.port)]
        command += ["--data", str(folder / "departments"), "--library", str(library)]
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**os.environ, "MOCK_MASTER_SECRET": settings.MOCK_MASTER_SECRET},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.ask("summary")
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise DepartmentsDidNotStart(self.what_they_said())

    def ask(self, name: str) -> Any:
        """What the control interface answers to a question: summary, people, record?sub…"""
        with urllib.request.urlopen(f"{self.url}/_control/{name}", timeout=TIMEOUT_S) as answer:
            return json.load(answer)

    def tell(self, verb: str, **words: Any) -> Any:
        """A word to the control interface: behaviour, register, callback, clock, step, quiet or reset."""
        request = urllib.request.Request(f"{self.url}/_control/{verb}", json.dumps(words).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)

    def what_they_said(self) -> str:
        return self._log_file.read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
