"""The control interface: what was received, how departments shall behave, from this machine only."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .backup import restore_backup
from .behaviours import CALLBACK_FAULTS, Behaviours, UnknownSetting
from .callbacks import Outbox
from .clock import now
from .conditions import Conditions, UnknownCondition
from .library import Library
from .payments import CHANNEL
from .people import World
from .registers import Registers
from .registers.lookup import GONE
from .store import Row, Store

RECENT = 60


class Control:
    """Answers under ``/_control``; no key is needed, but the question must come from this machine."""

    def __init__(
        self,
        store: Store,
        library: Library,
        world: World,
        registers: Registers,
        behaviours: Behaviours,
        conditions: Conditions,
        outbox: Outbox,
        woken: asyncio.Event,
    ) -> None:
        self._store = store
        self._library = library
        self._world = world
        self._registers = registers
        self._behaviours = behaviours
        self._conditions = conditions
        self._outbox = outbox
        self._woken = woken

    def routes(self) -> list[web.RouteDef]:
        """Every address of the control interface."""
        return [
            web.get("/_control/record", local(self.record)),
            web.get("/_control/summary", local(self.summary)),
            web.get("/_control/people", local(self.people)),
            web.post("/_control/behaviour", local(self.behaviour)),
            web.post("/_control/outage", local(self.outage)),
            web.post("/_control/department", local(self.department)),
            web.post("/_control/forget", local(self.forget)),
            web.post("/_control/register", local(self.register)),
            web.post("/_control/callback", local(self.callback)),
            web.post("/_control/reset", local(self.reset)),
        ]

    async def record(self, request: web.Request) -> web.Response:
        """Everything about the applications asked for: requests, answers, effects, callbacks and every try."""
        dept, key = request.query.get("dept", ""), request.query.get("key", "")
        rows = self._store.all(
            "SELECT * FROM applications WHERE (? = '' OR dept = ?) AND (? = '' OR ? IN (key, sub_id, receipt_no))"
            " ORDER BY filed_at",
            dept,
            dept,
            key,
            key,
        )
        return _json({"applications": [self._one(row) for row in rows], "requests": self._requests(dept, key)})

    async def summary(self, request: web.Request) -> web.Response:
        """Counts per department, effects that happened more than once, and what arrived last."""
        return _json(
            {
                "now": now().isoformat(),
                "anchor": self._world.anchor.isoformat(),
                "departments": self._departments(),
                "duplicate_effects": self._duplicates(),
                "behaviours": self._behaviours.all(),
                "recent": self._recent(),
                "callbacks": self._counts("SELECT state AS name, count(*) AS n FROM callbacks GROUP BY state"),
                "requests": self._counts(
                    "SELECT coalesce(status, 0) AS name, count(*) AS n FROM requests GROUP BY status"
                ),
            }
        )

    async def people(self, request: web.Request) -> web.Response:
        """Everybody and every body that the registers know, for making up applications."""
        marriages = self._world.marriages
        persons = [
            {
                "name": person.name,
                "id_no": person.id_no,
                "gender": person.gender,
                "phone": person.phone,
                "bank_card": person.bank_card,
                "married": person.id_no in marriages,
            }
            for person in self._world.people
        ]
        companies = [
            {"name": company.name, "uscc": company.uscc, "legal_rep": company.legal_rep.name}
            for company in self._world.companies
        ]
        return _json({"persons": persons, "companies": companies})

    async def behaviour(self, request: web.Request) -> web.Response:
        """Put a behaviour in force: for all, a department, a bundle, a matter, an item or an interface."""
        try:
            number = self._behaviours.add(await _body(request))
        except UnknownSetting as error:
            return _json({"message": str(error)}, status=422)
        return _json({"id": number}, status=201)

    async def outage(self, request: web.Request) -> web.Response:
        """Take a department away for some seconds: "cut" off the network, silent ("hang"), answering "503" or "500"."""
        body = await _body(request)
        if body.get("dept") not in {*self._library.departments, CHANNEL}:
            return _json({"message": "没有这个部门"}, status=422)
        self._conditions.outage(body["dept"], float(body.get("seconds", 10)), str(body.get("mode", "cut")))
        self._woken.set()
        return _json({"dept": body["dept"]}, status=201)

    async def department(self, request: web.Request) -> web.Response:
        """Change what a department's system can do: ``{"dept", "keys"?, "query"?, "callbacks"?, "skew_s"?, …}``."""
        body = await _body(request)
        dept = body.pop("dept", "")
        if dept and dept not in {*self._library.departments, CHANNEL}:
            return _json({"message": "没有这个部门"}, status=422)
        return _json({"dept": dept, **asdict(self._conditions.put(dept, body))}, status=201)

    async def forget(self, request: web.Request) -> web.Response:
        """Restore a department from a backup: what was filed in the last ``since_s`` seconds is not known any more."""
        body = await _body(request)
        if body.get("dept") not in self._library.departments:
            return _json({"message": "没有这个部门"}, status=422)
        since = time.time() - float(body["since_s"]) if "since_s" in body else 0.0
        return _json({"forgotten": restore_backup(self._store, body["dept"], since)}, status=201)

    async def register(self, request: web.Request) -> web.Response:
        """Write over what a register says: ``{"code", "key", "data" or "records" or null}``."""
        body = await _body(request)
        code, subject = str(body.get("code", "")), str(body.get("key", "")).upper()
        if code not in self._library.interfaces or not subject:
            return _json({"message": "要有 code 和 key"}, status=422)
        changes: Mapping[str, Any] = {GONE: False, **(body.get("data") or {})}
        if "records" in body:
            changes = {GONE: False, "records": body["records"]}
        if body.get("data", {}) is None:
            changes = {GONE: True}
        self._store.update_record(code, subject, changes)
        return _json({"code": code, "key": subject}, status=201)

    async def callback(self, request: web.Request) -> web.Response:
        """Send a callback now, whatever the status: ``{"dept", "key", "status", "result"?, "faults"?}``."""
        body = await _body(request)
        row = self._store.one(
            "SELECT * FROM applications WHERE dept = ? AND ? IN (key, sub_id, receipt_no)",
            body.get("dept"),
            body.get("key"),
        )
        if row is None:
            return _json({"message": "没有收到过这个办件"}, status=404)
        faults = {name: value for name, value in (body.get("faults") or {}).items() if name in CALLBACK_FAULTS}
        event = _event_by_hand(row, body)
        with self._store.transaction():
            self._outbox.write(row, json.loads(row["body"])["callback_url"], event, faults)
        return _json({"event_id": event["event_id"]}, status=201)

    async def reset(self, request: web.Request) -> web.Response:
        """Usual behaviour again; with ``{"records": true}`` everything received is forgotten too."""
        self._behaviours.clear()
        self._conditions.clear()
        if (await _body(request)).get("records"):
            self._store.wipe()
        self._woken.set()
        return _json({"reset": True})

    # -- putting answers together -----------------------------------------------------------------------------------
    def _one(self, row: Row) -> dict[str, Any]:
        callbacks = self._store.all(
            "SELECT * FROM callbacks WHERE dept = ? AND key = ? ORDER BY id", row["dept"], row["key"]
        )
        effects = self._store.all(
            "SELECT * FROM effects WHERE dept = ? AND key = ? ORDER BY id", row["dept"], row["key"]
        )
        columns = "dept key sub_id receipt_no bundle item matter status seq round step next_at filed_at".split()
        return {name: row[name] for name in columns} | {
            "result": json.loads(row["result"]),
            "reasons": json.loads(row["reasons"]),
            "findings": json.loads(row["findings"]),
            "body": json.loads(row["body"]),
            "effects": [{"at": e["at"], "effect": e["effect"], "detail": e["detail"]} for e in effects],
            "effect_counts": _tally(effects),
            "callbacks": [self._callback(callback) for callback in callbacks],
        }

    def _callback(self, row: Row) -> dict[str, Any]:
        tries = self._store.all("SELECT * FROM attempts WHERE event_id = ? ORDER BY id", row["event_id"])
        return {
            "event_id": row["event_id"],
            "status": row["status"],
            "seq": row["seq"],
            "state": row["state"],
            "url": row["url"],
            "body": json.loads(row["body"]),
            "attempts": [
                {"at": one["at"], "kind": one["kind"], "status": one["status"], "answer": one["answer"]}
                for one in tries
            ],
        }

    def _requests(self, dept: str, key: str) -> list[dict[str, Any]]:
        rows = self._store.all(
            "SELECT * FROM requests WHERE (? = '' OR dept = ?) AND (? = '' OR key = ? OR path LIKE ?)"
            " ORDER BY id DESC LIMIT 1000",
            dept,
            dept,
            key,
            key,
            f"%/{key}%",
        )
        return [
            {
                "at": row["at"],
                "dept": row["dept"],
                "method": row["method"],
                "path": row["path"],
                "key": row["key"],
                "headers": json.loads(row["headers"]),
                "body": row["body"].decode("utf-8", "replace"),
                "status": row["status"],
                "answer": (row["answer"] or b"").decode("utf-8", "replace"),
                "note": row["note"],
            }
            for row in reversed(rows)
        ]

    def _departments(self) -> list[dict[str, Any]]:
        rows = self._store.all("SELECT dept, status, count(*) AS n FROM applications GROUP BY dept, status")
        counts: dict[str, dict[str, int]] = {}
        for row in rows:
            counts.setdefault(row["dept"], {})[row["status"]] = row["n"]
        waiting = self._counts("SELECT dept AS name, count(*) AS n FROM callbacks WHERE state = 'due' GROUP BY dept")
        return [
            {
                "code": code,
                "name": entry["name"],
                "short": entry["short"],
                "applications": counts.get(code, {}),
                "callbacks_waiting": waiting.get(code, 0),
                "away": self._conditions.outage_of(code) is not None,
            }
            for code, entry in self._library.departments.items()
        ]

    def _duplicates(self) -> list[dict[str, Any]]:
        """Sub-applications that were filed or decided more than once: there must be none."""
        rows = self._store.all(
            "SELECT dept, sub_id, effect, count(*) AS n FROM effects"
            " WHERE effect IN ('filed', 'approved', 'rejected', 'withdrawn')"
            " GROUP BY dept, sub_id, effect HAVING n > 1"
        )
        return [dict(row) for row in rows]

    def _recent(self) -> list[dict[str, Any]]:
        rows = self._store.all(
            "SELECT id, at, dept, method, path, status, note FROM requests ORDER BY id DESC LIMIT ?", RECENT
        )
        return [dict(row) for row in rows]

    def _counts(self, sql: str) -> dict[str, int]:
        return {str(row["name"]): row["n"] for row in self._store.all(sql)}


