"""One event loop on a thread of its own per process, so that synchronous code can make many calls at once.

Started at first use; a forked child (a prefork worker) starts its own, because threads do not survive a fork.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Job = Callable[[], Coroutine[Any, Any, T]]

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def running_loop() -> asyncio.AbstractEventLoop:
    """The loop of this process."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="outbound", daemon=True).start()
        return _loop


def current_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of this process if it has been started here."""
    return _loop


def as_they_end(jobs: Sequence[Job[T]]) -> Iterator[T]:
    """Run jobs at once and yield each result as soon as it is there. A job must end by itself and not raise."""
    ended: queue.SimpleQueue[asyncio.Task[T]] = queue.SimpleQueue()
    running_loop().call_soon_threadsafe(_start, jobs, ended)
    for _ in jobs:
        yield ended.get().result()


def run_into(jobs: Sequence[Job[T]], results: queue.SimpleQueue[T]) -> None:
    """Run jobs at once and go on; each result is put into the queue as soon as it is there."""
    if jobs:
        running_loop().call_soon_threadsafe(_start_into, jobs, results)


def _start_into(jobs: Sequence[Job[T]], results: queue.SimpleQueue[T]) -> None:
    for job in jobs:
        _keep(asyncio.ensure_future(job())).add_done_callback(lambda task: results.put(task.result()))


def _start(jobs: Sequence[Job[T]], ended: queue.SimpleQueue[asyncio.Task[T]]) -> None:
    for job in jobs:
        _keep(asyncio.ensure_future(job())).add_done_callback(ended.put)


_kept: set[asyncio.Task[Any]] = set()


def _keep(task: asyncio.Task[T]) -> asyncio.Task[T]:
    """Hold a reference while the task runs: the loop itself holds weak ones only."""
    _kept.add(task)
    task.add_done_callback(_kept.discard)
    return task


def _after_fork() -> None:
    global _lock, _loop
    _lock, _loop = threading.Lock(), None
    _kept.clear()


os.register_at_fork(after_in_child=_after_fork)
