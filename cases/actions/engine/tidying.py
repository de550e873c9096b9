"""What the adapters keep and nobody looks at any more is thrown away, once in a while (ON_SWEEP).

Which those are the settings name (`TIDY_UP`): functions without arguments that say how many rows went.
"""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
_last: float | None = None


def tidy_up() -> int:
    """Throw away what is old, at most once an hour in each process; nothing of it is a step of the engine."""
    global _last
    now = monotonic()
    if _last is None or now - _last >= EVERY.total_seconds():
        _last = now
        for path in settings.TIDY_UP:
            if gone := import_string(path)():
                log.info("tidied_up", what=path, rows=gone)
    return 0


def forget() -> None:
    """Tidy up in the next sweep, however recent the last time was."""
    global _last
    _last = None
