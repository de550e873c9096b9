"""A pretended message gateway: takes what the portal sends to phones, or refuses it as it was told. Nobody's phone."""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web

from .conditions import Conditions
from .signed_line import SignedLine
from .signing import Keyring
from .store import Row, Store

GATEWAY = "MSG"
RECENT = 100
# What is said of a number: refused for good with this code, or "busy" for now.
REFUSALS = ("bad_number", "no_such_number", "blocked", "opted_out", "bad_content")
BUSY, BUSY_S = "busy", 30


class MessageGateway:
    """Answers the portal under ``/messages``; what it took is kept in the record, once per key."""

    def __init__(self, store: Store, keyring: Keyring, conditions: Conditions, *, enforce: bool) -> None:
        self._store = store
        self._conditions = conditions
        self._line = SignedLine(GATEWAY, store, keyring, conditions, enforce=enforce)

    def routes(self, local: Any) -> list[web.RouteDef]:
        """Its address, and what this machine may ask and say: the messages taken, the numbers that are refused."""
        return [
            web.post("/messages/messages", self.take),
            web.get("/_control/messages", local(self.taken)),
            web.post("/_control/number", local(self.number)),
        ]

    async def take(self, request: web.Request) -> web.Response:
        """Take a message, once per key; the same key with other words is refused."""
        raw = await self._line.signed(request)
        wait_s = self._conditions.wait_s(GATEWAY)
        if wait_s:
            return _json({"message": "超过限速"}, 429, wait_s)
        body, key = _message(raw), request.headers.get("Idempotency-Key", "")
        if body is None or key != body["key"]:
            return _json({"code": "bad_content", "message": "报文不合规范"}, 422)
        known = self._store.one("SELECT * FROM messages WHERE key = ?", key)
        if known is not None:
            return _again(known, raw)
        said = self._store.one("SELECT says FROM message_numbers WHERE number = ?", body["to"])
        if said is not None:
            return _refused(said["says"])
        row = {"key": key, "at": time.time(), "number": body["to"], "template": body["template"], "body": raw.decode()}
        self._store.insert("messages", row)
        return _json({"id": key, "status": "taken"}, 202)

    # -- this machine -------------------------------------------------------------------------------------------------
    async def taken(self, _request: web.Request) -> web.Response:
        """The messages taken, the newest first: what would be on people's phones now."""
        rows = self._store.all("SELECT * FROM messages ORDER BY at DESC LIMIT ?", RECENT)
        return _json([{**json.loads(row["body"]), "at": row["at"]} for row in rows])

    async def number(self, request: web.Request) -> web.Response:
        """Say how messages to a number end: ``{"number", "says": "bad_number" | … | "busy" | null}``."""
        body = json.loads(await request.read())
        says = body.get("says")
        if says is not None and says not in (*REFUSALS, BUSY):
            return _json({"message": f"只能是 {'、'.join((*REFUSALS, BUSY))}"}, 422)
        self._store.run("DELETE FROM message_numbers WHERE number = ?", str(body["number"]))
        if says is not None:
            self._store.insert("message_numbers", {"number": str(body["number"]), "says": says})
        return _json({"number": body["number"], "says": says}, 201)


def _message(raw: bytes) -> dict[str, Any] | None:
    """A message with everything it needs; None for anything else."""
    try:
        body: dict[str, Any] = json.loads(raw)
        fits = all(isinstance(body[name], str) and body[name] for name in ("key", "to", "template", "title", "text"))
    except (ValueError, KeyError, TypeError):
        return None
    return body if fits else None


def _again(known: Row, raw: bytes) -> web.Response:
    if known["body"] != raw.decode():
        return _json({"code": "bad_content", "message": "同一个键，内容不同"}, 409)
    return _json({"id": known["key"], "status": "taken"}, 200)


def _refused(says: str) -> web.Response:
    if says == BUSY:
        return _json({"message": "忙，请稍后再发"}, 503, BUSY_S)
    return _json({"code": says, "message": "不能发往这个号码"}, 422)


def _json(document: Any, status: int = 200, retry_after_s: int | None = None) -> web.Response:
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else None
    return web.json_response(document, status=status, headers=headers)
