"""The peers at the standard work: the same departments, the same PostgreSQL and Redis, each as its makers advise."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode

import psycopg2.extensions

from benchmarks import database
from benchmarks.loop import Departments, closed_loop, python, servers
from benchmarks.peers import packages
from benchmarks.processes import Processes, Talk, free_port, listens
from benchmarks.settings import Figures, Plan

CANVAS_TABLES = """
CREATE TABLE canvas_case (case_no text PRIMARY KEY, state text NOT NULL DEFAULT 'open');
CREATE TABLE canvas_item (
    case_no text REFERENCES canvas_case, item text, state text NOT NULL, receipt_no text NOT NULL DEFAULT '',
    result jsonb, request jsonb, PRIMARY KEY (case_no, item)
);
"""


def measure_canvas(plan: Plan) -> Figures:
    """Celery prefork, four processes; where departments call back, gunicorn with a bare WSGI function takes it."""
    with database.fresh("canvas") as name:
        parts = Processes(plan.var / "bench" / "canvas", os.environ)
        try:
            departments = Departments(parts, plan)
            port = free_port() if plan.mode == "callback" else 0
            parts.env |= {
                "CANVAS_DSN": psycopg2.extensions.make_dsn(**database.session(name)),
                "CANVAS_DEPARTMENTS": departments.url,
                "CANVAS_CALLBACK_URL": f"http://127.0.0.1:{port}/callbacks" if port else "",
            }
            database.ask(CANVAS_TABLES, database=name)
            others = servers()
            if port:
                web = "gunicorn benchmarks.peers.canvas:ingest --worker-class gthread --workers 2 --threads 8"
                web += f" --bind 127.0.0.1:{port} --log-level warning --no-control-socket"
                parts.start("web", [python(), "-m", *web.split()])
                parts.wait_for(lambda: listens(port), "the web server")
            worker = "celery --quiet -A benchmarks.peers.canvas:app worker -c 4 --without-gossip --without-mingle"
            parts.start("worker", [python(), "-m", *worker.split(), "--loglevel", "WARNING"])
            return _driven(
                parts, "canvas", [python(), "-m", "benchmarks.peers.canvas_driver"], plan, departments, others
            )
        finally:
            parts.stop()


def measure_dbos(plan: Plan) -> Figures:
    """One DBOS process with its default pools; it runs the workflows, starts them, and takes callbacks in."""
    with database.fresh("dbos") as name:
        parts = Processes(plan.var / "bench" / "dbos", os.environ)
        try:
            departments = Departments(parts, plan)
            port = free_port()
            parts.env |= {
                "DURABLE_URL": _sqlalchemy_url(name),
                "DURABLE_DEPARTMENTS": departments.url,
                "DURABLE_CALLBACK_PORT": str(port),
            }
            command = [str(packages.python()), "-m", "benchmarks.peers.durable"]
            return _driven(parts, "dbos", command, plan, departments, servers())
        finally:
            parts.stop()


def _driven(
    parts: Processes, name: str, command: list[str], plan: Plan, departments: Departments, others: dict[str, int]
) -> Figures:
    parts.start("driver", command, talks=True)
    talk = Talk(parts, "driver")
    talk.hear("ready")
    roots = {**parts.pids(), **others}
    figures = closed_loop(Figures(name, plan.mode), plan, talk, lambda: roots, departments)
    parts.check()
    return figures


def _sqlalchemy_url(name: str) -> str:
    """The server may listen on a socket only: then its folder goes into the query."""
    place = database.session(name)
    host = place.get("host", "")
    address = f"{host}:{place.get('port', 5432)}" if host and not host.startswith("/") else ""
    who = ":".join(quote(place[key]) for key in ("user", "password") if key in place)
    query = f"?{urlencode({'host': host})}" if host.startswith("/") else ""
    return f"postgresql://{who}@{address}/{name}{query}"
