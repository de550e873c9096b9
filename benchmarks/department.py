"""Seven departments in one light process: they answer the standard work and keep an account of it.

    python -m benchmarks.department PORT [--callbacks LEAST_MS MOST_MS] [--delay DEPARTMENT MS]

A raw asyncio protocol, so that the departments cost the measured machine as little as possible. Each item of a case
must be asked for once, and only after the decisions it waits for were sent; the account says where that was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any

from benchmarks.outbound import Messenger
from benchmarks.work import DEPENDS, ITEMS, compact, decision

REGISTER_SAYS = b'{"found": true, "data": {"status": "\xe6\xad\xa3\xe5\xb8\xb8"}, "as_of": "2026-11-21T10:00:00+08:00"}'
REASONS = {200: "OK", 202: "Accepted", 404: "Not Found", 422: "Unprocessable Content"}


@dataclass
class Account:
    """What was asked for: by case and item, and what of it should not have been."""

    filed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: int = 0
    doubled: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    without_upstream: list[str] = field(default_factory=list)
    bytes_in: int = 0
    callbacks: int = 0
    callbacks_again: int = 0

    def take_in(self, key: str, body: bytes) -> dict[str, Any]:
        """The answer to a filing, at its first arrival or at a repetition under the same key."""
        known = self.by_key.get(key)
        if known is not None:
            self.repeated += 1
            return known
        document = json.loads(body)
        self.bytes_in += len(body)
        case_no, item = document["case_no"], document["item"]["id"]
        answer = decision(item, f"{item}-{len(self.by_key):08d}", document["sub_application_id"])
        self._judge(case_no, item, document.get("upstream") or {})
        self.by_key[key] = self.filed[case_no, item] = {"answer": answer, "document": document, "decided": False}
        return self.by_key[key]

    def _judge(self, case_no: str, item: str, upstream: dict[str, Any]) -> None:
        """Note what is asked for twice, too early, or without what the earlier departments have said."""
        if (case_no, item) in self.filed:
            self.doubled.append(f"{case_no} {item}")
        for needed in DEPENDS[item]:
            before = self.filed.get((case_no, needed))
            if before is None or not before["decided"]:
                self.early.append(f"{case_no} {item} before {needed}")
            elif (upstream.get(needed) or {}).get(f"no_{needed.lower()}") != before["answer"]["receipt_no"]:
                self.without_upstream.append(f"{case_no} {item} lacks {needed}")

    def summary(self) -> dict[str, Any]:
        """What the run is judged by."""
        cases: dict[str, int] = {}
        for (case_no, _), entry in self.filed.items():
            cases[case_no] = cases.get(case_no, 0) + entry["decided"]
        filed = len(self.filed)
        return {
            "filed": filed,
            "cases": len(cases),
            "whole_cases": sum(decided == len(ITEMS) for decided in cases.values()),
            "repeated": self.repeated,
            "doubled": self.doubled,
            "early": self.early,
            "without_upstream": self.without_upstream,
            "body_bytes": round(self.bytes_in / filed) if filed else 0,
            "callbacks": self.callbacks,
            "callbacks_again": self.callbacks_again,
        }


class Departments:
    """What the seven do with a request; in callback mode the decision is posted back later."""

    def __init__(self, callbacks: tuple[float, float] | None, secret: str, delays: dict[str, float]) -> None:
        self.account = Account()
        self.callbacks = callbacks
        self.delays = delays
        self.messenger = Messenger(secret)
        self._later: set[asyncio.Task[None]] = set()

    def answer(self, method: str, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes, float]:
        """Status, body, and the seconds to wait before it is sent."""
        if path == "/_summary":
            return 200, compact(self.account.summary()), 0.0
        if path == "/_reset":
            self.account = Account()
            return 200, b"{}", 0.0
        if "/interfaces/" in path:
            return 200, REGISTER_SAYS, 0.0
        department, _, key = path.removeprefix("/departments/").partition("/applications")
        if method == "GET":
            entry = self.account.by_key.get(key.strip("/"))
            return (200, self._told(entry), 0.0) if entry else (404, b"{}", 0.0)
        if key:
            return 422, b"{}", 0.0
        entry = self.account.take_in(headers[b"idempotency-key"].decode(), body)
        return self._filed(department, headers[b"idempotency-key"].decode(), entry)

    def _filed(self, department: str, key: str, entry: dict[str, Any]) -> tuple[int, bytes, float]:
        wait = self.delays.get(department, 0.0)
        if self.callbacks is None:
            entry["decided"] = True
            return 200, self._told(entry), wait
        if not entry["decided"] and "task" not in entry:
            entry["task"] = asyncio.ensure_future(self._call_back(department, key, entry))
        return 202, self._told(entry), wait

    def _told(self, entry: dict[str, Any]) -> bytes:
        if entry["decided"]:
            return compact(entry["answer"])
        return compact({**entry["answer"], "status": "received", "result": {}})

    async def _call_back(self, department: str, key: str, entry: dict[str, Any]) -> None:
        assert self.callbacks is not None
        await asyncio.sleep(random.uniform(*self.callbacks))
        entry["decided"] = True
        self.account.callbacks += 1
        url = entry["document"]["callback_url"]
        self.account.callbacks_again += await self.messenger.tell(url, department, key, entry["answer"])


class Line(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, departments: Departments) -> None:
        self._departments = departments
        self._held = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while True:
            head, found, rest = self._held.partition(b"\r\n\r\n")
            if not found:
                return
            first, *lines = head.split(b"\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
            length = int(headers.get(b"content-length", b"0"))
            if len(rest) < length:
                return
            self._held = rest[length:]
            method, path, _ = first.decode().split(" ")
            self._reply(*self._departments.answer(method, path, headers, rest[:length]))

    def _reply(self, status: int, body: bytes, wait: float) -> None:
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\n\r\n"
        if wait:
            asyncio.get_running_loop().call_later(wait, self._write, head.encode() + body)
        else:
            self._write(head.encode() + body)

    def _write(self, reply: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply)


async def serve(port: int, departments: Departments) -> None:
    """Until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Line(departments), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--callbacks", nargs=2, type=float, metavar=("LEAST_MS", "MOST_MS"))
    parser.add_argument("--delay", nargs=2, action="append", default=[], metavar=("DEPARTMENT", "MS"))
    parser.add_argument("--secret", default="")
    given = parser.parse_args()
    callbacks = (given.callbacks[0] / 1000, given.callbacks[1] / 1000) if given.callbacks else None
    delays = {department: float(ms) / 1000 for department, ms in given.delay}
    asyncio.run(serve(given.port, Departments(callbacks, given.secret, delays)))


if __name__ == "__main__":
    main()
