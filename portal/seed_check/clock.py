"""The accelerated clock: this process lives ahead of the machine, so that months pass in seconds.

All of the portal asks `timezone.now()`; this module answers in its place. Signatures and network time-outs stay on
the machine's own time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


class RunningClock:
    """The time of this process: that of the machine, and as far ahead as it was told to go."""

    def __init__(self) -> None:
        self._machine = timezone.now
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._machine() + self.ahead

    def advance(self, *, to: datetime) -> None:
        """Go on to a moment; never back."""
        self.ahead += max(to - self.now(), timedelta())

    def reset(self) -> None:
        """Back to the time of the machine."""
        self.ahead = timedelta()


@contextmanager
def running_ahead() -> Iterator[RunningClock]:
    """Let this process live by a clock that can be advanced, until the end of the block."""
    clock = RunningClock()
    timezone.now = clock.now
    try:
        yield clock
    finally:
        timezone.now = clock._machine
