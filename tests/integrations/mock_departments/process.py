"""The real process under test, a portal that speaks to it, and an inbox for what it sends back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
MASTER = "mock-departments-demo"
LIN = {"kind": "person", "name": "林晓岚", "id_kind": "ID", "id_no": "350203199403186286"}
CHEN_ID = "350203199211053171"
START_S, WAIT_S = 60, 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def secret_of(dept: str) -> str:
    return hmac.new(MASTER.encode(), dept.encode(), hashlib.sha256).hexdigest()


def signature(dept: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    text = "\n".join((method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())).encode()
    return base64.b64encode(hmac.new(secret_of(dept).encode(), text, hashlib.sha256).digest()).decode()


def signed(
    dept: str, method: str, path: str, body: bytes, *, key_of: str = "", at: float | None = None
) -> dict[str, str]:
    timestamp, nonce = str(int(at if at is not None else time.time())), secrets.token_hex(12)
    owner = key_of or dept
    return {
        "X-Key-Id": f"{owner}-1",
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(owner, method, path, timestamp, nonce, body),
    }


def wait_until(look: Callable[[], Any], *, timeout_s: float = WAIT_S) -> Any:
    """What `look` finds, as soon as it finds anything."""
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came in time")


@dataclass
class Reply:
    status: int
    raw: bytes
    headers: dict[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Departments:
    """The process, started on a free port; it can be killed and started again on the same record."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    options: tuple[str, ...] = ()

    def start(self) -> None:
        command = [sys.executable, "-m", "integrations.mock_departments", "--port", str(self.port), *self.options]
        env = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_")}
        self.process = subprocess.Popen([*command, "--data", str(self.folder)], cwd=ROOT, env=env)
        wait_until(self._is_up, timeout_s=START_S)

    def _is_up(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "the process ended by itself"
        try:
            return self.plain("GET", "/healthz").status == 200
        except OSError:
            return False

    def kill(self, how: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(20)

    def plain(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.read(), {k.lower(): v for k, v in response.getheaders()})
        finally:
            connection.close()

    def send(self, dept: str, method: str, below: str, body: Any = None, *, key: str = "") -> Reply:
        """A request as the portal signs it."""
        path = f"/departments/{dept}/{below}"
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        )
        headers = signed(dept, method, path, raw) | ({"Idempotency-Key": key} if key else {})
        return self.plain(method, path, raw, headers)

    def file(self, dept: str, body: dict[str, Any], key: str) -> Reply:
        return self.send(dept, "POST", "applications", body, key=key)

    def ask(self, dept: str, code: str, inputs: dict[str, str], consent: str | None = "c-1") -> Reply:
        return self.send(dept, "POST", f"interfaces/{code}", {"inputs": inputs, "consent_id": consent})

    def control(self, name: str, body: dict[str, Any] | None = None) -> Any:
        if body is None:
            return self.plain("GET", f"/_control/{name}").body
        reply = self.plain("POST", f"/_control/{name}", json.dumps(body).encode())
        assert reply.status < 300, reply.raw.decode()
        return reply.body

    def record(self, key: str) -> dict[str, Any]:
        """All that the process has kept about one application."""
        return self.control(f"record?key={key}")["applications"][0]


class Inbox:
    """A portal's door for callbacks: keeps what comes, checks who signed it, answers as told."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.answers: list[int] = []
        inbox = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.posts.append(inbox.keep(self.path, dict(self.headers.items()), body))
                self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def keep(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        dept = path.rsplit("/", 1)[1]
        stamp, nonce = headers.get("X-Timestamp", ""), headers.get("X-Nonce", "")
        expected = signature(dept, "POST", path, stamp, nonce, body)
        genuine = headers.get("X-Signature") == expected and headers.get("X-Key-Id") == f"{dept}-1"
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            event = {}
        if not isinstance(event, dict):
            event = {}
        return {"genuine": genuine, "headers": headers, "event": event, "raw": body}

    def url(self, dept: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/callbacks/{dept}"

    def events(self, key: str, status: str = "") -> list[dict[str, Any]]:
        """Events about an application from those who could sign, in the order they came."""
        mine = [post["event"] for post in self.posts if post["genuine"] and post["event"].get("idempotency_key") == key]
        return [event for event in mine if status in ("", event["status"])]

    def wait_for(self, key: str, status: str) -> dict[str, Any]:
        return wait_until(lambda: self.events(key, status))[0]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def application(
    bundle: str,
    item: str,
    matter: str,
    *,
    callback_url: str,
    fields: dict[str, Any] | None = None,
    upstream: dict[str, Any] | None = None,
    applicant: dict[str, str] | None = None,
    instance: str | None = None,
) -> dict[str, Any]:
    """The body of a filing as contract v1 writes it."""
    return {
        "contract": 1,
        "sub_application_id": str(uuid.uuid4()),
        "sub_case_no": "350200-XSECS-20261121-000001-J-01",
        "case_no": "350200-XSECS-20261121-000001-J",
        "bundle": {"code": bundle, "version": 1},
        "item": {"id": item, "matter": matter, "code": "", "instance": instance},
        "purpose": "办理",
        "channel": "mobile",
        "submitted_at": "2026-11-21T10:00:00+08:00",
        "due": "2026-11-26",
        "applicant": applicant or LIN,
        "fields": fields or {},
        "upstream": upstream or {},
        "materials": [],
        "callback_url": callback_url,
    }
