"""Work of this process beside its requests and tasks: one thread a kind, there while something is due."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread

import structlog
from django.db import connections

log = structlog.get_logger(__name__)


class Background:
    """One thread that does `turn` until that says nothing is left (0), and then ends; woken again by the next need."""

    def __init__(self, name: str, turn: Callable[[], int]) -> None:
        self._name, self._turn = name, turn
        self._lock = Lock()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """See to it that the thread is there; whoever calls goes on at once."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except Exception as error:
            log.exception("background.failed", work=self._name, error=type(error).__name__)
        finally:
            connections.close_all()
