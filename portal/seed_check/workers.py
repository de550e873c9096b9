"""Several bundles at once: each worker is this command again, with departments and databases of its own.

A worker reads the code of a bundle from its input, prints a line a scenario and then, marked, what came of them.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from threading import Thread
from typing import IO

from django.conf import settings

from portal.seed_check.check import Outcome
from portal.seed_check.figures import Figure

MARK = "\x1e"


class WorkerEnded(Exception):
    """A worker stopped before it had said what came of its bundle."""


def side_by_side(codes: Sequence[str], jobs: int, words: Sequence[str], say: Callable[[str], None]) -> list[Outcome]:
    """Check bundles in several processes; each takes the next code as soon as it is free."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for code in codes:
        waiting.put(code)
    found: dict[str, list[Outcome]] = {}
    threads = [Thread(target=_work, args=(words, waiting, found, say), daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = [code for code in codes if code not in found]
    if lost:
        raise WorkerEnded("、".join(lost))
    return [outcome for code in codes for outcome in found[code]]


def _work(
    words: Sequence[str],
    waiting: queue.SimpleQueue[str],
    found: dict[str, list[Outcome]],
    say: Callable[[str], None],
) -> None:
    command = [sys.executable, "manage.py", "seed_check", "--worker", *words]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        while not waiting.empty():
            code = waiting.get()
            print(code, file=worker.stdin, flush=True)
            outcomes = _hear(worker.stdout, say)
            if outcomes is None:
                return
            found[code] = outcomes
        worker.stdin.close()


def _hear(lines: IO[str], say: Callable[[str], None]) -> list[Outcome] | None:
    for line in lines:
        if line.startswith(MARK):
            return [outcome_of(entry) for entry in json.loads(line[1:])]
        say(line.rstrip("\n"))
    return None


def told(outcomes: Sequence[Outcome]) -> str:
    """What came of a bundle, as a worker says it."""
    return MARK + json.dumps([asdict(one) for one in outcomes], ensure_ascii=False, default=str)


def outcome_of(entry: dict[str, object]) -> Outcome:
    """The outcome that a worker told of."""
    figures = tuple(Figure(**figure) for figure in entry.pop("figures"))  # type: ignore[attr-defined]
    return Outcome(**entry, figures=figures)  # type: ignore[arg-type]
