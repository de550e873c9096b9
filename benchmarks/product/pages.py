"""What people wait for: a filing that rules decide, from the press to the result; and registers that answer drafts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

from benchmarks import database, measure
from benchmarks.loop import python, servers, unloaded
from benchmarks.processes import NotAsItShould, Processes, Talk
from benchmarks.product.growth import fill
from benchmarks.product.measured import product
from benchmarks.product.prepare import CODES, INSTANT
from benchmarks.settings import Figures, Plan
from devtools.environment import ROOT

ASKERS = 4
MATTERS = 37_000
LOOKS = 40


def measure_instant(plan: Plan, per_s: float) -> str:
    """Presses at a steady pace through the web server of `./dev up`."""
    with product(plan, web=True) as (parts, departments, _):
        command = [python(), "-m", "benchmarks.product.presser", INSTANT, str(plan.count), str(per_s)]
        done = subprocess.run(command, cwd=ROOT, env=parts.env, capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith('{"pressed"')]
        if done.returncode or not lines:
            raise NotAsItShould(f"nobody could press\n{done.stderr[-2000:]}")
        found = json.loads(lines[0])
        if found["failed"] or departments.summary()["filed"] != plan.count:
            raise NotAsItShould(f"{len(found['failed'])} got no result: {found['failed'][:1]}")
        parts.check()
    pressed, result = measure.three(found["pressed"]), measure.three(found["result"])
    return f"instant: {plan.count} presses at {per_s:g}/s; next page {pressed} ms; result on the page {result} ms"


def measure_pages(plan: Plan, level: int, keep: str = "") -> Iterator[str]:
    """Every kind of page with so many cases and a full catalogue stored; the slowest first."""
    with product(plan, web=True, keep=keep) as (parts, _, talk):
        unloaded(Figures("pages", plan.mode, more={"code": CODES[plan.mode]}), plan, talk)
        fill(parts, level)
        yield from read_pages(parts, level)


def read_pages(parts: Processes, level: int) -> Iterator[str]:
    """The same with what is stored already."""
    parts.run("manage.py", "load_matters", "--synthesize", str(MATTERS))
    told = parts.run("-m", "benchmarks.product.reader", str(LOOKS))
    parts.check()
    found = {name: measure.three(took) for name, took in json.loads(told.splitlines()[-1]).items()}
    for name, took in sorted(found.items(), key=lambda one: -one[1]["p95"]):
        yield f"{name:<28} {took} ms"
    worst = max(took["p95"] for took in found.values())
    yield f"pages: slowest p95 {worst:.0f} ms with {level:,} cases and {MATTERS:,} matters"


def measure_lookups(plan: Plan, seconds: float) -> str:
    """Drafts that ask for all they want, from a few threads, in the whole configuration."""
    with product(plan, web=False) as (parts, _, _):
        command = [python(), "-m", "benchmarks.product.asker", str(seconds), str(ASKERS)]
        parts.start("asker", command, talks=True)
        talk = Talk(parts, "asker")
        talk.hear("ready")
        roots = {**parts.pids(), **servers()}
        before, mark = measure.Reading.now(roots), database.Mark.now()
        found = talk.hear("asked")
        spent = sum(measure.Reading.now(roots).since(before).values())
        commits = database.written(mark, database.Mark.now())
    if found["failed"] or not found["lookups"]:
        raise NotAsItShould(f"look-ups failed: {found['failed'][:1]}")
    each, batches = found["lookups"], len(found["batches"])
    return (
        f"lookups: {each / found['s']:.0f}/s with consent and log; {spent / each:.2f} ms CPU each; "
        f"{commits.get('commits', commits['xids']) / batches:.1f} commits a batch of {each / batches:.0f}; "
        f"a batch takes {measure.three(found['batches'])} ms"
    )
