"""The departments' callbacks: signed as the contract has it, over kept-alive connections, until they are taken."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.work import compact

MOST_TRIES = 60
AGAIN_AFTER_S = 0.25
PATIENCE_S = 30.0
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Messenger:
    """Keeps the connections that are free; as many are open as callbacks are under way."""

    def __init__(self, master: str) -> None:
        self._master = master.encode()
        self._free: dict[tuple[str, int], list[Stream]] = {}

    async def tell(self, url: str, department: str, key: str, answer: dict[str, Any]) -> int:
        """Post a decision until it is stored; how many tries were in vain. Raises ConnectionError after the last."""
        event_id = uuid4().hex
        body = compact({**answer, "event_id": event_id, "dept": department, "idempotency_key": key, "seq": 1})
        for tries in range(MOST_TRIES):
            if await self._try(url, department, event_id, body):
                return tries
            await asyncio.sleep(AGAIN_AFTER_S)
        raise ConnectionError(f"{url} does not take the callback")

    async def _try(self, url: str, department: str, event_id: str, body: bytes) -> bool:
        parts = urlsplit(url)
        place = (parts.hostname or "127.0.0.1", parts.port or 80)
        request = self._request(parts.path, parts.netloc, department, event_id, body)
        try:
            return 200 <= await asyncio.wait_for(self._send(place, request), PATIENCE_S) < 300
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError):
            return False

    async def _send(self, place: tuple[str, int], request: bytes) -> int:
        free = self._free.setdefault(place, [])
        while free:  # one that the other side has closed meanwhile is no failure
            reader, writer = free.pop()
            if reader.at_eof() or writer.is_closing():
                continue
            return await self._over(place, (reader, writer), request)
        return await self._over(place, await asyncio.open_connection(*place), request)

    async def _over(self, place: tuple[str, int], stream: Stream, request: bytes) -> int:
        reader, writer = stream
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head.lower():
            writer.close()
        else:
            self._free[place].append(stream)
        return status

    def _request(self, path: str, host: str, department: str, event_id: str, body: bytes) -> bytes:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        message = "\n".join(["POST", path, stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()
        secret = hmac.new(self._master, department.encode(), hashlib.sha256).hexdigest().encode()
        signature = base64.b64encode(hmac.digest(secret, message, "sha256")).decode()
        lines = [
            f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}",
            f"X-Dept-Id: {department}", f"X-Event-Id: {event_id}", f"X-Timestamp: {stamp}", f"X-Nonce: {nonce}",
            f"X-Signature: {signature}", "", "",
        ]  # fmt: skip
        return "\r\n".join(lines).encode() + body


def _length(head: bytes) -> int:
    """Of the body that follows a head."""
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)
