"""The mock departments as a process of their own, for tests that talk to them over the wire."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from devtools.supervisor import TETHER

ROOT = Path(__file__).parents[2]
START_S = 30.0
MASTER_SECRET = "mock-departments-of-the-tests"


class MockProcess:
    """A running `python -m integrations.mock_departments` with a record of its own. It ends with this process."""

    def __init__(self, folder: Path, *, port: int = 0, **variables: str) -> None:
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "mock.log").open("wb")
        command = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
        command += [sys.executable, "-m", "integrations.mock_departments", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            cwd=ROOT,
            env={**os.environ, "MOCK_MASTER_SECRET": MASTER_SECRET, **variables},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait(folder)

    def _wait(self, folder: Path) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.get("/healthz")
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the mock departments did not start:\n{(folder / 'mock.log').read_text()[-2000:]}")

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as answer:
            return json.load(answer)

    def control(self, verb: str, **settings: Any) -> Any:
        """A word to the control interface: behaviour, outage, register, callback or reset."""
        request = urllib.request.Request(f"{self.url}/_control/{verb}", json.dumps(settings).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def form(self, path: str, **values: str) -> str:
        """What a person sends from a page of the process; where it leads then, which is not followed."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(values), headers)
        answer = connection.getresponse()
        connection.close()
        return answer.getheader("Location") or ""

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
