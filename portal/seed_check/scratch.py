"""Databases to be thrown away: one with the catalogue, and a copy of it for every scenario.

They are made on the configured server, whose own database is never touched.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import override_settings

from bundles import queries
from cases import ports


@contextmanager
def scratch_settings(folder: Path, *, door: str, departments: str) -> Iterator[None]:
    """The portal of this process turned to its own door, departments and folder for files."""
    with override_settings(
        PORTAL_URL=door,
        MOCK_URL=departments,
        MEDIA_ROOT=str(folder / "media"),
        NUDGE_THROUGH_BROKER=False,
        SEARCH_BY_ITSELF=False,
        OUTBOUND_NETWORKS=["127.0.0.0/8", "::1/128"],
    ):
        ports.forget_adapters()
        yield
    ports.forget_adapters()


class Scratch:
    """A prepared database to copy from; the connection of this process points at the copy in use."""

    def __init__(self) -> None:
        self._home = str(connection.settings_dict["NAME"])
        self.name = f"seed_check_{os.getpid()}_{secrets.token_hex(3)}"
        self._made: list[str] = []

    def prepare(self, *also: Path) -> None:
        """Tables, the shipped definitions and further bundle files."""
        self._create(self.name, template=settings.DATABASES["default"].get("TEST", {}).get("TEMPLATE") or "template0")
        self._turn_to(self.name)
        call_command("migrate", interactive=False, verbosity=0)
        said = io.StringIO()
        call_command("load_domain", stdout=said)
        for path in also:
            call_command("load_bundle", str(path), publish=True, stdout=said)
        queries.forget()

    def take_over(self, prepared: str) -> None:
        """Start from a database that somebody else has prepared."""
        self._create(self.name, template=prepared)
        self._turn_to(self.name)
        queries.forget()

    def connect_departments(self) -> None:
        """Every department has the system that MOCK_URL names."""
        call_command("connect_mock_departments", stdout=io.StringIO())

    @contextmanager
    def copy(self) -> Iterator[None]:
        """Live in a fresh copy of the prepared database until the end of the block."""
        name = f"{self.name}_{len(self._made)}"
        self._turn_to(self._home)
        self._create(name, template=self.name)
        self._turn_to(name)
        try:
            yield
        finally:
            self._turn_to(self._home)
            self._drop(name)

    def leave(self) -> None:
        """Back to the database this process was started with: nobody else can copy one that is in use."""
        self._turn_to(self._home)

    def remove(self) -> None:
        """Nothing is left."""
        self.leave()
        for name in list(self._made):
            self._drop(name)

    # -- on the server ----------------------------------------------------------------------------------------------
    def _create(self, name: str, template: str = "template0") -> None:
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)

    def _drop(self, name: str) -> None:
        self._on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def _on_server(self, statement: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)

    @staticmethod
    def _turn_to(name: str) -> None:
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = name
        connection.settings_dict["NAME"] = name