def local(handler: Any) -> Any:
    """Only for callers on this machine, and not for pages of other sites in its browser."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        is_foreign = origin is not None and urlsplit(origin).netloc != request.host
        if is_foreign or not ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback:
            return _json({"message": "只能在本机操作"}, status=403)
        try:
            response: web.StreamResponse = await handler(request)
        except UnknownCondition as error:
            return _json({"message": str(error)}, status=422)
        except (TypeError, ValueError) as error:
            return _json({"message": f"看不懂的设置：{error}"}, status=400)
        return response

    return guarded


def _event_by_hand(row: Row, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "event_id": body.get("event_id") or str(uuid.uuid4()),
        "dept": row["dept"],
        "receipt_no": row["receipt_no"],
        "sub_application_id": row["sub_id"],
        "idempotency_key": row["key"],
        "status": body.get("status", row["status"]),
        "seq": body.get("seq", row["seq"] + 1),
        "occurred_at": now().isoformat(),
        "result": body.get("result") or json.loads(row["result"]),
        "reasons": body.get("reasons") or [],
    }


def _tally(effects: list[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in effects:
        counts[row["effect"]] = counts.get(row["effect"], 0) + 1
    return counts


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    body = json.loads(raw or b"{}")
    return body if isinstance(body, dict) else {}


def _json(body: Any, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        content_type="application/json",
    )
