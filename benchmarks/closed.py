"""The closed loop that files into any candidate: so many cases under way, a new one for each that is decided.

Spoken to line by line (JSON): `draft` makes work ready, `run` hands it in and tells how long each case took, `file`
hands in one and goes on.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

FILERS = 4
LEAST = 10  # cases that count, however long they take
PATIENCE_S = 60.0  # without a single case decided


@dataclass(frozen=True)
class Candidate:
    """What is driven: `draft` makes cases ready, `submit` hands one in (its id), `decided` tells which ended."""

    draft: Callable[[str, int], Iterable[Any]]
    submit: Callable[[Any], Any]
    decided: Callable[[Collection[Any]], Iterable[Any]]
    leave: Callable[[], None] = lambda: None


@dataclass
class Run:
    """As many cases under way as were asked for, until all that count are decided, or a few and time is up."""

    in_flight: int
    warm: int
    count: int
    limit_s: float
    poll_s: float
    begun: dict[Any, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    filing: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    ended: int = 0


def say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


def serve(candidate: Candidate) -> None:
    """Until the input ends."""
    ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
    say(at="ready")
    for line in sys.stdin:
        words = json.loads(line)
        verb = words.pop("do")
        if verb == "draft":
            _draft(candidate, ready, **words)
        elif verb == "file":
            say(at="filed", case=str(candidate.submit(ready.get())))
        else:
            _Loop(candidate, ready, Run(**words)).run()


def _draft(candidate: Candidate, ready: queue.SimpleQueue[Any], code: str, count: int) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    for draft in candidate.draft(code, count):
        ready.put(draft)
    say(at="drafted", s=time.perf_counter() - began, cpu_s=time.process_time() - cpu)


class _Loop:
    def __init__(self, candidate: Candidate, ready: queue.SimpleQueue[Any], plan: Run) -> None:
        self.candidate, self.ready, self.plan = candidate, ready, plan
        self.tokens: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.stop = threading.Event()
        self.until, self.moved = float("inf"), time.perf_counter()

    def run(self) -> None:
        """Hand in until `warm` + `count` cases are decided, or `limit_s` after the warm ones; wait for the rest.

        Says begun, warm, measured and drained.
        """
        for _ in range(self.plan.in_flight):
            self.tokens.put(True)
        threads = [threading.Thread(target=self._file) for _ in range(min(FILERS, self.plan.in_flight))]
        for thread in threads:
            thread.start()
        say(at="begun")
        while self.plan.begun or any(thread.is_alive() for thread in threads):
            time.sleep(self.plan.poll_s)
            self._look()
            if self.stop.is_set():
                self.tokens.put(True)
        for thread in threads:
            thread.join()
        plan = self.plan
        say(at="drained", ended=plan.ended, failed=plan.failed, took=plan.took, filing=plan.filing)

    def _file(self) -> None:
        while self.tokens.get() and not self.stop.is_set():
            try:
                draft = self.ready.get_nowait()
            except queue.Empty:
                break
            began = time.perf_counter()
            try:
                case = self.candidate.submit(draft)
            except Exception as error:
                self.plan.failed.append(f"{type(error).__name__}: {error}")
            else:
                self.plan.begun[case] = began
            self.plan.filing.append(time.perf_counter() - began)
        self.candidate.leave()

    def _look(self) -> None:
        """See which cases are decided, as their page would, and let as many new ones begin."""
        plan = self.plan
        done = list(self.candidate.decided(list(plan.begun))) if plan.begun else []
        now = time.perf_counter()
        for case in done:
            plan.took.append(now - plan.begun.pop(case))
            plan.ended += 1
            if plan.ended == plan.warm:
                say(at="warm", ended=plan.ended)
                self.until = now + plan.limit_s
            self.tokens.put(True)
        self.moved = now if done else self.moved
        enough = plan.ended >= plan.warm + LEAST
        if not self.stop.is_set() and (plan.ended >= plan.warm + plan.count or (enough and now > self.until)):
            say(at="measured", ended=plan.ended)
            self.stop.set()
        elif now - self.moved > PATIENCE_S:
            say(at="stalled", waiting=len(plan.begun), ended=plan.ended, failed=plan.failed[:3])
            os._exit(1)
