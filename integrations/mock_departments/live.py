"""What happens at the departments right now, for the page that shows it: a stream of pictures, one a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from .behaviours import Behaviours
from .clock import now
from .conditions import USUAL, Conditions
from .director import Director
from .ledger import Ledger
from .library import Library
from .people import World
from .scenarios import SHIPPED, shipped
from .store import Row, Store

EVERY_S, SHOWN, SERIES_S, MOST_AT_ONCE = 1.0, 30, 60, 20_000
DUPLICATES_EVERY_S = 10.0
HONEST = ("genuine", "duplicate")
VERBS = {"supplements": "补正", "withdraw": "撤回", "changes": "变更", "search": "查证照", "revoke": "注销证照"}


class Live:
    """One picture for all who watch; nobody watching, nothing is counted."""

    def __init__(
        self,
        store: Store,
        library: Library,
        world: World,
        behaviours: Behaviours,
        conditions: Conditions,
        director: Director,
    ) -> None:
        self._store = store
        self._ledger = Ledger(store)
        self._library = library
        self._world = world
        self._behaviours = behaviours
        self._conditions = conditions
        self._director = director
        self._titles = {path.stem: _title(path.read_text("utf-8")) for path in SHIPPED.glob("*.yaml")}
        self._picture: dict[str, Any] = {}
        self._taken_at = 0.0
        self._duplicates: tuple[float, int] = (0.0, 0)
        self.forget()

    def forget(self) -> None:
        """Count from the beginning: the record was wiped."""
        self._last_request, self._last_attempt = 0, 0
        self._per_second: Counter[int] = Counter()
        self._busy: Counter[str] = Counter()
        self._recent: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        self._attempts: Counter[tuple[str, bool]] = Counter()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events; with ``?once=1`` one picture as JSON."""
        if "once" in request.query:
            return web.json_response(self.picture())
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                text = json.dumps(self.picture(), ensure_ascii=False)
                await response.write(f"data: {text}\n\n".encode())
                await asyncio.sleep(EVERY_S)
        return response

    def picture(self) -> dict[str, Any]:
        """Everything the page shows; at most twice a second a new one."""
        if time.monotonic() - self._taken_at > EVERY_S / 2:
            self._count()
            self._picture = self._drawn()
            self._taken_at = time.monotonic()
        return self._picture

    # -- counting what is new ---------------------------------------------------------------------------------------
    def _count(self) -> None:
        newest = self._store.one("SELECT max(id) AS id FROM requests")
        if newest and (newest["id"] or 0) < self._last_request:
            self.forget()
        rows = self._store.all(
            "SELECT id, at, dept FROM requests WHERE id > ? ORDER BY id DESC LIMIT ?", self._last_request, MOST_AT_ONCE
        )
        since = time.time() - SERIES_S
        for row in rows:
            if row["at"] >= since:
                self._per_second[int(row["at"])] += 1
        self._per_second = Counter({at: n for at, n in self._per_second.items() if at >= since})
        self._busy = Counter(row["dept"] for row in rows)
        self._recent.extendleft(self._told(number["id"]) for number in reversed(rows[:SHOWN]))
        self._last_request = rows[0]["id"] if rows else self._last_request
        self._count_attempts()

    def _count_attempts(self) -> None:
        rows = self._store.all(
            "SELECT kind, coalesce(status, 0) AS status, count(*) AS n, max(id) AS last FROM attempts WHERE id > ?"
            " GROUP BY kind, status",
            self._last_attempt,
        )
        for row in rows:
            self._attempts[row["kind"], 200 <= row["status"] < 300] += row["n"]
            self._last_attempt = max(self._last_attempt, row["last"])

    def _told(self, number: int) -> dict[str, Any]:
        """One request in words."""
        row = self._store.one(
            "SELECT id, at, dept, method, path, body, status, note FROM requests WHERE id = ?", number
        )
        assert row is not None
        kept = {name: row[name] for name in ("id", "at", "dept", "status", "note")}
        return {**kept, "what": self._what(row), "path": row["path"]}

    def _what(self, row: Row) -> str:
        parts = row["path"].split("/")[3:]
        if parts[:1] == ["interfaces"] and len(parts) > 1:
            known = self._library.interfaces.get(parts[1])
            return f"查询接口 {known.zh if known else parts[1]}"
        if parts[:1] == ["licences"]:
            return VERBS.get(parts[-1], "签发证照" if row["method"] == "POST" else "取证照文件")
        if parts == ["applications"]:
            return f"申报 {self._item_of(row['body'])}"
        return "查询办件" if row["method"] == "GET" else VERBS.get(parts[-1], row["path"])

    def _item_of(self, body: bytes) -> str:
        try:
            told = json.loads(body)
            item = self._library.item(told["bundle"]["code"], told["item"]["id"])
            return str(item.entry.get("zh") or item.entry["id"]) if item else str(told["item"]["id"])
        except (KeyError, TypeError, ValueError, RecursionError):
            return "（读不懂）"

    # -- drawing ----------------------------------------------------------------------------------------------------
    def _drawn(self) -> dict[str, Any]:
        at = int(time.time())
        return {
            "now": now().isoformat(),
            "anchor": self._world.anchor.isoformat(),
            "totals": self._totals(),
            "series": [self._per_second.get(at - back, 0) for back in range(SERIES_S, 0, -1)],
            "departments": self._departments(),
            "everywhere": self._conditions.unusual().get("", {}),
            "behaviours": self._behaviours.all()[:50],
            "recent": list(self._recent),
            "scenario": self._director.standing(),
            "shipped": [{"name": name, "zh": self._titles[name]} for name in shipped()],
        }

    def _totals(self) -> dict[str, int]:
        states = {row["state"]: row["n"] for row in self._grouped("state", "callbacks")}
        hostile = [(accepted, n) for (kind, accepted), n in self._attempts.items() if kind not in HONEST]
        at, duplicates = self._duplicates
        if time.monotonic() - at > DUPLICATES_EVERY_S:
            duplicates = len(self._ledger.duplicates())
            self._duplicates = (time.monotonic(), duplicates)
        return {
            "requests": self._last_request,
            "callbacks_due": states.get("due", 0),
            "callbacks_delivered": states.get("delivered", 0),
            "callbacks_refused": states.get("refused", 0),
            "hostile_sent": sum(n for _, n in hostile),
            "hostile_accepted": sum(n for accepted, n in hostile if accepted),
            "duplicates": duplicates,
        }

    def _departments(self) -> list[dict[str, Any]]:
        counts: dict[str, dict[str, int]] = {}
        for row in self._store.all("SELECT dept, status, count(*) AS n FROM applications GROUP BY dept, status"):
            counts.setdefault(row["dept"], {})[row["status"]] = row["n"]
        due = self._store.all("SELECT dept, count(*) AS n FROM callbacks WHERE state = 'due' GROUP BY dept")
        waiting = {row["dept"]: row["n"] for row in due}
        told = {name for one in self._behaviours.all() for name in _named(one)}
        unusual = self._conditions.unusual()
        return [
            {
                "code": code,
                "short": entry["short"],
                "name": entry["name"],
                "applications": counts.get(code, {}),
                "waiting": waiting.get(code, 0),
                "busy": self._busy.get(code, 0),
                "condition": unusual.get(code, {}),
                "told": code in told,
                "outage": self._outage(code),
            }
            for code, entry in self._library.departments.items()
        ]

    def _outage(self, dept: str) -> dict[str, Any] | None:
        found = self._conditions.outage_of(dept)
        return {"mode": found[1], "left_s": round(found[0] - time.time())} if found else None

    def _grouped(self, column: str, table: str) -> list[Row]:
        return self._store.all(f"SELECT {column}, count(*) AS n FROM {table} GROUP BY {column}")


class Healing:
    """Takes single things back: a behaviour, or everything that one department was told."""

    def __init__(self, behaviours: Behaviours, conditions: Conditions, woken: asyncio.Event) -> None:
        self._behaviours = behaviours
        self._conditions = conditions
        self._woken = woken

    def end(self, number: int) -> None:
        """Take one behaviour out of force."""
        self._behaviours.end(number)

    def heal(self, dept: str) -> None:
        """A department is there and as usual again; what all of them were told stays."""
        self._conditions.outage(dept, 0)
        self._conditions.put(dept, {name: getattr(USUAL, name) for name in USUAL.__slots__})
        for one in self._behaviours.all():
            if _named(one) == [dept]:
                self._behaviours.end(one["id"])
        self._woken.set()


def _named(behaviour: Mapping[str, Any]) -> list[str]:
    said = behaviour.get("dept")
    return list(said) if isinstance(said, list) else [said] if said else []


def _title(text: str) -> str:
    """What a shipped scenario is called, from its line ``zh:``."""
    return next((line[4:].strip() for line in text.splitlines() if line.startswith("zh: ")), "")
