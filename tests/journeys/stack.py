"""The whole portal in processes of its own: web, worker, mock departments, over a database made for the journeys."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "portal.settings.dev"
READY_S = 90.0
OWN_REDIS_DB = "9"


@dataclass
class Stack:
    """Where everything answers, and the surroundings its programs run in."""

    base_url: str
    mock_url: str
    env: Mapping[str, str]
    logs: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.base_url}{path}"

    def manage(self, *words: str, **variables: str) -> str:
        """Run a management command; its output."""
        command = [sys.executable, "manage.py", *words]
        env = {**self.env, **variables}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done.stdout

    def control(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the mock departments' control interface, or tell it how to behave."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.mock_url}/_control/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def person(self, name: str) -> Mapping[str, Any]:
        """Somebody the registers know."""
        found: list[Mapping[str, Any]] = self.control("people")["persons"]
        return next(one for one in found if one["name"] == name)

    def add_citizen(self, username: str, name: str) -> None:
        """A demo account for somebody the registers know."""
        code = (
            "import json, os; from portal.accounts.models import Account, Role;"
            "p = json.loads(os.environ['PERSON']); u = os.environ['USERNAME_OF'];"
            "a = Account.objects.filter(username=u).first() or Account(username=u);"
            "a.role, a.name, a.id_no, a.phone, a.is_demo = Role.CITIZEN, p['name'], p['id_no'], p['phone'], True;"
            "a.set_unusable_password(); a.save()"
        )
        self.manage("shell", "-c", code, PERSON=json.dumps(self.person(name)), USERNAME_OF=username)

    def start(self, name: str, *command: str) -> None:
        log = (self.logs / f"{name}.log").open("wb")
        self.processes.append(
            subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=dict(self.env), stdout=log, stderr=log)
        )

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Everything started and answering; everything stopped and the database dropped afterwards."""
    with _own_database() as database_url:
        stack = _stack(folder, database_url)
        try:
            stack.manage("migrate", "-v0", "--skip-checks")
            stack.manage("load_domain", "-v0")
            mock = port_of(stack.mock_url)
            stack.start("mock", "integrations.mock_departments", "--port", str(mock), "--data", str(folder / "mock"))
            stack.manage("load_demo")
            web = f"127.0.0.1:{port_of(stack.base_url)}"
            stack.start(
                "web", "gunicorn", "portal.wsgi", "-k", "gthread", "--threads", "6", "-b", web, "--no-control-socket"
            )
            worker = ("-A", "portal", "worker", "-B", "-s", str(folder / "beat"), "-P", "threads", "-c", "2")
            stack.start("worker", "celery", "--quiet", *worker, "--without-gossip", "--without-mingle", "-l", "WARNING")
            _wait_for(f"{stack.mock_url}/_control/people", stack)
            _wait_for(f"{stack.base_url}/healthz", stack)
            yield stack
        finally:
            stack.stop()


def _stack(folder: Path, database_url: str) -> Stack:
    (folder / "mock").mkdir()
    web, mock = free_port(), free_port()
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DEBUG": "0",
        "DATABASE_URL": database_url,
        "REDIS_URL": re.sub(r"/\d+$", f"/{OWN_REDIS_DB}", os.environ["REDIS_URL"]),
        "PORTAL_URL": f"http://127.0.0.1:{web}",
        "MOCK_URL": f"http://127.0.0.1:{mock}",
        "MOCK_MASTER_SECRET": "journeys",
        "MEDIA_ROOT": str(folder / "media"),
        "PYTHONWARNINGS": "ignore",
    }
    return Stack(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{mock}", env, folder)


@contextmanager
def _own_database() -> Iterator[str]:
    """A database beside the one of the tests, on the same server."""
    given = os.environ["DATABASE_URL"]
    name = f"journeys_{os.getpid()}"
    _on_server(given, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    try:
        yield re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", given)
    finally:
        _on_server(given, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(url: str, *statements: str) -> None:
    import environ

    known = environ.Env.db_url_config(url)
    connection = psycopg2.connect(
        dbname="postgres",
        user=known["USER"],
        password=known["PASSWORD"] or None,
        host=known["HOST"],
        port=known["PORT"] or None,
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _wait_for(url: str, stack: Stack) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        dead = [process.args for process in stack.processes if process.poll() is not None]
        if dead:
            break
        try:
            with urllib.request.urlopen(url, timeout=3):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    tails = [f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in sorted(stack.logs.glob("*.log"))]
    raise RuntimeError(f"{url} does not answer\n" + "\n".join(tails))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def port_of(url: str) -> int:
    """The port of one of our addresses."""
    return int(url.rpartition(":")[2])
