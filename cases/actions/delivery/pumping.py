"""The threads of a worker that pump: one carries, a few judge and price. The bell wakes them.

They are not the threads of the tasks because Celery closes the database session of a task before and after it; a
session that stays knows its tables and its plans. One that carries never waits for a register.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic, sleep

import structlog
from django.db import close_old_connections, connections

from cases.actions.delivery import dispatch
from cases.actions.engine import heartbeats, judging

log = structlog.get_logger(__name__)

JUDGES = 4
LOOKS_EVERY_S = 0.1  # many nudges within that time are one look for what is to be judged
ENDS_WITHIN_S = 10.0
AFTER_A_FAULT_S = 1.0


class Pump:
    """The threads of this process; made at the first nudge and anew after a fork."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pid = 0
        self._ending = Event()
        self._threads: list[Thread] = []
        self._carry = Event()
        self._judges: list[Event] = []

    def wake(self) -> None:
        """Let them look at once; whoever is busy looks again afterwards."""
        with self._lock:
            if self._ending.is_set():
                return
            if self._pid != os.getpid():
                self._begin()
        self._carry.set()
        dispatch.look_again()
        self._judges[0].set()

    def end(self) -> None:
        """Take nothing up any more and wait a moment for what is on its way."""
        self._ending.set()
        dispatch.leave()
        for wanted in (self._carry, *self._judges):
            wanted.set()
        until = monotonic() + ENDS_WITHIN_S
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0))

    def _begin(self) -> None:
        self._pid, self._carry = os.getpid(), Event()
        self._judges = [Event() for _ in range(JUDGES)]
        self._threads = [Thread(target=self._keep, args=(self._carry, self._carry_on), name="carry", daemon=True)]
        for turn, wanted in enumerate(self._judges):
            judge = self._judging(self._judges[(turn + 1) % JUDGES], newest=turn == JUDGES - 1)
            self._threads.append(Thread(target=self._keep, args=(wanted, judge), name=f"judge-{turn}", daemon=True))
        for thread in self._threads:
            thread.start()

    def _keep(self, wanted: Event, act: Callable[[], None]) -> None:
        """Act whenever it is wanted, on a session that is kept; a fault ends the session, not the thread."""
        while wanted.wait() and not self._ending.is_set():
            wanted.clear()
            try:
                close_old_connections()
                act()
            except Exception as error:
                log.exception("pump.failed", error=type(error).__name__)
                connections.close_all()
                sleep(AFTER_A_FAULT_S)
                wanted.set()

    def _carry_on(self) -> None:
        heartbeats.nudge_taken()
        dispatch.carry(math.inf)

    def _judging(self, next_one: Event, *, newest: bool) -> Callable[[], None]:
        def judge() -> None:
            """What is found wakes the next judge before it is judged: look-ups that take long go side by side.

            The last of them takes what came last, so that no new case waits behind all others.
            """
            began = monotonic()
            while not self._ending.is_set() and (taken := judging.take(newest=newest)) is not None:
                next_one.set()
                judging.judge_or_tell(taken)
            dispatch.do_pump_rounds()
            sleep(max(began + LOOKS_EVERY_S - monotonic(), 0))

        return judge


pump = Pump()
