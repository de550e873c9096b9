"""The departments' agenda: takes every application's next step when its time has come, over restarts too."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from .casework import Casework
from .conditions import Conditions
from .files import Files
from .store import Row, Store

LONGEST_PAUSE_S = 1.0
AT_ONCE, TURN_S = 20, 0.02
# A step that fails is tried again after so many seconds, and then no more: what cannot be decided must not go round.
RETRIES_S = (0.2, 1.0, 5.0)
logger = logging.getLogger(__name__)


class Agenda:
    """Runs beside the server; what it does next stands in the record, so a restart goes on where it stopped."""

    def __init__(self, store: Store, casework: Casework, files: Files, conditions: Conditions) -> None:
        self._store = store
        self._casework = casework
        self._files = files
        self._conditions = conditions
        self._failed: dict[tuple[str, str], int] = {}
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Take due steps for ever; requests are answered between two turns."""
        while True:
            self.woken.clear()
            rows = self._store.all(
                "SELECT * FROM applications WHERE next_at <= ? ORDER BY next_at LIMIT ?", time.time(), AT_ONCE
            )
            if rows:
                self._turn(rows)
                await asyncio.sleep(0)
            else:
                await self._pause()

    def _turn(self, rows: list[Row]) -> None:
        """As many steps as fit into one short turn, kept together. Nothing else happens between reading and this."""
        ends = time.monotonic() + TURN_S
        with self._store.transaction():
            for row in rows:
                if time.monotonic() > ends:
                    break
                self._take(row)

    def _take(self, row: Row) -> None:
        """One step, whole or not at all; a department that is away does nothing until it is back."""
        outage = self._conditions.outage_of(row["dept"])
        if outage:
            self._put_off(row, outage[0])
            return
        try:
            with self._store.step():
                self._casework.take_step(row)
            self._failed.pop((row["dept"], row["key"]), None)
        except Exception as error:
            logger.exception("step failed: %s %s", row["dept"], row["key"])
            self._try_later(row, f"{type(error).__name__}: {error}")

    def _try_later(self, row: Row, error: str) -> None:
        name = (row["dept"], row["key"])
        times = self._failed[name] = self._failed.get(name, 0) + 1
        if times > len(RETRIES_S):
            self._failed.pop(name)
            self._files.give_up(row, error)
        else:
            self._put_off(row, time.time() + RETRIES_S[times - 1])

    def _put_off(self, row: Row, until: float) -> None:
        self._store.run(
            "UPDATE applications SET next_at = ? WHERE dept = ? AND key = ?", until, row["dept"], row["key"]
        )

    async def _pause(self) -> None:
        row = self._store.one("SELECT min(next_at) AS at FROM applications WHERE next_at IS NOT NULL")
        at = row["at"] if row else None
        pause = LONGEST_PAUSE_S if at is None else min(max(at - time.time(), 0.005), LONGEST_PAUSE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self.woken.wait()
