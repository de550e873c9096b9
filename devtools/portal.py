"""`./dev up`: the whole portal on this machine, its mock departments included."""

from __future__ import annotations

import hashlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from devtools import variables
from devtools.environment import ROOT, VENV
from devtools.messages import DoorError, say
from devtools.services import services
from devtools.supervisor import Part, Supervisor, recorded

APPS = ("bundles", "cases", "integrations", "portal")
DEV_SETTINGS = "portal.settings.dev"
READY_TIMEOUT_S = 120.0
SOURCES_EVERY_S = 1.0
PREPARED_FROM = ("**/migrations/*.py", "**/management/**/*.py", "demo/**/*.py", "loading/**/*.py", "library/**/*.yaml")


class Portal:
    """One run of `./dev up`: prepares what is not prepared, then supervises until it is told to stop."""

    def __init__(self, var: Path, *, reload: bool = False, out: TextIO = sys.stdout) -> None:
        self.var, self.reload, self.out = var, reload, out
        self.web_port, self.mock_port = variables.web_port(), variables.mock_port()
        self._ready = threading.Event()
        self._greeted = False
        self._code = 0
        self._seen_sources = 0.0
        self._next_look = 0.0
        self._give_up_at = 0.0
        self._began = time.monotonic()

    def run(self) -> int:
        """0 after an ordinary stop; 1 if the portal never answered."""
        with services(self.var, {}) as addresses:
            env = variables.for_portal(self.var, DEV_SETTINGS, addresses)
            env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser")
            env.setdefault("DEBUG", str(int(self.reload)))  # debug pages are for those who change the code
            prepare(self.var, env)
            self._seen_sources = newest_source()
            supervisor = Supervisor(
                parts(self.var, self.web_port, self.mock_port),
                env=env,
                cwd=ROOT,
                record=record_of(self.var),
                out=self.out,
            )
            self._give_up_at = time.monotonic() + READY_TIMEOUT_S
            threading.Thread(target=self._wait_for_answer, daemon=True).start()
            supervisor.run(self._each_tick)
        return self._code

    def refuse_what_cannot_work(self) -> None:
        """Before anything is installed, made or started."""
        if "dev" in recorded(record_of(self.var)):
            raise DoorError("已经在运行；./dev stop 可停止", "already running; ./dev stop ends it")
        require_free(self.web_port, "PORTAL_PORT")
        require_free(self.mock_port, "MOCK_PORT")

    def _each_tick(self, supervisor: Supervisor) -> None:
        if not self._greeted:
            self._look_whether_ready(supervisor)
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + SOURCES_EVERY_S
        if self.reload and newest_source() > self._seen_sources:
            self._seen_sources = newest_source()
            supervisor.restart_all("代码有变化，重新启动 / the code changed, restarting")

    def _wait_for_answer(self) -> None:
        """Beside the supervisor: a first answer may take seconds, and a stop must not wait for it."""
        while not answers(self.web_port, timeout_s=READY_TIMEOUT_S):
            time.sleep(0.2)
        self._ready.set()

    def _look_whether_ready(self, supervisor: Supervisor) -> None:
        if self._ready.is_set():
            self._greeted = True
            self._greet(supervisor)
        elif time.monotonic() > self._give_up_at:
            supervisor.write("dev", "门户没有应答，见上面的日志 / the portal does not answer, see the log above")
            self._code = 1
            supervisor.ask_to_stop()

    def _greet(self, supervisor: Supervisor) -> None:
        seconds = time.monotonic() - self._began
        people = people_file(self.var)
        lines = [
            f"门户已就绪（{seconds:.1f} 秒） / the portal is ready",
            f"  http://127.0.0.1:{self.web_port}/  门户 portal",
            f"  http://127.0.0.1:{self.mock_port}/  模拟部门 mock departments",
            *(people.read_text().splitlines() if people.exists() else []),
            "Ctrl-C 停止 / Ctrl-C stops",
        ]
        for line in lines:
            supervisor.write("dev", line, 32)


def record_of(var: Path) -> Path:
    return var / "up.json"


def people_file(var: Path) -> Path:
    return var / "demo-people.txt"


def parts(var: Path, web_port: int, mock_port: int) -> tuple[Part, ...]:
    """The five programs. The pool of the worker is threads: its work is waiting for departments.

    Each loads the whole portal, so on two cores the pages come first and the others a little later.
    """
    python = str(VENV / "bin" / "python")
    (var / "mock").mkdir(exist_ok=True)
    web = "gunicorn portal.wsgi --worker-class gthread --workers 2 --threads 8 --graceful-timeout 8 --preload"
    web += f" --bind 127.0.0.1:{web_port} --log-level warning --no-control-socket"
    worker = "celery --quiet -A portal worker -P threads -c 8 --without-gossip --without-mingle --loglevel WARNING"
    beat = "celery --quiet -A portal beat --loglevel WARNING --pidfile="
    push = f"portal.push --port {variables.push_port()}"
    mock = f"integrations.mock_departments --port {mock_port}"
    return (
        Part("web", (python, "-m", *web.split())),
        Part("worker", (python, "-m", *worker.split()), after_s=3.0),
        Part("beat", (python, "-m", *beat.split(), "--schedule", str(var / "beat-schedule")), after_s=6.0),
        Part("push", (python, "-m", *push.split()), after_s=9.0),
        Part("mock", (python, "-m", *mock.split(), "--data", str(var / "mock"))),
    )


def prepare(var: Path, env: Mapping[str, str]) -> None:
    """Migrate and load, but only if the database or what is loaded into it has changed since the last time."""
    stamp = var / "prepared"
    wanted = _prepared_fingerprint(env["DATABASE_URL"], var)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("准备数据库和演示数据", "preparing the database and the demonstration")
    command = [str(VENV / "bin" / "python"), "-m", "devtools.prepare", str(people_file(var))]
    if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode != 0:
        raise DoorError("数据库准备失败，见上面的输出", "the database could not be prepared, see above")
    stamp.write_text(wanted)


def _prepared_fingerprint(database_url: str, var: Path) -> str:
    """Of the database (a new one has a new birthday) and of every file that says what belongs into it."""
    version = var / "postgres" / "PG_VERSION"
    digest = hashlib.sha256(database_url.encode())
    digest.update(str(version.stat().st_mtime_ns if version.exists() else 0).encode())
    for file in sorted(prepared_from()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def prepared_from() -> Iterator[Path]:
    """Tables, definitions and the makers of the demonstration."""
    for app in APPS:
        for pattern in PREPARED_FROM:
            yield from (ROOT / app).glob(pattern)


def require_free(port: int, variable: str) -> None:
    """Refuse a port that somebody has, and say how to choose another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DoorError(
                f"端口 {port} 不可用（被占用或无权限）；可换一个：{variable}={port + 10} ./dev up",
                f"port {port} is taken or not allowed; choose another: {variable}={port + 10} ./dev up",
            ) from error


def answers(port: int, *, timeout_s: float = 5.0) -> bool:
    """Whether the portal says that it is well."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def newest_source() -> float:
    """When a source file of the portal was last changed."""
    return max((file.stat().st_mtime for file in _sources()), default=0.0)


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from (ROOT / app).rglob("*.py")
