"""Run a module with a profiler on every thread and write what they found together when it ends.

    python -m benchmarks.profiled OUT MODULE [WORDS]

The clock is the CPU time of the thread, so waiting does not count. It makes the program about twice as slow.
"""

from __future__ import annotations

import atexit
import cProfile
import marshal
import pstats
import runpy
import sys
import threading
import time
from typing import Any

_profiles: list[cProfile.Profile] = []
_run = threading.Thread.run


def _profiled_run(thread: threading.Thread) -> None:
    profile = _begin()
    try:
        _run(thread)
    finally:
        profile.disable()


def _begin() -> cProfile.Profile:
    profile = cProfile.Profile(time.thread_time)
    _profiles.append(profile)
    profile.enable()
    return profile


def _write(out: str) -> None:
    """Threads that still run are read as they are."""
    merged: pstats.Stats | None = None
    for profile in _profiles:
        holder: Any = type("Holder", (), {"create_stats": lambda self: None})()
        profile.snapshot_stats()
        holder.stats = profile.stats
        if not holder.stats:
            continue
        if merged is None:
            merged = pstats.Stats(holder)
        else:
            merged.add(holder)
    with open(out, "wb") as file:
        marshal.dump(merged.stats if merged else {}, file)  # type: ignore[attr-defined]


def main() -> None:
    out, module, *words = sys.argv[1:]
    sys.argv = [module, *words]
    atexit.register(_write, out)
    threading.Thread.run = _profiled_run  # type: ignore[method-assign,assignment]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
