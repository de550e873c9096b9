"""Databases for tests to copy: python -m devtools.tables TABLES CATALOGUE.

One has today's tables, the other the catalogue in them; the name of the one to copy is printed. Like `devtools.prepare`
it runs inside the environment, never in the door itself.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections


def make_tables(name: str) -> None:
    """The database of this name with all tables and nothing in them."""
    _make(name, "template0", lambda: call_command("migrate", interactive=False, verbosity=0))


def make_catalogue(name: str, tables: str) -> None:
    """The database of this name with the shipped definitions in a copy of those tables."""
    _make(name, tables, lambda: call_command("load_domain", stdout=io.StringIO()))


def _make(name: str, source: str, fill: Callable[[], object]) -> None:
    """Made where it is missing; those of other days go. Whole or not at all."""
    if name in _named(name):
        return
    half = f"{name}_half"
    _ask(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)', f'CREATE DATABASE "{half}" TEMPLATE "{source}"')
    home = _turn_to(half)
    try:
        fill()
    finally:
        _turn_to(home)
    _ask(*(f'DROP DATABASE "{old}"' for old in _named(name) - {half}), f'ALTER DATABASE "{half}" RENAME TO "{name}"')


def _named(name: str) -> set[str]:
    """Every database of the kind, today's and older ones."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name.rpartition("_")[0]])
        return {row[0] for row in cursor.fetchall()}


def _ask(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _turn_to(name: str) -> str:
    """Point this process at another database of the server; where it pointed before."""
    before = str(connection.settings_dict["NAME"])
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    return before


def made(tables: str, catalogue: str) -> str:
    """Both, and the name of the one to copy: the tables alone where the definitions do not load."""
    make_tables(tables)
    try:
        make_catalogue(catalogue, tables)
    except (CommandError, DatabaseError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return tables
    return catalogue


if __name__ == "__main__":
    django.setup()
    try:
        print(made(*sys.argv[1:3]))
    except DatabaseError as error:
        sys.exit(f"✗ {error}")
