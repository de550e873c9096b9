"""What a case costs when many are stored already: the same work at a thousand cases, ten thousand, and so on."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from benchmarks import database
from benchmarks.loop import loaded, python, servers, unloaded
from benchmarks.processes import NotAsItShould, Processes
from benchmarks.product.measured import product
from benchmarks.product.prepare import CODES
from benchmarks.settings import Figures, Plan
from devtools.environment import ROOT


def measure_growth(plan: Plan, levels: Sequence[int]) -> list[Figures]:
    """One set of figures a level; the departments' account is judged at the end."""
    found = []
    with product(plan, web=plan.mode == "callback") as (parts, departments, talk):
        roots = {**parts.pids(), **servers()}
        ended = unloaded(Figures("warm", plan.mode, more={"code": CODES[plan.mode]}), plan, talk)
        for level in levels:
            fill(parts, level)
            figures = Figures(f"{level:,}", plan.mode, more={"code": CODES[plan.mode]})
            ended += unloaded(figures, plan, talk)
            ended += loaded(figures, plan, talk, lambda: roots, count=plan.count, in_flight=plan.in_flight)
            found.append(figures)
        departments.judge(ended)
    return found


def fill(parts: Processes, level: int) -> None:
    """As many closed cases as are wanted, with statistics as autovacuum would have them."""
    name = database.name_in(parts.env["DATABASE_URL"])
    present = database.ask("SELECT count(*) FROM cases_case", database=name)[0][0]
    pour(parts, level - present, "--since", str(present))
    database.ask("VACUUM ANALYZE", database=name)


def pour(parts: Processes, count: int, *words: str) -> None:
    """Run the filler beside the product. Raises NotAsItShould when it fails."""
    if count <= 0:
        return
    command = [python(), "-m", "benchmarks.product.filler", str(count), *words]
    done = subprocess.run(command, cwd=ROOT, env=parts.env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotAsItShould(f"the database could not be filled\n{done.stderr[-2000:]}")
    print(f"  filled: {done.stdout.strip()}", flush=True)


def verdict(found: Sequence[Figures]) -> str:
    """How far the dearest level is from the first one."""
    first = found[0].cpu_per_case
    worst = max(abs(one.cpu_per_case - first) / first for one in found)
    return f"growth {found[0].mode}: CPU per case within ±{worst:.0%} from {found[0].name} to {found[-1].name} cases"
