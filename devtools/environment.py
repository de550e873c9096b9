"""The Python environment: .venv made from the lock, with hashes, by uv or else by pip."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devtools.messages import DoorError, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"
BENCH_LOCK = ROOT / "requirements-bench.lock"
STAMP = VENV / ".lock-stamp"
NEEDED_BYTES = 1_500_000_000
UV_SETTINGS = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1", "UV_SYSTEM_CERTS": "1"}


def ensure_environment() -> None:
    """Make .venv equal to requirements-dev.lock. Free when it already is."""
    if is_current():
        return
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "environment.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_current():
            _install()


def is_current() -> bool:
    """The stamp of the last complete installation is that of today's lock."""
    return STAMP.exists() and STAMP.read_text() == fingerprint() and (VENV / "bin" / "python").exists()


def fingerprint() -> str:
    return hashlib.sha256(DEV_LOCK.read_bytes()).hexdigest()


def _install() -> None:
    _require_space()
    say("安装依赖包（首次约一分钟）", "installing packages (about a minute the first time)")
    uv = None if os.environ.get("DEV_NO_UV") else ensure_uv()
    if uv is None or not _install_with_uv(uv):
        _install_with_pip()
    STAMP.write_text(fingerprint())


def _require_space() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise DoorError(
            f"磁盘空间不足：需要 1.5 GB，只剩 {free / 1e9:.1f} GB",
            f"not enough disk: 1.5 GB needed, {free / 1e9:.1f} GB left",
        )


def ensure_uv() -> Path | None:
    """The pinned uv in .tools/uv, fetched as a package; None where there is none for this platform."""
    program = TOOLS / "uv" / "bin" / "uv"
    stamp = TOOLS / "uv" / ".lock-stamp"
    wanted = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()
    if program.exists() and stamp.exists() and stamp.read_text() == wanted:
        return program
    _make_venv(TOOLS / "uv")
    fetched = _run_pip(TOOLS / "uv" / "bin" / "python", "--require-hashes", "-r", str(UV_LOCK))
    if fetched.returncode != 0:
        say("取不到 uv，改用 pip", "uv is not to be had here, pip takes over")
        return None
    stamp.write_text(wanted)
    return program


def _make_venv(folder: Path, *options: str) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", *options, str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise DoorError(
            "缺少 Python 的 venv 模块；Debian/Ubuntu 请运行 apt-get install python3-venv",
            "Python's venv module is missing; on Debian/Ubuntu run: apt-get install python3-venv",
        )


def _run_pip(python: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *args]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)


def _install_with_uv(uv: Path) -> bool:
    env = {**os.environ, **UV_SETTINGS, **_mirror()}
    python = VENV / "bin" / "python"
    if not _runs(python):
        subprocess.run(
            [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], env=env, check=True
        )
    command = [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(DEV_LOCK)]
    done = subprocess.run(command, env=env, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr.strip(), file=sys.stderr)
        say("uv 安装失败，改用 pip", "uv could not install, pip takes over")
    return done.returncode == 0


def _mirror() -> dict[str, str]:
    """A package mirror that pip knows of; uv reads none of pip's settings."""
    index = os.environ.get("PIP_INDEX_URL")
    if index is None or "UV_DEFAULT_INDEX" in os.environ:
        return {}
    return {"UV_DEFAULT_INDEX": index}


def _runs(python: Path) -> bool:
    """The interpreter of an older .venv still works and is one we support."""
    if not python.exists():
        return False
    check = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    return subprocess.run([str(python), "-c", check], capture_output=True, check=False).returncode == 0


def _install_with_pip() -> None:
    _make_venv(VENV)
    done = _run_pip(VENV / "bin" / "python", "--require-hashes", "-r", str(DEV_LOCK))
    if done.returncode != 0:
        print(done.stderr.strip()[-2000:], file=sys.stderr)
        raise DoorError(
            "依赖包安装失败，请检查网络；使用镜像请设置 PIP_INDEX_URL",
            "the packages could not be installed; check the network, or set PIP_INDEX_URL to a mirror",
        )


def write_locks(*, upgrade: bool = False) -> None:
    """Resolve pyproject.toml again. What is locked stays unless it must move or `upgrade` says so."""
    uv = ensure_uv()
    if uv is None:
        raise DoorError("重新锁定依赖需要 uv", "locking needs uv")
    newest = ("--upgrade",) if upgrade else ()
    _compile(uv, DEV_LOCK, "--group", "embedded", "--group", "dev", *newest)
    _compile(uv, LOCK, "--constraints", DEV_LOCK.name, *newest)
    _compile(uv, BENCH_LOCK, "--group", "pyproject.toml:bench", *newest, project=())


def _compile(uv: Path, target: Path, *options: str, project: tuple[str, ...] = ("pyproject.toml",)) -> None:
    say(f"锁定 {target.name}", f"locking {target.name}")
    command = [str(uv), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--python-version", "3.11", "--output-file", target.name, *options, *project]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **UV_SETTINGS, **_mirror()}, check=False)
    if done.returncode != 0:
        raise DoorError(f"无法锁定 {target.name}", f"{target.name} could not be locked")


def site_packages() -> Path:
    """Where the packages of .venv lie."""
    return next((VENV / "lib").glob("python3.*/site-packages"))
