"""What a case costs when many are stored already: the same work at a thousand cases, ten thousand, and so on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from itertools import pairwise

from benchmarks import database
from benchmarks.loop import loaded, python, servers, unloaded
from benchmarks.processes import NotAsItShould, Processes
from benchmarks.product.filler import CASES_A_PERSON, FIRST_FILLED
from benchmarks.product.measured import product
from benchmarks.product.prepare import CODES
from benchmarks.settings import Figures, Plan
from devtools.environment import ROOT

FEWEST_A_FILLER = 5_000


def measure_growth(
    plan: Plan, levels: Sequence[int], and_then: Callable[[Processes], None] | None = None
) -> list[Figures]:
    """One set of figures a level; the departments' account is judged at the end, and then the fullest is looked at."""
    found = []
    with product(plan, web=bool(and_then) or plan.mode == "callback") as (parts, departments, talk):
        roots = {**parts.pids(), **servers()}
        ended = unloaded(Figures("warm", plan.mode, more={"code": CODES[plan.mode]}), plan, talk)
        for level in levels:
            fill(parts, level)
            figures = Figures(f"{level:,}", plan.mode, more={"code": CODES[plan.mode]})
            ended += unloaded(figures, plan, talk)
            ended += loaded(figures, plan, talk, lambda: roots, count=plan.count, in_flight=plan.in_flight)
            found.append(figures)
            print(f"  {figures.name}: {figures.cpu_per_case:.1f} ms CPU a case", flush=True)
        departments.judge(ended)
        if and_then:
            and_then(parts)
    return found


def fill(parts: Processes, level: int) -> None:
    """As many closed cases as are wanted, with statistics as autovacuum would have them."""
    name = database.name_in(parts.env["DATABASE_URL"])
    present = database.ask("SELECT count(*) FROM cases_case", database=name)[0][0]
    pour(parts, level - present, since=max(present, _poured_last(name) + 1))
    database.ask("VACUUM ANALYZE", database=name)


def _poured_last(name: str) -> int:
    """The highest serial number of a filler, by the people it made; an earlier one may have been ended midway."""
    highest = "SELECT max(split_part(username, '-', 2)::int) FROM accounts_account WHERE username LIKE 'filled-%%'"
    return (database.ask(highest, database=name)[0][0] or FIRST_FILLED) - FIRST_FILLED + CASES_A_PERSON


def pour(parts: Processes, count: int, *words: str, since: int) -> None:
    """Run fillers beside the product, each with its own serial numbers. Raises NotAsItShould when one fails."""
    if count <= 0:
        return
    fillers = max(1, min(os.cpu_count() or 1, count // FEWEST_A_FILLER))
    bounds = [since + count * number // fillers for number in range(fillers + 1)]
    with database.hurried():
        running = [_filler(parts, end - begin, begin, words) for begin, end in pairwise(bounds)]
        for filler in running:
            said, complained = filler.communicate()
            if filler.returncode:
                raise NotAsItShould(f"the database could not be filled\n{complained[-2000:]}")
            print(f"  filled: {said.strip()}", flush=True)


def _filler(parts: Processes, count: int, since: int, words: Sequence[str]) -> subprocess.Popen[str]:
    command = [python(), "-m", "benchmarks.product.filler", str(count), "--since", str(since), *words]
    return subprocess.Popen(command, cwd=ROOT, env=parts.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def verdict(found: Sequence[Figures]) -> str:
    """How far the dearest level is from the first one."""
    first = found[0].cpu_per_case
    worst = max(abs(one.cpu_per_case - first) / first for one in found)
    return f"growth {found[0].mode}: CPU per case within ±{worst:.0%} from {found[0].name} to {found[-1].name} cases"
