"""Group commit: what several threads want stored at the same moment is stored by one of them for all.

Whoever comes while nobody writes, writes at once. Whoever comes meanwhile waits for the end of that and then goes with
all the others that came. Where they come so fast that a moment more brings company, the writer waits for that moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Generic, TypeVar

import structlog
from django.db import InterfaceError, OperationalError

log = structlog.get_logger(__name__)
Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Pace:
    """When company is waited for: `stream` callbacks within `within_s` seconds mean that more come at once.

    `enough` waiting threads go without more; `patience_s` is how long one waits for somebody else to write.
    """

    gathers_s: float = 0.02
    enough: int = 6
    stream: int = 8
    within_s: float = 0.15
    patience_s: float = 20.0


class NotStored(OperationalError):
    """It took too long until somebody wrote; whether it was written nobody knows."""


class Gathering(Generic[Given, Found]):
    """Collects what threads hand in and lets `write` store it, group by group, in the order it came.

    `write` gets a group and returns what became of each, in one transaction of its own.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Given]], Sequence[Found]],
        pace: Pace | None = None,
    ) -> None:
        self._write = write
        self._pace = pace or Pace()
        self._guard = Lock()
        self._waiting: list[_Slip[Given, Found]] = []
        self._is_writing = False
        self._enough = Event()
        self._came: deque[float] = deque(maxlen=self._pace.stream)

    @property
    def waiting(self) -> int:
        """How many wait for somebody else to write."""
        return len(self._waiting)

    def store(self, given: Given) -> Found:
        """Have it stored, by this thread or another; returns once that is committed.

        Raises what `write` raised for it, or NotStored.
        """
        slip = _Slip[Given, Found](given)
        with self._guard:
            self._waiting.append(slip)
            self._came.append(monotonic())
            slip.leads, self._is_writing = not self._is_writing, True
            if len(self._waiting) >= self._pace.enough:
                self._enough.set()
        if slip.leads or self._is_told_to_lead(slip):
            self._lead()
        return slip.outcome()

    def _is_told_to_lead(self, slip: _Slip[Given, Found]) -> bool:
        """Wait for the others. Who gives up leaves the line, unless it is just then told to lead."""
        if not slip.woken.wait(self._pace.patience_s):
            with self._guard:
                if not slip.leads and slip in self._waiting:
                    self._waiting.remove(slip)
        return slip.leads

    def _lead(self) -> None:
        """Write for all that wait, and let the first that came meanwhile go on."""
        group: list[_Slip[Given, Found]] = []
        try:
            if self._is_a_stream():
                self._enough.wait(self._pace.gathers_s)
            with self._guard:
                group, self._waiting = self._waiting, []
                self._enough.clear()
            self._settle(group)
        finally:
            with self._guard:
                self._is_writing = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].woken.set()
            for slip in group:
                slip.woken.set()

    def _is_a_stream(self) -> bool:
        with self._guard:
            return len(self._came) == self._pace.stream and self._came[-1] - self._came[0] < self._pace.within_s

    def _settle(self, group: Sequence[_Slip[Given, Found]]) -> None:
        """Together; where it is one of them that cannot be stored, each by itself."""
        try:
            found = self._write([slip.given for slip in group])
        except (OperationalError, InterfaceError) as error:
            for slip in group:
                slip.error = error
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            log.warning("gathering.not_together", together=len(group), error=type(error).__name__)
            for slip in group:
                self._settle([slip])
        else:
            for slip, one in zip(group, found, strict=True):
                slip.found = [one]


class _Slip(Generic[Given, Found]):
    """What one thread handed in, and what became of it."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.leads = False
        self.woken = Event()
        self.found: list[Found] = []
        self.error: Exception | None = None

    def outcome(self) -> Found:
        if self.error is not None:
            raise self.error
        if not self.found:
            raise NotStored("nobody wrote it in time")
        return self.found[0]
