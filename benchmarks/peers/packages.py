"""What the peers run on: an environment of their own, made from requirements-bench.lock at their first run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import NotAsItShould
from devtools.environment import BENCH_LOCK, TOOLS, UV_SETTINGS, ensure_uv
from devtools.messages import say

VENV = TOOLS / "bench"
STAMP = VENV / ".lock-stamp"


def python() -> Path:
    """The interpreter of the peers. Raises NotAsItShould when their packages cannot be had."""
    wanted = hashlib.sha256(BENCH_LOCK.read_bytes()).hexdigest()
    program = VENV / "bin" / "python"
    if not STAMP.exists() or STAMP.read_text() != wanted:
        _install(program)
        STAMP.write_text(wanted)
    return program


def _install(program: Path) -> None:
    uv = ensure_uv()
    if uv is None:
        raise NotAsItShould("the packages of the peers need uv")
    say("安装对照引擎的依赖包", "installing the packages of the peers")
    mirror = {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"]} if "PIP_INDEX_URL" in os.environ else {}
    env = {**mirror, **os.environ, **UV_SETTINGS}
    for words in (
        ["venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)],
        ["pip", "sync", "--quiet", "--require-hashes", "--python", str(program), str(BENCH_LOCK)],
    ):
        if subprocess.run([str(uv), *words], env=env, check=False).returncode:
            raise NotAsItShould("the packages of the peers could not be installed")
