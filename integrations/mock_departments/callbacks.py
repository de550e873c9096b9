"""Callbacks: written down with the change they tell of, sent until the portal has stored them."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from .application import body_in
from .clock import now
from .conditions import Conditions
from .scripts import script_in
from .signing import Keyring, signed_headers
from .store import Row, Store
from .tricks import hostile_posts, with_other_words

QUICK_RETRIES_S = (0.5, 1, 2, 4, 8)
SLOW_RETRY_S = 30.0
LATE_BY_S = 2.0
AT_ONCE, ROOM_TO_LOOK = 64, 8
LONGEST_PAUSE_S, RESEND_AFTER_S = 1.0, 2.0
TIMEOUT = ClientTimeout(total=10, connect=3)
STORED_FOR_GOOD = (200, 201, 202, 204)
REFUSED_FOR_GOOD = (409,)
logger = logging.getLogger(__name__)


class Outbox:
    """Callbacks to be sent, in the departments' own durable record."""

    def __init__(self, store: Store, conditions: Conditions) -> None:
        self._store = store
        self._conditions = conditions
        self.woken = asyncio.Event()

    def announce(self, row: Row, more: Mapping[str, Any]) -> None:
        """Write down a callback about an application's present status."""
        url = body_in(row["body"]).get("callback_url")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            return
        faults = script_in(row["script"]).callback_faults
        event = event_of(row, self._conditions.of(row["dept"]).skew_s) | dict(more)
        self.write(row, url, event, faults)
        if "contradict" in faults and row["status"] in ("approved", "rejected"):
            other = "rejected" if row["status"] == "approved" else "approved"
            turned = {
                "event_id": str(uuid.uuid4()),
                "status": other,
                "seq": row["seq"] + 1,
                "result": {},
                "reasons": [],
            }
            self.write(row, url, event | turned, {})

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

    def due(self, limit: int, *, flying: Iterable[int] = ()) -> list[Row]:
        """Callbacks whose time has come; of one application the earlier first, unless told to be out of order."""
        ids = ",".join(str(number) for number in flying)
        return self._store.all(
            f"SELECT * FROM callbacks AS mine WHERE state = 'due' AND next_at <= ? AND id NOT IN ({ids})"
            " AND NOT EXISTS ("
            " SELECT 1 FROM callbacks AS other"
            " WHERE other.dept = mine.dept AND other.key = mine.key AND other.state = 'due'"
            " AND other.id < mine.id AND other.trick NOT LIKE '%out_of_order%') ORDER BY next_at LIMIT ?",
            time.time(),
            limit,
        )

    def next_due(self, *, flying: Iterable[int] = ()) -> float | None:
        """When the next callback is due that is not on its way already."""
        ids = ",".join(str(number) for number in flying)
        row = self._store.one(f"SELECT min(next_at) AS at FROM callbacks WHERE state = 'due' AND id NOT IN ({ids})")
        return row["at"] if row else None

    def is_told(self, dept: str, key: str) -> bool:
        """Whether nothing is left to be told about an application."""
        row = self._store.one("SELECT 1 FROM callbacks WHERE dept = ? AND key = ? AND state = 'due'", dept, key)
        return row is None


