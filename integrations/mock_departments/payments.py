"""A pretended payment channel: orders, a page to pay on, signed messages to the portal, refunds. Nobody's money."""

from __future__ import annotations

import html
import json
import time
import uuid
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .callbacks import Outbox
from .clock import now
from .conditions import Conditions
from .signed_line import SignedLine
from .signing import Keyring
from .store import Row, Store

CHANNEL = "PAY"
PAGE = Path(__file__).with_name("static") / "pay.html"
ACTS = {"pay": "paid", "fail": "failed", "cancel": "closed"}
WORDS = {"open": "等待付款", "paid": "已付款", "failed": "付款失败", "closed": "已关闭"}


class PaymentChannel:
    """Answers the portal under ``/payments`` and the payer under ``/pay``; everything is kept in the record."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        outbox: Outbox,
        conditions: Conditions,
        *,
        enforce: bool,
        address: str = "",
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._conditions = conditions
        self._line = SignedLine(CHANNEL, store, keyring, conditions, enforce=enforce)
        self._address = address.rstrip("/")

    def routes(self) -> list[web.RouteDef]:
        """Every address of the channel."""
        return [
            web.post("/payments/orders", self.open),
            web.get("/payments/orders/{reference}", self.ask),
            web.post("/payments/orders/{reference}/close", self.close),
            web.post("/payments/orders/{reference}/refunds", self.refund),
            web.get("/pay/{reference}", self.page),
            web.post("/pay/{reference}", self.act),
        ]

    # -- the portal asks ----------------------------------------------------------------------------------------------
    async def open(self, request: web.Request) -> web.Response:
        """Make an order, once per key; the same key with other content is refused."""
        raw = await self._line.signed(request)
        body, key = _order(raw), request.headers.get("Idempotency-Key", "")
        if body is None or key != body["key"]:
            return _json({"message": "支付单不合规范"}, 422)
        with self._store.transaction():
            row = self._store.one("SELECT * FROM pay_orders WHERE key = ?", key) or self._made(key, body, raw)
        if row["body"] != raw.decode():
            return _json({"message": "同一个键，内容不同"}, 409)
        reference = row["reference"]
        url = f"{self._address or f'{request.scheme}://{request.host}'}/pay/{reference}"
        return _json({"reference": reference, "page_url": url, "status": row["status"]})

    def _made(self, key: str, body: dict[str, Any], raw: bytes) -> Row:
        reference = f"PAY{now():%Y%m%d}{self._store.next_number('pay_orders'):06d}"
        order = {"reference": reference, "key": key, "at": time.time(), "amount": body["amount"], "status": "open"}
        self._store.insert("pay_orders", {**order, "currency": body["currency"], "body": raw.decode()})
        return self._row(reference)

    async def ask(self, request: web.Request) -> web.Response:
        """Where an order stands."""
        await self._line.signed(request)
        return _json(_state(self._row(request.match_info["reference"])))

    async def close(self, request: web.Request) -> web.Response:
        """An open order takes no money any more; another one stays as it is."""
        await self._line.signed(request)
        reference = request.match_info["reference"]
        self._store.run("UPDATE pay_orders SET status = 'closed' WHERE reference = ? AND status = 'open'", reference)
        return _json(_state(self._row(reference)))

    async def refund(self, request: web.Request) -> web.Response:
        """Give money of a paid order back, once per key, never more than was paid."""
        raw = await self._line.signed(request)
        row, asked = self._row(request.match_info["reference"]), json.loads(raw)
        with self._store.transaction():
            if self._store.one("SELECT 1 FROM pay_refunds WHERE key = ?", asked["key"]) is None:
                given = self._store.all("SELECT amount FROM pay_refunds WHERE reference = ?", row["reference"])
                left = Decimal(row["amount"]) - sum((Decimal(one["amount"]) for one in given), Decimal(0))
                if row["status"] != "paid" or not 0 < Decimal(asked["amount"]) <= left:
                    return _json({"message": "没有这么多可退"}, 422)
                back = {"key": asked["key"], "reference": row["reference"], "amount": asked["amount"]}
                self._store.insert("pay_refunds", {**back, "at": time.time()})
        return _json({"reference": row["reference"], "status": "done"})

    # -- the payer ----------------------------------------------------------------------------------------------------
    async def page(self, request: web.Request) -> web.Response:
        """What is to be paid, and three buttons: pay, let the bank refuse, give up."""
        row = self._row(request.match_info["reference"])
        body = json.loads(row["body"])
        lines = "".join(_line(one["label"], one["amount"]) for one in body["lines"])
        text = PAGE.read_text("utf-8")
        values = {"title": body["title"], "amount": row["amount"], "reference": row["reference"]}
        values |= {"status": WORDS[row["status"]], "back": body["return_url"]}
        for name, value in values.items():
            text = text.replace(f"[[{name}]]", html.escape(value))
        text = text.replace("[[lines]]", lines).replace("[[closed]]", "" if row["status"] == "open" else "disabled")
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def act(self, request: web.Request) -> web.Response:
        """The payer's choice takes effect once, the portal is told, the payer is sent back."""
        reference = request.match_info["reference"]
        status = ACTS.get(str((await request.post()).get("act", "")))
        row = self._row(reference)
        if status and row["status"] == "open":
            status = "closed" if status == "paid" and _has_run_out(row) else status
            with self._store.transaction():
                self._store.run("UPDATE pay_orders SET status = ? WHERE reference = ?", status, reference)
                self._tell(self._row(reference))
        raise web.HTTPSeeOther(json.loads(row["body"])["return_url"])

    def _tell(self, row: Row) -> None:
        """Write down a message to the portal; the courier carries it until it is stored there."""
        url = json.loads(row["body"])["callback_url"]
        if urlsplit(url).scheme not in ("http", "https"):
            return
        event = {"event_id": str(uuid.uuid4()), **_state(row), "occurred_at": now().isoformat()}
        message = {"at": time.time(), "event_id": event["event_id"], "dept": CHANNEL, "key": row["reference"], "seq": 1}
        body = json.dumps(event, ensure_ascii=False).encode()
        more = {"status": row["status"], "url": url, "body": body, "state": "due", "next_at": time.time()}
        self._store.insert("callbacks", {**message, **more})
        self._outbox.woken.set()

    # -- common -------------------------------------------------------------------------------------------------------
    def _row(self, reference: str) -> Row:
        row = self._store.one("SELECT * FROM pay_orders WHERE reference = ?", reference)
        if row is None:
            raise web.HTTPNotFound(text='{"message": "没有这个支付单"}', content_type="application/json")
        return row


def _order(raw: bytes) -> dict[str, Any] | None:
    """An order whose lines add up to its amount; None for anything else."""
    try:
        body: dict[str, Any] = json.loads(raw)
        total = sum((Decimal(line["amount"]) for line in body["lines"]), Decimal(0))
        known = all(isinstance(body[name], str) for name in ("key", "title", "currency", "return_url", "callback_url"))
        fits = Decimal(body["amount"]) == total > 0 and bool(datetime.fromisoformat(body["expires_at"]))
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
    return body if known and fits else None


def _has_run_out(row: Row) -> bool:
    return datetime.fromisoformat(json.loads(row["body"])["expires_at"]) <= now()


def _state(row: Row) -> dict[str, str]:
    return {name: row[name] for name in ("key", "reference", "status", "amount", "currency")}


def _line(label: str, amount: str) -> str:
    return f"<div><dt>{html.escape(label)}</dt><dd>¥{html.escape(amount)}</dd></div>"


def _json(document: Any, status: int = 200) -> web.Response:
    return web.json_response(document, status=status)
