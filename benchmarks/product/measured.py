"""The product at the standard work: its own worker, and web where departments call back, as `./dev up` does."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import database
from benchmarks.loop import SECRET, Departments, closed_loop, python, servers
from benchmarks.processes import NotAsItShould, Processes, Talk, free_port, listens
from benchmarks.product.prepare import CODES
from benchmarks.settings import Figures, Plan
from devtools import portal
from devtools.environment import ROOT

PREPARED_FROM = ("benchmarks/library/*.yaml", "benchmarks/*.yaml", "benchmarks/product/prepare.py")


def template(var: Path) -> str:
    """The name of a prepared database, made when there is none for today's tables and definitions."""
    digest = hashlib.sha256(os.environ["DATABASE_URL"].encode())
    files = [*portal.prepared_from(), *(path for pattern in PREPARED_FROM for path in ROOT.glob(pattern))]
    for file in sorted(files):
        digest.update(file.read_bytes())
    name = f"bench_template_{digest.hexdigest()[:12]}"
    if not database.exists(name):
        for (old,) in database.ask("SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_template\\_%%'"):
            database.drop(old)
        _prepare(name, var)
    return name


def _prepare(name: str, var: Path) -> None:
    """Under another name until it is complete."""
    half = f"{name}_half"
    database.drop(half)
    database.create(half)
    env = environment(half, var, 0, "")
    done = subprocess.run(
        [python(), "-m", "benchmarks.product.prepare"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotAsItShould(f"the database could not be prepared\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
    database.ask(f'ALTER DATABASE "{half}" RENAME TO "{name}"')


def environment(name: str, var: Path, web_port: int, departments: str) -> dict[str, str]:
    """As in operation: no debug pages; searches that begin at night by themselves stay off."""
    return {
        **os.environ,
        "DATABASE_URL": database.url_of(name),
        "DEBUG": "0",
        "SEARCH_BY_ITSELF": "0",
        "PORTAL_PORT": str(web_port),
        "PORTAL_URL": f"http://127.0.0.1:{web_port}",
        "MOCK_URL": departments,
        "MOCK_MASTER_SECRET": SECRET,
        "MEDIA_ROOT": str(var / "bench" / "media"),
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
    }


@contextmanager
def product(plan: Plan, *, web: bool, keep: str = "") -> Iterator[tuple[Processes, Departments, Talk]]:
    """Departments, filer, worker and perhaps web around a fresh copy of the prepared database, or one that is kept."""
    var, web_port = plan.var, free_port()
    prepared = template(var)
    with database.kept(keep, prepared) if keep else database.fresh("product", prepared) as name:
        parts = Processes(var / "bench" / "product", os.environ)
        try:
            departments = Departments(parts, plan)
            parts.env = environment(name, var, web_port, departments.url)
            if keep:
                parts.run("manage.py", "migrate", "--no-input")  # it may be of last week
            parts.run("manage.py", "connect_mock_departments")
            commands = {part.label: part.command for part in portal.parts(var, web_port, 0)}
            if web:
                parts.start("web", commands["web"])
            parts.start("worker", _worker(commands["worker"], plan))
            parts.start("filer", [python(), "-m", "benchmarks.product.filer"], talks=True)
            talk = Talk(parts, "filer")
            talk.hear("ready")
            if web:
                parts.wait_for(lambda: listens(web_port), "the web server")
            yield parts, departments, talk
        finally:
            parts.stop()


def _worker(command: tuple[str, ...], plan: Plan) -> list[str]:
    """The worker as it is; with a profile, the same program under one profiler a thread."""
    if not plan.profile:
        return list(command)
    out = str(plan.var / "bench" / "worker.prof")
    return [python(), "-m", "benchmarks.profiled", out, *command[2:]]


def measure_product(plan: Plan) -> Figures:
    """The standard work, drafts prepared before the clock starts; what they cost stands beside it."""
    figures = Figures("product", plan.mode, more={"code": CODES[plan.mode]})
    with product(plan, web=plan.mode == "callback") as (parts, departments, talk):
        roots = {**parts.pids(), **servers()}
        closed_loop(figures, plan, talk, lambda: roots, departments)
        _judge(parts)
        parts.check()
    return figures


def _judge(parts: Processes) -> None:
    """Nothing is left that nobody looks after, and every chain of events is whole."""
    name = database.name_in(parts.env["DATABASE_URL"])
    waiting = database.ask("SELECT count(*) FROM cases_delivery WHERE state = 'due'", database=name)[0][0]
    if waiting:
        raise NotAsItShould(f"{waiting} deliveries are still due although every case is decided")
