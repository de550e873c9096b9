"""The tables of the tests are migrated once and copied ever after."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from devtools import tables, template

OLDER = f"kind_{os.getpid()}_a"


def databases() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"kind_{os.getpid()}"])
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def kind(db: None) -> Iterator[None]:
    """A kind of databases of this test alone; one of an older day is there."""
    tables._ask(f'CREATE DATABASE "{OLDER}"')
    yield
    tables._ask(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in databases()))


def test_where_the_database_is_there_nothing_is_made_and_nothing_removed(kind: None) -> None:
    tables.make(OLDER)
    assert databases() == {OLDER}


def test_the_name_is_another_as_soon_as_a_migration_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "ROOT", tmp_path)
    migration = tmp_path / "cases" / "migrations" / "0001_initial.py"
    migration.parent.mkdir(parents=True)
    migration.write_text("operations = []")
    first = template.template_name()
    assert template.template_name() == first
    migration.write_text("operations = [1]")
    second = template.template_name()
    migration.rename(migration.with_name("0002_more.py"))
    assert len({first, second, template.template_name()}) == 3


@pytest.mark.django_db
def test_the_database_of_the_tests_is_a_copy_with_every_migration_carried_out() -> None:
    made_by_the_door = os.environ.get(template.VARIABLE)
    assert made_by_the_door in (template.template_name(), None)
    assert settings.DATABASES["default"]["TEST"]["TEMPLATE"] == (made_by_the_door or "template0")
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
