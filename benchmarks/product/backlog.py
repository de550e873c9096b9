"""A great backlog: many sub-applications wait when the worker comes up; new cases must not wait behind them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from benchmarks import database, measure
from benchmarks.loop import servers
from benchmarks.processes import NotAsItShould, Processes, Talk
from benchmarks.product.growth import pour
from benchmarks.product.measured import product
from benchmarks.product.prepare import CODES
from benchmarks.settings import Plan
from benchmarks.work import ITEMS

NEW_EVERY_S = 5.0
LOOK_EVERY_S = 0.05
PATIENCE_S = 120.0  # without one more sub-application decided


@dataclass
class Drained:
    """How a backlog went away. `first_s`: new cases, from the press to the first decision of theirs that is stored."""

    subs: int
    seconds: float = 0.0
    peak_mib: float = 0.0
    first_s: list[float] = field(default_factory=list)


def measure_backlog(plan: Plan, subs: int) -> Drained:
    """Cases are filed and copied while no worker runs; then it starts, and every few seconds somebody applies."""
    cases = -(-subs // len(ITEMS))
    with product(plan, web=False) as (parts, departments, talk):
        command = parts.command_of("worker")
        parts.stop("worker")
        _samples(talk, parts)
        name = database.name_in(parts.env["DATABASE_URL"])
        pour(parts, cases - _open(name), "--open", since=500_000)
        database.ask("VACUUM ANALYZE", database=name)
        servers()  # an empty Redis: nobody has told the worker that there is anything to do
        parts.start("worker", command)
        found = Drained(_undecided(name))
        began = time.monotonic()
        new = _watch(parts, talk, name, found)
        found.seconds = time.monotonic() - began
        found.peak_mib = measure.peak_mib(parts.pids()["worker"])
        departments.judge(cases + new)
    return found


def _samples(talk: Talk, parts: Processes) -> None:
    """A few cases that are really filed; nobody carries them yet."""
    talk.tell(do="draft", code=CODES["sync"], count=5)
    talk.hear("drafted")
    for _ in range(5):
        talk.tell(do="file")
        talk.hear("filed")


def _open(name: str) -> int:
    return int(database.ask("SELECT count(*) FROM cases_case WHERE state = 'submitted'", database=name)[0][0])


def _undecided(name: str) -> int:
    """Sub-applications that are not decided yet."""
    return int(database.ask("SELECT count(*) FROM cases_subapplication WHERE closed_at IS NULL", database=name)[0][0])


def _watch(parts: Processes, talk: Talk, name: str, found: Drained) -> int:
    """Until nothing is left; how many new cases came meanwhile. Raises NotAsItShould when nothing moves any more."""
    left, moved, new, next_at = found.subs, time.monotonic(), 0, time.monotonic() + NEW_EVERY_S
    while left:
        parts.check()
        time.sleep(0.5)
        if time.monotonic() >= next_at and left > found.subs * 0.02:
            found.first_s.append(_first_of_new(talk, name))
            new, next_at = new + 1, time.monotonic() + NEW_EVERY_S
        now_left = _undecided(name)
        moved = time.monotonic() if now_left != left else moved
        left = now_left
        if time.monotonic() - moved > PATIENCE_S:
            raise NotAsItShould(f"{left} sub-applications are left and nothing moves")
    return new


def _first_of_new(talk: Talk, name: str) -> float:
    """Somebody applies now: seconds until the first answer to it is stored."""
    talk.tell(do="draft", code=CODES["sync"], count=1)
    talk.hear("drafted")
    began = time.monotonic()
    talk.tell(do="file")
    case = talk.hear("filed")["case"]
    question = "SELECT 1 FROM cases_subapplication WHERE case_id = %s AND closed_at IS NOT NULL LIMIT 1"
    while not database.ask(question, case, database=name):
        if time.monotonic() - began > PATIENCE_S:
            raise NotAsItShould("a new case got no answer behind the backlog")
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began


def verdict(found: Drained) -> str:
    first = max(found.first_s, default=0.0)
    speed, new = found.subs / found.seconds, len(found.first_s)
    return (
        f"backlog: {found.subs:,} sub-applications in {found.seconds:.0f} s ({speed:.0f}/s), "
        f"worker {found.peak_mib:.0f} MiB, first answer to a new case {first:.1f} s at most ({new} cases)"
    )
