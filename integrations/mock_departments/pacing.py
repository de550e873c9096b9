"""The departments' tempo in the hand of whoever drives them: their day, a case's next step, a word when all is quiet.

For checks that live through months in seconds; the delays of behaviours are for people who watch.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from .callbacks import Outbox
from .clock import now, run_ahead
from .store import Store

SOON_S = 5.0  # what is to happen later than that is not waited for
LONGEST_WAIT_S = 20.0
LOOK_EVERY_S = 0.01

Guard = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Any]


class Pacing:
    """Answers under ``/_control``, beside the other controls; `woken` wakes the agenda."""

    def __init__(self, store: Store, outbox: Outbox, woken: asyncio.Event) -> None:
        self._store = store
        self._outbox = outbox
        self._woken = woken

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [
            web.post("/_control/clock", guard(self.clock)),
            web.post("/_control/step", guard(self.step)),
            web.post("/_control/quiet", guard(self.quiet)),
        ]

    async def clock(self, request: web.Request) -> web.Response:
        """Let the city live ahead of the machine: ``{"ahead_s"}``."""
        run_ahead(float((await _body(request)).get("ahead_s", 0)))
        return _json({"now": now().isoformat()})

    async def step(self, request: web.Request) -> web.Response:
        """Take the next step of an application now, whatever its delay: ``{"sub_id"}``; how many were woken."""
        sub_id = str((await _body(request)).get("sub_id", ""))
        waiting = self._store.all("SELECT key FROM applications WHERE sub_id = ? AND step IS NOT NULL", sub_id)
        self._store.run(
            "UPDATE applications SET next_at = ? WHERE sub_id = ? AND step IS NOT NULL", time.time() - 1, sub_id
        )
        self._woken.set()
        return _json({"woken": len(waiting)})

    async def quiet(self, request: web.Request) -> web.Response:
        """Answer as soon as nothing is about to happen: no step and no callback is due soon; ``{"quiet"}``."""
        until = time.monotonic() + min(float((await _body(request)).get("timeout_s", 5)), LONGEST_WAIT_S)
        while time.monotonic() < until:
            if not self._is_busy():
                return _json({"quiet": True})
            await asyncio.sleep(LOOK_EVERY_S)
        return _json({"quiet": False})

    def _is_busy(self) -> bool:
        soon = time.time() + SOON_S
        step = self._store.one("SELECT 1 FROM applications WHERE next_at IS NOT NULL AND next_at <= ? LIMIT 1", soon)
        due = self._outbox.next_due()
        return step is not None or (due is not None and due <= soon)


async def _body(request: web.Request) -> Mapping[str, Any]:
    raw = await request.read()
    body = json.loads(raw or b"{}")
    return body if isinstance(body, dict) else {}


def _json(body: Any) -> web.Response:
    return web.json_response(body)
