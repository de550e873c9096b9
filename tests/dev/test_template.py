"""The database of the tests is migrated and filled once and copied ever after."""

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
MIGRATION, DEFINITION = "cases/migrations/0001_one.py", "bundles/library/bundles/one.yaml"


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
    tables.make_tables(OLDER)
    assert databases() == {OLDER}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one migration and one definition."""
    monkeypatch.setattr(template, "ROOT", tmp_path)
    for name in (MIGRATION, DEFINITION):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("one")
    return tmp_path


def names() -> tuple[str, str]:
    return template.tables_name(), template.catalogue_name()


def test_both_have_other_names_as_soon_as_a_migration_is_another(house: Path) -> None:
    first = names()
    assert names() == first
    (house / MIGRATION).write_text("two")
    second = names()
    (house / MIGRATION).rename(house / MIGRATION.replace("one", "two"))
    assert len({*first, *second, *names()}) == 6


def test_the_catalogue_alone_has_another_name_when_a_definition_is_another(house: Path) -> None:
    first = names()
    (house / DEFINITION).write_text("two")
    second = names()
    assert (second[0] == first[0], second[1] == first[1]) == (True, False)


@pytest.mark.django_db
def test_the_database_of_the_tests_is_a_copy_with_every_migration_carried_out() -> None:
    made_by_the_door = os.environ.get(template.VARIABLE)
    assert made_by_the_door in (template.catalogue_name(), None)
    assert settings.DATABASES["default"]["TEST"]["TEMPLATE"] == (made_by_the_door or "template0")
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
