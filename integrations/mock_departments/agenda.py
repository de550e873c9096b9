"""The departments' agenda: takes every application's next step when its time has come, over restarts too."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from .behaviours import Behaviours
from .casework import Casework
from .store import Row, Store

LONGEST_PAUSE_S = 1.0
AT_ONCE = 200
logger = logging.getLogger(__name__)


class Agenda:
    """Runs beside the server; what it does next stands in the record, so a restart goes on where it stopped."""

    def __init__(self, store: Store, casework: Casework, behaviours: Behaviours) -> None:
        self._store = store
        self._casework = casework
        self._behaviours = behaviours
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Take due steps for ever."""
        while True:
            self.woken.clear()
            rows = self._store.all(
                "SELECT * FROM applications WHERE next_at <= ? ORDER BY next_at LIMIT ?", time.time(), AT_ONCE
            )
            for row in rows:
                self._take(row)
                await asyncio.sleep(0)
            if not rows:
                await self._pause()

    def _take(self, row: Row) -> None:
        """One step, whole or not at all; a department that is away does nothing until it is back."""
        outage = self._behaviours.outage_of(row["dept"])
        if outage:
            self._store.run(
                "UPDATE applications SET next_at = ? WHERE dept = ? AND key = ?", outage[0], row["dept"], row["key"]
            )
            return
        try:
            with self._store.transaction():
                current = self._casework.row(row["dept"], row["key"])
                if current["next_at"] == row["next_at"]:
                    self._casework.take_step(current)
        except Exception:
            logger.exception("step failed: %s %s", row["dept"], row["key"])
            self._store.run(
                "UPDATE applications SET next_at = ? WHERE dept = ? AND key = ?",
                time.time() + 30,
                row["dept"],
                row["key"],
            )

    async def _pause(self) -> None:
        row = self._store.one("SELECT min(next_at) AS at FROM applications WHERE next_at IS NOT NULL")
        at = row["at"] if row else None
        pause = LONGEST_PAUSE_S if at is None else min(max(at - time.time(), 0.005), LONGEST_PAUSE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self.woken.wait()
