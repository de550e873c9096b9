"""A database with today's tables, for tests to copy: python -m devtools.tables NAME.

Like `devtools.prepare` it runs inside the environment, never in the door itself.
"""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections


def make(name: str) -> None:
    """The database of this name, made where it is missing; those of other days go. Whole or not at all."""
    if name in _named(name):
        return
    half = f"{name}_half"
    _ask(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)', f'CREATE DATABASE "{half}" TEMPLATE template0')
    home = _turn_to(half)
    try:
        call_command("migrate", interactive=False, verbosity=0)
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


if __name__ == "__main__":
    django.setup()
    try:
        make(sys.argv[1])
    except DatabaseError as error:
        sys.exit(f"✗ {error}")
