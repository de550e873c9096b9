"""The bell in Redis that wakes the pump. Whoever has promised something rings, a worker that listens looks at once.

One background thread a process rings, so that callers never wait for it; many wishes within a moment are one ring, and
a bell that nobody has heard yet is not rung twice. A Redis that is down, slow or emptied therefore costs an accepted
act nothing: the sweep finds what was not rung. One listener hears each ring, so more workers do not mean more looks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import sleep

import structlog
from django.conf import settings
from redis import Redis

log = structlog.get_logger(__name__)

BELL = "cases.bell"
KEPT_S = 30  # who comes up later sweeps first
PAUSE_S = 0.01  # many wishes within that time are one ring
LISTENS_S = 2
AFTER_A_FAULT_S = 1.0


class Alarm:
    """The ringing side. Its thread and its line to Redis are made anew after a fork."""

    def __init__(self) -> None:
        self._wish = Event()
        self._lock = Lock()
        self._pid = 0

    def ring(self) -> None:
        """Wish for a ring and go on at once."""
        with self._lock:
            if self._pid != os.getpid():
                self._pid, self._wish = os.getpid(), Event()
                Thread(target=self._keep_ringing, args=(self._wish,), name="alarm", daemon=True).start()
        self._wish.set()

    def _keep_ringing(self, wish: Event) -> None:
        line = _line()
        while wish.wait():
            wish.clear()
            try:
                ring = line.pipeline(transaction=False)
                ring.lpush(BELL, 1)
                ring.ltrim(BELL, 0, 0)
                ring.expire(BELL, KEPT_S)
                ring.execute()
            except Exception as error:
                log.warning("alarm.lost", error=type(error).__name__)
            sleep(PAUSE_S)


def listen(heard: Callable[[], None], ending: Event) -> None:
    """Call `heard` for every ring until `ending` is set. After a Redis that was away, once for what may have been."""
    line, is_deaf = _line(), False
    while not ending.is_set():
        try:
            rung = line.brpop([BELL], timeout=LISTENS_S)
        except Exception as error:
            if not is_deaf:
                log.warning("alarm.deaf", error=type(error).__name__)
            is_deaf = True
            ending.wait(AFTER_A_FAULT_S)
            continue
        if rung or is_deaf:
            is_deaf = False
            heard()


def _line() -> Redis:
    """A connection that gives up soon: nothing that rings or listens may hang on a Redis that is gone."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=LISTENS_S + 3, socket_connect_timeout=2)


alarm = Alarm()
