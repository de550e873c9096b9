"""One candidate measured: unloaded latency first, then the closed loop, then the account of the departments."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import redis

from benchmarks import database, measure
from benchmarks.processes import NotAsItShould, Processes, Talk, fetch, free_port, listens
from benchmarks.settings import Figures, Plan
from benchmarks.work import ITEMS

SECRET = "benchmark"
FIRST = 5  # cases before any figure is taken
LEAST = 30
# Loaded, a candidate is at most so many times as fast as with one case at a time: how many drafts are worth making.
AT_MOST_FASTER = 8


class Departments:
    """The department process of a measurement."""

    def __init__(self, parts: Processes, plan: Plan, *more: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        words = ["-m", "benchmarks.department", str(self.port), "--secret", SECRET, *more]
        if plan.mode == "callback":
            words += ["--callbacks", *map(str, plan.callbacks_ms)]
        parts.start("departments", [python(), *words])
        parts.wait_for(lambda: listens(self.port), "the departments")

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = fetch(f"{self.url}/_summary")
        return found

    def judge(self, cases: int) -> dict[str, Any]:
        """The account of a run. Raises NotAsItShould when work was lost, doubled, early or without its upstream."""
        found = self.summary()
        faults = {name: found[name][:3] for name in ("doubled", "early", "without_upstream") if found[name]}
        if found["whole_cases"] != cases or found["filed"] != cases * len(ITEMS):
            faults["whole"] = [f"{found['whole_cases']} of {cases} cases, {found['filed']} filings"]
        if faults:
            raise NotAsItShould(f"the departments' account: {faults}")
        return found


def python() -> str:
    import sys

    return sys.executable


def empty_redis() -> int:
    """An empty Redis, and the number of its process."""
    server = redis.Redis.from_url(os.environ["REDIS_URL"])
    server.flushall()
    return int(server.info("server")["process_id"])


def servers() -> dict[str, int]:
    return {"postgres": database.server_pid(), "redis": empty_redis()}


Roots = Callable[[], Mapping[str, int]]


def closed_loop(figures: Figures, plan: Plan, talk: Talk, roots: Roots, departments: Departments) -> Figures:
    """Unloaded, then loaded; every case that was begun must end before the figures count."""
    ended = unloaded(figures, plan, talk)
    count = min(plan.count, max(LEAST, int(plan.limit_s * AT_MOST_FASTER / figures.unloaded["p50"] * 1000)))
    in_flight = max(min(plan.in_flight, count // 3), 1)
    ended += loaded(figures, plan, talk, roots, count=count, in_flight=in_flight)
    figures.peak_mib = {name: measure.peak_mib(pid) for name, pid in roots().items() if name != "postgres"}
    figures.more |= {"account": departments.judge(ended), "in_flight": in_flight}
    return figures


def loaded(figures: Figures, plan: Plan, talk: Talk, roots: Roots, *, count: int, in_flight: int) -> int:
    """So many cases at once; cost and speed are read off their middle part. Returns how many ended."""
    warm = max(count // 6, 5)
    drafted = _draft(figures, talk, warm + count + 2 * in_flight)
    talk.tell(do="run", in_flight=in_flight, warm=warm, count=count, limit_s=plan.limit_s, poll_s=plan.poll_s)
    before, after, drained = _heard(talk, roots)
    figures.cases = after["ended"] - before["ended"]
    figures.seconds = after["time"] - before["time"]
    figures.loaded = measure.three(drained["took"][warm:])
    spent = after["cpu"].since(before["cpu"])
    figures.cpu_ms = {name: ms / figures.cases for name, ms in spent.items()}
    counted = database.written(before["mark"], after["mark"])
    figures.transactions = {name: number / figures.cases for name, number in counted.items()}
    figures.more |= {"draft_cpu_ms": drafted["cpu_s"] / drafted["count"] * 1000}
    return int(drained["ended"])


def unloaded(figures: Figures, plan: Plan, talk: Talk) -> int:
    """One case after the other. Returns how many ended."""
    _draft(figures, talk, FIRST + plan.unloaded + 2)
    talk.tell(do="run", in_flight=1, warm=FIRST, count=plan.unloaded, limit_s=plan.limit_s, poll_s=0.001)
    alone: dict[str, Any] = _heard(talk)[2]
    figures.unloaded = measure.three(alone["took"][FIRST:])
    figures.more["filing"] = measure.three(alone["filing"][FIRST:])
    return int(alone["ended"])


def _draft(figures: Figures, talk: Talk, count: int) -> dict[str, Any]:
    """Applications filled in before the clock starts."""
    talk.tell(do="draft", code=figures.more.get("code", ""), count=count)
    return {**talk.hear("drafted"), "count": count}


def _heard(talk: Talk, roots: Callable[[], Mapping[str, int]] = dict) -> tuple[dict[str, Any], ...]:
    """What is read at the beginning and the end of the measured part, and how it all ended."""
    talk.hear("begun")
    moments = []
    for at in ("warm", "measured"):
        moment = talk.hear(at)
        moments.append({**moment, "time": time.perf_counter(), "cpu": measure.Reading.now(roots())})
        moments[-1]["mark"] = database.Mark.now()
    drained = talk.hear("drained")
    if drained["failed"]:
        raise NotAsItShould(f"{len(drained['failed'])} were not filed: {drained['failed'][0]}")
    return (*moments, drained)
