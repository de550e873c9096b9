"""The whole portal as real processes, with a database and a Redis of its own, for tests that kill and restart parts.

PostgreSQL is the server of DATABASE_URL, or one of its own that may be killed; everything else is started here, by the
commands of `./dev up`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import environ
import psycopg2

from devtools import portal, processes
from devtools.environment import ROOT
from devtools.flushing import emptied_if_asked
from devtools.redis import Redis
from devtools.supervisor import TETHER
from devtools.template import VARIABLE as TEMPLATE
from tests.factories.mock_process import MASTER_SECRET, MockProcess
from tests.factories.own_postgres import OwnPostgres
from tests.factories.waiting import free_port, wait_for

__all__ = ["Stack", "free_port", "wait_for"]

SETTINGS = "portal.settings.test"
# Bounds for a busy machine; a quiet one takes a tenth of them.
PREPARE_S, START_S, STOP_S, LOOK_S = 600.0, 180.0, 15.0, 60.0


class Stack:
    """Web, worker, departments and Redis around one fresh database. Parts are named as in `./dev up`.

    A second one of a kind has a number: "worker.2". With `own_postgres` the portal reaches the database over a line
    that can be cut.
    """

    def __init__(self, folder: Path, settings: str = SETTINGS, *, own_postgres: bool = False) -> None:
        self.folder = folder
        self.settings = settings
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.redis = Redis(folder / "redis")
        self.own_postgres = OwnPostgres(folder) if own_postgres else None
        self.database = f"stack_{os.getpid()}_{self.port}"
        self.env: dict[str, str] = {}
        self.mock: MockProcess
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._others = ExitStack()

    @property
    def postgres(self) -> OwnPostgres:
        """The server of this stack alone. A stack without one has nothing to kill."""
        assert self.own_postgres is not None, "this stack shares its PostgreSQL"
        return self.own_postgres

    # -- the whole --------------------------------------------------------------------------------------------------
    def start(self, *others: str) -> None:
        """Everything up and answering: web and worker, and other parts of `./dev up` if they are named."""
        if self.own_postgres:
            self.own_postgres.start()
        self._create_database()
        self.redis.start()
        self._others.enter_context(emptied_if_asked(lambda: self.redis.url))
        self.mock = self._start_mock()
        self.env = self._environment()
        self.start_part("web")  # it answers as soon as there are tables
        self._prepare()
        for label in ("worker", *others):
            self.start_part(label)
        wait_for(lambda: portal.answers(self.port), START_S, self.what_it_said)

    def stop(self) -> None:
        """Nothing is left: no process, no database."""
        for label in list(self._parts):
            self._end(label, signal.SIGTERM)
        with suppress(AttributeError):
            self.mock.stop()
        self._others.close()
        self.redis.stop()
        if self.own_postgres:
            self.own_postgres.stop()
            return
        self._on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    # -- the parts of the portal ------------------------------------------------------------------------------------
    def start_part(self, label: str) -> int:
        """Start web, worker or beat; its pid. It ends with this process, whatever happens."""
        parts = {part.label: part.command for part in portal.parts(self.folder, self.port, 0)}
        kind = label.partition(".")[0]
        command = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *parts[kind]]
        with self._log(label).open("ab") as log:
            self._parts[label] = subprocess.Popen(
                command, cwd=ROOT, env=self.env, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return self._parts[label].pid

    def kill_part(self, label: str) -> None:
        """SIGKILL for the first process of a part and all its children: a power cut for this part alone."""
        self._end(label, signal.SIGKILL)

    def end_part(self, label: str, number: signal.Signals = signal.SIGTERM) -> float:
        """Ask a part to end, as a deployment does; seconds until it has."""
        process, began = self._parts.pop(label), time.monotonic()
        os.kill(process.pid, number)
        process.wait(STOP_S * 4)
        processes.kill_group(process.pid)
        return time.monotonic() - began

    def pause_part(self, label: str) -> None:
        """SIGSTOP: not one more instruction, but what others send still arrives in its sockets."""
        os.killpg(self._parts[label].pid, signal.SIGSTOP)

    def resume_part(self, label: str) -> None:
        os.killpg(self._parts[label].pid, signal.SIGCONT)

    def is_running(self, label: str) -> bool:
        return label in self._parts and self._parts[label].poll() is None

    def pid_of(self, label: str) -> int:
        return self._parts[label].pid

    def _end(self, label: str, number: signal.Signals) -> None:
        process = self._parts.pop(label)
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0 if number == signal.SIGKILL else STOP_S)
        processes.kill_group(process.pid)
        process.wait(STOP_S)

    def manage(self, *words: str, **variables: str) -> str:
        """Run a management command beside the portal; what it printed."""
        command, env = [sys.executable, "manage.py", *words], {**self.env, **variables}
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PREPARE_S, check=False
        )
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
        return done.stdout

    # -- Redis ------------------------------------------------------------------------------------------------------
    def flush_redis(self) -> None:
        """Every message gone, the connections stay."""
        assert self.ask_redis("FLUSHALL") == "+OK"

    def kill_redis(self) -> None:
        """SIGKILL; nothing of what it held is left."""
        pid = self._redis_pid()
        born = processes.birth(pid)
        assert born is not None and self.redis.running()
        processes.send(pid, signal.SIGKILL)
        wait_for(lambda: not processes.is_alive(pid, born), STOP_S)
        port = (self.redis.folder / "port").read_text()
        shutil.rmtree(self.redis.folder)
        self.redis.folder.mkdir(mode=0o700)
        (self.redis.folder / "port").write_text(port)

    def pause_redis(self) -> None:
        """SIGSTOP: it takes connections and words, and says nothing."""
        processes.send(self._redis_pid(), signal.SIGSTOP)

    def resume_redis(self) -> None:
        processes.send(self._redis_pid(), signal.SIGCONT)

    def _redis_pid(self) -> int:
        return int((self.redis.folder / "server.pid").read_text())

    def start_redis(self) -> None:
        """At the address of before, which is where everybody looks for it."""
        self.redis.start()
        assert self.redis.url == self.env["REDIS_URL"], "another process took the port in the meantime"

    def ask_redis(self, command: str) -> str:
        """The answer to one command, as it stands on the wire; of a text, the text."""
        port = int((self.redis.folder / "port").read_text())
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(f"{command}\r\n".encode())
            answer = line.makefile("rb")
            first = answer.readline().decode().strip()
            return answer.read(int(first[1:])).decode() if first.startswith("$") else first

    # -- looking ----------------------------------------------------------------------------------------------------
    def health(self) -> dict[str, Any]:
        """What the portal says about itself."""
        with urllib.request.urlopen(f"{self.base_url}/healthz", timeout=LOOK_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    @contextmanager
    def database_cursor(self) -> Iterator[Any]:
        """A session of the test's own in the portal's database, outside any transaction."""
        with closing(psycopg2.connect(**self._session(self.database))) as connection:
            connection.autocommit = True
            yield connection.cursor()

    def what_it_said(self) -> str:
        """The end of every log, for the message of a test that failed."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"── {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)

    # -- making it --------------------------------------------------------------------------------------------------
    def _start_mock(self) -> MockProcess:
        return MockProcess(self.folder)

    def _environment(self) -> dict[str, str]:
        before = self.own_postgres.url if self.own_postgres else os.environ["DATABASE_URL"]
        address, _, options = before.partition("?")
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DATABASE_URL": f"{address.rpartition('/')[0]}/{self.database}" + (f"?{options}" if options else ""),
            "REDIS_URL": self.redis.url,
            "PORTAL_URL": self.base_url,
            "PORTAL_PORT": str(self.port),
            "MOCK_URL": self.mock.url,
            "MOCK_MASTER_SECRET": MASTER_SECRET,
            "MEDIA_ROOT": str(self.folder / "media"),
            "SEARCH_BY_ITSELF": "0",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        }

    def _prepare(self) -> None:
        """Tables, catalogue, demo people and their departments, in one process."""
        command = [sys.executable, "-m", "devtools.prepare", str(self.folder / "people.txt")]
        with self._log("prepare").open("wb") as log:
            code = subprocess.run(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, timeout=PREPARE_S, check=False
            ).returncode
        assert code == 0, self.what_it_said()

    def _create_database(self) -> None:
        """With the tables that the door has made for tests to copy, or without any."""
        tables = os.environ.get(TEMPLATE, "template0")
        if not self.own_postgres:
            self._on_server(f'CREATE DATABASE "{self.database}" TEMPLATE "{tables}"')
            return
        self._on_server(f'CREATE DATABASE "{self.database}" TEMPLATE template0')
        if TEMPLATE in os.environ:
            host = str(environ.Env.db_url_config(os.environ["DATABASE_URL"])["HOST"])
            self.own_postgres.copy_tables(host, tables, self.database)

    def _on_server(self, statement: str) -> None:
        with closing(psycopg2.connect(**self._session())) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def _session(self, database: str = "") -> dict[str, str]:
        """How to reach a database of the server past any line; without a name, the one that is always there."""
        if self.own_postgres:
            return self.own_postgres.session(database or "postgres")
        place = environ.Env.db_url_config(os.environ["DATABASE_URL"]) | ({"NAME": database} if database else {})
        named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
        return {name: str(place[key]) for name, key in named.items() if place.get(key)}

    def _log(self, label: str) -> Path:
        return self.folder / f"{label}.log"
