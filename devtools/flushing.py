"""`./dev test --flush-redis`: every Redis of the run is emptied every few seconds, and nothing may change by it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

OPTION = "--flush-redis"
VARIABLE = "FLUSH_REDIS_EVERY_S"
EVERY_S = 5.0


@contextmanager
def emptied_if_asked(url: Callable[[], str]) -> Iterator[None]:
    """While it lasts the Redis is emptied as often as the surroundings ask; where they do not, never."""
    said = os.environ.get(VARIABLE)
    if not said:
        yield
        return
    with emptied_again_and_again(url, float(said)):
        yield


@contextmanager
def emptied_again_and_again(url: Callable[[], str], seconds: float = EVERY_S) -> Iterator[None]:
    """FLUSHALL at once and then every so many seconds. A server that is away for a while is no error."""
    done = threading.Event()

    def keep_emptying() -> None:
        while True:
            with suppress(OSError):
                empty(url())
            if done.wait(seconds):
                return

    thread = threading.Thread(target=keep_emptying, name="flush-redis", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def empty(url: str) -> None:
    """Everything in the server gone. Raises OSError where nobody answers."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "127.0.0.1", place.port or 6379), timeout=2) as line:
        line.sendall(b"FLUSHALL\r\n")
        line.recv(64)