class Courier:
    """Sends what is in the outbox, many at once, until each is stored by the portal."""

    def __init__(self, store: Store, outbox: Outbox, keyring: Keyring, conditions: Conditions) -> None:
        self._store = store
        self._outbox = outbox
        self._keyring = keyring
        self._conditions = conditions
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._later: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send for ever; a callback that was on its way when the process died is sent again with the same event id."""
        async with ClientSession(connector=TCPConnector(limit=AT_ONCE), timeout=TIMEOUT, trust_env=False) as session:
            try:
                while True:
                    self._outbox.woken.clear()
                    self._take_off(session)
                    await self._wait()
            finally:
                for task in (*self._flying.values(), *self._later):
                    task.cancel()

    def _take_off(self, session: ClientSession) -> None:
        room = AT_ONCE - len(self._flying)
        if room < ROOM_TO_LOOK:
            return
        for row in self._outbox.due(room, flying=self._flying):
            if self._is_away(row):
                continue
            task = asyncio.create_task(self._deliver(session, row))
            self._flying[row["id"]] = task
            task.add_done_callback(partial(self._landed, row["id"]))

    def _landed(self, number: int, task: asyncio.Task[None]) -> None:
        """Make room for another; one that could not even be sent is looked at again later."""
        self._flying.pop(number, None)
        if not task.cancelled() and task.exception() is not None:
            logger.error("callback failed: %s", number, exc_info=task.exception())
            later = time.time() + SLOW_RETRY_S
            self._store.run("UPDATE callbacks SET tries = tries + 1, next_at = ? WHERE id = ?", later, number)
        self._outbox.woken.set()

    def _is_away(self, row: Row) -> bool:
        outage = self._conditions.outage_of(row["dept"])
        if outage:
            self._store.run("UPDATE callbacks SET next_at = ? WHERE id = ?", outage[0], row["id"])
        return outage is not None

    async def _wait(self) -> None:
        """Until something new is written or lands, or the next one is due."""
        pause = LONGEST_PAUSE_S
        if AT_ONCE - len(self._flying) >= ROOM_TO_LOOK:
            at = self._outbox.next_due(flying=self._flying)
            pause = pause if at is None else min(max(at - time.time(), 0.01), pause)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._outbox.woken.wait()

    async def _deliver(self, session: ClientSession, row: Row) -> None:
        if row["trick"] and row["tries"] == 0:
            for kind, headers, body in hostile_posts(self._keyring, row, self._conditions.time_at(row["dept"])):
                await self._post(session, row, kind, headers, body)
        headers = self._headers(row)
        status = await self._post(session, row, "genuine", headers, row["body"], settles=True)
        if row["trick"] and status in STORED_FOR_GOOD:
            await self._once_more(session, row, headers)

    async def _once_more(self, session: ClientSession, row: Row, headers: Mapping[str, str]) -> None:
        """What follows a callback that was stored: honest repetitions, and somebody who has listened."""
        tricks = row["trick"].split(",")
        for _ in range(row["again"]):
            await self._post(session, row, "duplicate", self._headers(row), row["body"])
        if "resend" in tricks:
            task = asyncio.create_task(self._resend(session, row))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        if "replay_old" in tricks:
            await self._post(session, row, "replay_old", headers, row["body"])
        if "nonce_reuse" in tricks:
            body, used = with_other_words(row), headers["X-Nonce"]
            await self._post(session, row, "nonce_reuse", self._headers(row, body, nonce=used), body)

    async def _resend(self, session: ClientSession, row: Row) -> None:
        await asyncio.sleep(RESEND_AFTER_S)
        await self._post(session, row, "duplicate", self._headers(row), row["body"])

    def _headers(self, row: Row, body: bytes | None = None, *, nonce: str = "") -> dict[str, str]:
        body = row["body"] if body is None else body
        key, path = self._keyring.own(row["dept"]), urlsplit(row["url"]).path
        signature = signed_headers(key, path, body, at=self._conditions.time_at(row["dept"]), nonce=nonce)
        return {
            "X-Dept-Id": row["dept"],
            "X-Event-Id": row["event_id"],
            "Content-Type": "application/json",
            **signature,
        }

    async def _post(
        self,
        session: ClientSession,
        row: Row,
        kind: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        settles: bool = False,
    ) -> int | None:
        """Post once and note how it went, and what becomes of the callback; no answer is a status of None."""
        status: int | None = None
        try:
            async with session.post(row["url"], data=body, headers=headers, allow_redirects=False) as response:
                status, answer = response.status, (await response.content.read(2000)).decode("utf-8", "replace")
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            answer = f"{type(error).__name__}: {error}"[:500]
        note = {"at": time.time(), "event_id": row["event_id"], "kind": kind, "status": status, "answer": answer}
        with self._store.transaction():
            self._store.insert("attempts", note)
            if settles:
                self._settle(row, status, answer)
        return status

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


def event_of(row: Row, skew_s: float) -> dict[str, Any]:
    """A new event about where an application stands, at the time of the department's own clock."""
    return {
        "event_id": str(uuid.uuid4()),
        "dept": row["dept"],
        "receipt_no": row["receipt_no"],
        "sub_application_id": row["sub_id"],
        "idempotency_key": row["key"].partition("~")[0],
        "status": row["status"],
        "seq": row["seq"],
        "occurred_at": (now() + timedelta(seconds=skew_s)).isoformat(),
        "result": json.loads(row["result"]),
        "reasons": json.loads(row["reasons"]),
    }
