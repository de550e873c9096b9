"""The alarm that wakes the pump: one background thread a process rings the broker, callers never wait for it.

A broker that is down, slow or paused therefore costs an accepted act nothing; the sweep finds what was not rung.
Many wishes while the broker is slow become one ring.
"""

from __future__ import annotations

import os
from threading import Event, Lock, Thread
from time import sleep

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)

PUMP = "cases.pump"
EXPIRES_S = 30
PAUSE_S = 0.01  # many wishes within that time are one ring


class Alarm:
    """Rings through the Celery application that settings name. The thread is made anew after a fork."""

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
        while wish.wait():
            wish.clear()
            try:
                import_string(settings.ALARM).send_task(PUMP, retry=False, ignore_result=True, expires=EXPIRES_S)
            except Exception as error:
                log.warning("alarm.lost", error=type(error).__name__)
            sleep(PAUSE_S)


alarm = Alarm()
