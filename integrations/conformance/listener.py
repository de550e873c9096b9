"""Where callbacks arrive: the kit's own small door. It keeps all that comes and answers as a check has planned."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

from .strict import NotStrict, read_json

LARGEST_BODY = 1024 * 1024
CUT = 0  # planned instead of a status: hang up without an answer


@dataclass(frozen=True, slots=True)
class Arrival:
    """One POST to the door; header names in small letters. `document` is None where the body is not strict JSON."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: bytes
    document: Any
    answered: int

    @property
    def event_id(self) -> str:
        return self.headers.get("x-event-id", "")

    @property
    def status(self) -> str:
        return str(self.document.get("status", "")) if isinstance(self.document, dict) else ""


@dataclass(slots=True)
class Listener:
    """The door on a port. `plan` says what the next callbacks about a sub-application are answered; then 200."""

    host: str
    port: int
    dept: str
    public_url: str = ""
    _arrivals: list[Arrival] = field(default_factory=list)
    _plans: dict[str, list[int]] = field(default_factory=dict)
    _came: Condition = field(default_factory=Condition)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}/callbacks/{self.dept}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def open(self) -> None:
        """Listen from now on; port 0 takes a free one."""
        self._server = ThreadingHTTPServer((self.host, self.port), _handler_of(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def plan(self, sub_id: str, *statuses: int) -> None:
        """The answers to the next callbacks about a sub-application, one after another."""
        with self._came:
            self._plans[sub_id] = list(statuses)

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a callback; the status to answer it with."""
        try:
            document = read_json(body)
        except NotStrict:
            document = None
        sub_id = str(document.get("sub_application_id", "")).lower() if isinstance(document, dict) else ""
        with self._came:
            plan = self._plans.get(sub_id) or [200]
            status = plan.pop(0)
            self._arrivals.append(Arrival(time.monotonic(), path, headers, body, document, status))
            self._came.notify_all()
        return status

    def about(self, sub_id: str) -> list[Arrival]:
        """What came about a sub-application, in the order it came."""
        with self._came:
            return self._about_now(sub_id)

    def all(self) -> list[Arrival]:
        with self._came:
            return list(self._arrivals)

    def wait_for(self, sub_id: str, wanted: int, within_s: float) -> list[Arrival]:
        """As `about`, once at least so many came or the time is over."""
        until = time.monotonic() + within_s
        with self._came:
            while len(found := self._about_now(sub_id)) < wanted and (left := until - time.monotonic()) > 0:
                self._came.wait(left)
            return found

    def _about_now(self, sub_id: str) -> list[Arrival]:
        return [
            one
            for one in self._arrivals
            if isinstance(one.document, dict) and str(one.document.get("sub_application_id")).lower() == sub_id
        ]


def _handler_of(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            claimed = self.headers.get("Content-Length") or "0"
            body = self.rfile.read(min(int(claimed) if claimed.isdecimal() else 0, LARGEST_BODY + 1))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = listener.take(self.path, headers, body)
            if status == CUT:
                self.close_connection = True
                return
            self._say(status)

        def _say(self, status: int) -> None:
            said = b'{"message": "conformance"}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            if status == 503:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """The report is the log."""

    return Door
