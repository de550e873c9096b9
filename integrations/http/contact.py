"""What the end of a call shows of the line: whether somebody is there at all."""

from __future__ import annotations

from cases.ports import Contact
from integrations.http.client import Failure, Reply

# Below it a deadline says more about our own hurry than about the other side.
LONG_ENOUGH_MS = 1500


def contact_of(ended: Reply | Failure) -> Contact:
    """A reply below 500 is a sign of life, whatever it says. 503 and an unreachable host are failures of the line.

    A time-out, a cut and any other 5xx may be the fault of what was asked. Our own queue and limits show nothing
    against anybody: an answer too large or packed came from somebody who is there.
    """
    if isinstance(ended, Reply):
        return "broken" if ended.status == 503 else "unsure" if ended.status >= 500 else "alive"
    if ended.kind in {"too_large", "encoding"}:
        return "alive"
    if ended.kind == "queue" or (ended.kind == "deadline" and ended.elapsed_ms < LONG_ENOUGH_MS):
        return ""
    return "unsure" if ended.was_sent else "broken"
