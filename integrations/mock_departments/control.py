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
from .director import Director
from .ledger import Ledger
from .library import Library
from .live import Healing
from .messages import GATEWAY
from .payments import CHANNEL
from .people import World
from .registers import Registers
from .registers.lookup import GONE
from .scenarios import BadScenario, shipped
from .signing import Keyring
from .store import Row, Store

RECENT = 60
KEYS = "keys"  # learnt while running, in the record


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
        keyring: Keyring,
        outbox: Outbox,
        director: Director,
        woken: asyncio.Event,
    ) -> None:
        self._store = store
        self._ledger = Ledger(store)
        self._healing = Healing(behaviours, conditions, woken)
        self._library = library
        self._world = world
        self._registers = registers
        self._behaviours = behaviours
        self._conditions = conditions
        self._keyring = keyring
        self._outbox = outbox
        self._director = director
        self._woken = woken

    def routes(self) -> list[web.RouteDef]:
        """Every address of the control interface."""
        return [
            web.get("/_control/record", local(self.record)),
            web.get("/_control/tries", local(self.tries)),
            web.get("/_control/summary", local(self.summary)),
            web.get("/_control/people", local(self.people)),
            web.post("/_control/behaviour", local(self.behaviour)),
            web.post("/_control/outage", local(self.outage)),
            web.post("/_control/department", local(self.department)),
            web.post("/_control/keys", local(self.keys)),
            web.post("/_control/heal", local(self.heal)),
            web.post("/_control/forget", local(self.forget)),
            web.get("/_control/scenario", local(self.scenario)),
            web.post("/_control/scenario", local(self.play)),
            web.post("/_control/register", local(self.register)),
            web.post("/_control/callback", local(self.callback)),
            web.post("/_control/reset", local(self.reset)),
        ]

    async def record(self, request: web.Request) -> web.Response:
        """Everything about the applications asked for: requests, answers, effects, callbacks and every try.

        With ``?after=`` (empty at first, then `next` of the answer) page by page, without the requests.
        """
        query, ledger = request.query, self._ledger
        if "after" in query:
            slim = query.get("slim") == "1"
            return _json(ledger.page(query["after"], int(query.get("limit", 1000)), slim=slim))
        dept, key = query.get("dept", ""), query.get("key", "")
        return _json(
            {
                "applications": ledger.applications(dept, key),
                "requests": ledger.requests(dept, key),
                "forgotten": ledger.forgotten(),
            }
        )

    async def tries(self, request: web.Request) -> web.Response:
        """For every key: how often it was sent, in how many different bodies, and how that was answered."""
        return _json({"tries": self._ledger.tries()})

    async def summary(self, request: web.Request) -> web.Response:
        """Counts per department, effects that happened more than once, and what arrived last."""
        return _json(
            {
                "now": now().isoformat(),
                "anchor": self._world.anchor.isoformat(),
                "departments": self._departments(),
                "duplicate_effects": self._ledger.duplicates(),
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
        """Put a behaviour in force, for all or where it says; ``{"end": id}`` takes one out of force."""
        body = await _body(request)
        if "end" in body:
            self._healing.end(int(body["end"]))
            return _json({"ended": body["end"]})
        try:
            number = self._behaviours.add(body)
        except UnknownSetting as error:
            return _json({"message": str(error)}, status=422)
        return _json({"id": number}, status=201)

    async def outage(self, request: web.Request) -> web.Response:
        """Take a department away for some seconds: "cut" off the network, silent ("hang"), answering "503" or "500"."""
        body = await _body(request)
        if body.get("dept") not in {*self._library.departments, CHANNEL, GATEWAY}:
            return _json({"message": "没有这个部门"}, status=422)
        self._conditions.outage(body["dept"], float(body.get("seconds", 10)), str(body.get("mode", "cut")))
        self._woken.set()
        return _json({"dept": body["dept"]}, status=201)

    async def department(self, request: web.Request) -> web.Response:
        """Change what a department's system can do: ``{"dept", "keys"?, "query"?, "callbacks"?, "skew_s"?, …}``."""
        body = await _body(request)
        dept = body.pop("dept", "")
        if dept and dept not in {*self._library.departments, CHANNEL, GATEWAY}:
            return _json({"message": "没有这个部门"}, status=422)
        return _json({"dept": dept, **asdict(self._conditions.put(dept, body))}, status=201)

    async def heal(self, request: web.Request) -> web.Response:
        """Take back what one department was told: ``{"dept"}``."""
        body = await _body(request)
        if body.get("dept") not in self._library.departments:
            return _json({"message": "没有这个部门"}, status=422)
        self._healing.heal(body["dept"])
        return _json({"dept": body["dept"]})

    async def keys(self, request: web.Request) -> web.Response:
        """Learn further keys, kept over restarts: ``{"GA-2": "secret"}``; null revokes. The newest one signs."""
        body = await _body(request)
        self._keyring.learn(body)
        kept = json.loads(self._store.meta(KEYS) or "{}") | body
        self._store.remember(KEYS, json.dumps(kept))
        return _json({"keys": sorted(kept)}, status=201)

    async def forget(self, request: web.Request) -> web.Response:
        """Restore a department from a backup: what was filed in the last ``since_s`` seconds is not known any more."""
        body = await _body(request)
        if body.get("dept") not in self._library.departments:
            return _json({"message": "没有这个部门"}, status=422)
        since = time.time() - float(body["since_s"]) if "since_s" in body else 0.0
        return _json({"forgotten": restore_backup(self._store, body["dept"], since)}, status=201)

    async def scenario(self, request: web.Request) -> web.Response:
        """The scenario that runs, and those that are shipped."""
        return _json({"running": self._director.standing(), "shipped": list(shipped())})

    async def play(self, request: web.Request) -> web.Response:
        """Begin a scenario: ``{"name"}`` of a shipped one or ``{"text"}`` of a file, ``"seed"``; or ``{"stop"}`` it."""
        body = await _body(request)
        if body.get("stop"):
            self._director.stop()
            return _json({"running": None})
        path = shipped().get(str(body.get("name", "")))
        if path is None and not isinstance(body.get("text"), str):
            return _json({"message": f"没有这个剧本；有 {'、'.join(shipped())}"}, status=422)
        text = path.read_text("utf-8") if path else body["text"]
        try:
            self._director.begin(text, body.get("seed"))
        except BadScenario as error:
            return _json({"message": str(error)}, status=422)
        return _json({"running": self._director.standing()}, status=201)

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
        """Usual behaviour again, no scenario; with ``{"records": true}`` everything received is forgotten too."""
        self._director.stop()
        self._behaviours.clear()
        self._conditions.clear()
        if (await _body(request)).get("records"):
            self._store.wipe()
        self._woken.set()
        return _json({"reset": True})

    # -- putting answers together -----------------------------------------------------------------------------------
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
