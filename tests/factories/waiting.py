"""Waiting for what other processes do, with an end to patience."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeVar

from devtools import processes

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found], timeout_s: float, why: Callable[[], str] | str = "it did not come in time"
) -> Found:
    """What `look` finds, as soon as it finds anything. Fails after the time with what `why` says."""
    found: list[Found] = []
    if not processes.wait_until(lambda: bool(found.append(look()) or found[-1]), timeout_s):
        raise AssertionError(why if isinstance(why, str) else why())
    return found[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
