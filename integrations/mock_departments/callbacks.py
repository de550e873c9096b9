"""Callbacks: written down with the change they tell of, sent until the portal has stored them."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from .behaviours import Behaviours
from .clock import now
from .signing import Keyring, signed_headers
from .store import Row, Store
from .tricks import hostile_posts

QUICK_RETRIES_S = (0.5, 1, 2, 4, 8)
SLOW_RETRY_S = 30.0
LATE_BY_S = 2.0
AT_ONCE = 64
TIMEOUT = ClientTimeout(total=10, connect=3)
STORED_FOR_GOOD = (200, 201, 202, 204)
REFUSED_FOR_GOOD = (409,)


class Outbox:
    """Callbacks to be sent, in the departments' own durable record."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.woken = asyncio.Event()

    def announce(self, row: Row, more: Mapping[str, Any]) -> None:
        """Write down a callback about an application's present status."""
        url = json.loads(row["body"]).get("callback_url")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            return
        faults = json.loads(row["script"])["callback_faults"]
        event = _event(row, row["status"], row["seq"], json.loads(row["result"]), json.loads(row["reasons"])) | dict(
            more
        )
        self.write(row, url, event, faults)
        if "contradict" in faults and row["status"] in ("approved", "rejected"):
            other = "rejected" if row["status"] == "approved" else "approved"
            self.write(row, url, _event(row, other, row["seq"] + 1, {}, []), {})

    def write(self, row: Row, url: str, event: Mapping[str, Any], faults: Mapping[str, Any]) -> str:
        """Put one event into the outbox; its id."""
        is_overtaken = "out_of_order" in faults and event["status"] == "accepted"
        late = float(faults.get("late_s", 0)) + (LATE_BY_S if is_overtaken else 0)
        self._store.insert(
            "callbacks",
            {
                "at": time.time(),
                "event_id": event["event_id"],
                "dept": row["dept"],
                "key": row["key"],
                "seq": event["seq"],
                "status": event["status"],
                "url": url,
                "body": json.dumps(event, ensure_ascii=False).encode(),
                "trick": ",".join(sorted(faults)),
                "again": int(faults.get("duplicate", 0)),
                "state": "dropped" if "drop" in faults else "due",
                "next_at": time.time() + late,
            },
        )
        self.woken.set()
        return str(event["event_id"])

    def due(self, limit: int) -> list[Row]:
        """Callbacks whose time has come; of one application the earlier first, unless told to be out of order."""
        return self._store.all(
            "SELECT * FROM callbacks AS mine WHERE state = 'due' AND next_at <= ? AND NOT EXISTS ("
            " SELECT 1 FROM callbacks AS other"
            " WHERE other.dept = mine.dept AND other.key = mine.key AND other.state = 'due'"
            " AND other.id < mine.id AND other.trick NOT LIKE '%out_of_order%') ORDER BY next_at LIMIT ?",
            time.time(),
            limit,
        )

    def next_due(self) -> float | None:
        """When the next callback is due."""
        row = self._store.one("SELECT min(next_at) AS at FROM callbacks WHERE state = 'due'")
        return row["at"] if row else None


class Courier:
    """Sends what is in the outbox, many at once, until each is stored by the portal."""

    def __init__(self, store: Store, outbox: Outbox, keyring: Keyring, behaviours: Behaviours) -> None:
        self._store = store
        self._outbox = outbox
        self._keyring = keyring
        self._behaviours = behaviours
        self._flying: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Send for ever; a callback that was on its way when the process died is sent again with the same event id."""
        async with ClientSession(connector=TCPConnector(limit=AT_ONCE), timeout=TIMEOUT, trust_env=False) as session:
            try:
                while True:
                    self._outbox.woken.clear()
                    self._take_off(session)
                    await self._wait()
            finally:
                for task in self._flying.values():
                    task.cancel()

    def _take_off(self, session: ClientSession) -> None:
        for row in self._outbox.due(AT_ONCE * 2):
            event_id = row["event_id"]
            if len(self._flying) >= AT_ONCE or event_id in self._flying or self._is_away(row):
                continue
            task = asyncio.create_task(self._deliver(session, row))
            self._flying[event_id] = task
            task.add_done_callback(partial(self._landed, event_id))

    def _landed(self, event_id: str, _task: asyncio.Task[None]) -> None:
        self._flying.pop(event_id, None)
        self._outbox.woken.set()

    def _is_away(self, row: Row) -> bool:
        outage = self._behaviours.outage_of(row["dept"])
        if outage:
            self._store.run("UPDATE callbacks SET next_at = ? WHERE id = ?", outage[0], row["id"])
        return outage is not None

    async def _wait(self) -> None:
        at = self._outbox.next_due()
        pause = 0.2 if self._flying else 1.0 if at is None else min(max(at - time.time(), 0.01), 1.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._outbox.woken.wait()

    async def _deliver(self, session: ClientSession, row: Row) -> None:
        if row["tries"] == 0:
            for kind, headers, body in hostile_posts(self._keyring, row):
                await self._post(session, row, kind, headers, body)
        headers = self._headers(row)
        status, answer = await self._post(session, row, "genuine", headers, row["body"])
        self._settle(row, status, answer)
        if status in STORED_FOR_GOOD:
            for _ in range(row["again"]):
                await self._post(session, row, "duplicate", self._headers(row), row["body"])
            if "replay_old" in row["trick"]:
                await self._post(session, row, "replay_old", headers, row["body"])

    def _headers(self, row: Row) -> dict[str, str]:
        signature = signed_headers(self._keyring.own(row["dept"]), urlsplit(row["url"]).path, row["body"])
        return {
            "X-Dept-Id": row["dept"],
            "X-Event-Id": row["event_id"],
            "Content-Type": "application/json",
            **signature,
        }

    async def _post(
        self, session: ClientSession, row: Row, kind: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int | None, str]:
        """Post once and note how it went; no answer is a status of None."""
        status: int | None = None
        try:
            async with session.post(row["url"], data=body, headers=headers, allow_redirects=False) as response:
                status, answer = response.status, (await response.content.read(2000)).decode("utf-8", "replace")
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            answer = f"{type(error).__name__}: {error}"[:500]
        note = {"at": time.time(), "event_id": row["event_id"], "kind": kind, "status": status, "answer": answer}
        self._store.insert("attempts", note)
        return status, answer

    def _settle(self, row: Row, status: int | None, answer: str) -> None:
        """Delivered, contradicted for good, or to be tried again: five times quickly, then every 30 seconds."""
        state = "delivered" if status in STORED_FOR_GOOD else "refused" if status in REFUSED_FOR_GOOD else "due"
        tries = row["tries"]
        pause = QUICK_RETRIES_S[tries] if tries < len(QUICK_RETRIES_S) else SLOW_RETRY_S
        self._store.run(
            "UPDATE callbacks SET state = ?, tries = tries + 1, next_at = ?, answer_status = ?, answer = ?"
            " WHERE id = ? AND state = 'due'",
            state,
            time.time() + pause,
            status,
            answer,
            row["id"],
        )


def _event(row: Row, status: str, seq: int, result: Mapping[str, Any], reasons: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "dept": row["dept"],
        "receipt_no": row["receipt_no"],
        "sub_application_id": row["sub_id"],
        "idempotency_key": row["key"],
        "status": status,
        "seq": seq,
        "occurred_at": now().isoformat(),
        "result": dict(result),
        "reasons": reasons,
    }
