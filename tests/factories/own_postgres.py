"""A PostgreSQL of the test's own, which may be killed, and the line to it, which may be cut."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2

from devtools import processes
from devtools.environment import ROOT
from devtools.postgres import SUPERUSER, Postgres
from devtools.supervisor import TETHER
from tests.factories.waiting import free_port, wait_for

# Killed processes lose nothing that the system has taken; a power cut of the machine is not played here.
SETTINGS = {"fsync": "off"}
START_S = 60.0


class OwnPostgres:
    """The server under a folder and a proxy before it: `url` leads through the proxy, `session` past it."""

    def __init__(self, folder: Path) -> None:
        self._server = Postgres(folder / "postgres", SETTINGS)
        self._port, self._control = free_port(), free_port()
        self._log = folder / "proxy.log"
        self._proxy: subprocess.Popen[bytes]

    def start(self) -> None:
        self._server.start()
        target = str(self._server.socket_dir / ".s.PGSQL.5432")
        command = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
        command += [sys.executable, "-m", "tests.factories.wire_proxy", target, str(self._port), str(self._control)]
        with self._log.open("ab") as log:
            self._proxy = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_for(self._answers, START_S, "the proxy did not start")

    def stop(self) -> None:
        with suppress(AttributeError):
            processes.kill_group(self._proxy.pid)
            self._proxy.wait()
        self._server.stop()

    @property
    def url(self) -> str:
        return f"postgres://{SUPERUSER}@127.0.0.1:{self._port}/portal"

    def session(self, database: str) -> dict[str, str]:
        """How the test itself reaches the server, whatever happens to the line."""
        return {"host": str(self._server.socket_dir), "user": SUPERUSER, "dbname": database}

    def copy_tables(self, host: str, source: str, database: str) -> None:
        """Tables of a database of another server into an empty one of this; nothing where that cannot be dumped."""
        file = str(self._server.data / "tables.sql")
        here = ("-h", str(self._server.socket_dir), "-U", SUPERUSER, "-d", database)
        if self._server._run("pg_dump", "-h", host, "-U", SUPERUSER, "-f", file, source).returncode == 0:
            done = self._server._run("psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", *here, "-f", file)
            assert done.returncode == 0, done.stdout[-1500:]

    # -- the server -------------------------------------------------------------------------------------------------
    def kill(self) -> None:
        """SIGKILL for the first process; the sessions notice by themselves."""
        found = self._server.running()
        assert found is not None
        processes.send(found[0], signal.SIGKILL)
        wait_for(lambda: not processes.is_alive(*found), START_S)

    def stop_at_once(self) -> None:
        """`pg_ctl stop -m immediate`: no session is asked, the next start recovers."""
        self._end("immediate")

    def stop_fast(self) -> None:
        """What an operator does: sessions are ended, committed work is on disk."""
        self._end("fast")

    def come_back(self) -> None:
        """Serving again when this returns."""
        self._server.start()

    def is_serving(self) -> bool:
        with suppress(psycopg2.OperationalError), closing(psycopg2.connect(**self.session("postgres"))):
            return True
        return False

    def _end(self, mode: str) -> None:
        self._server._run("pg_ctl", "stop", "-w", "-t", "20", "-m", mode, "-D", str(self._server.data))

    # -- the line ---------------------------------------------------------------------------------------------------
    def line(self, words: str) -> dict[str, Any]:
        """A word to the proxy: heal, hang, cut, refuse, delay MS, commits before|after N, standing."""
        with socket.create_connection(("127.0.0.1", self._control), timeout=10) as wire:
            wire.sendall(f"{words}\n".encode())
            answer: dict[str, Any] = json.loads(wire.makefile("rb").readline())
            return answer

    def _answers(self) -> bool:
        with suppress(OSError):
            return bool(self.line("standing"))
        return False
