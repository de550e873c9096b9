"""The embedded PostgreSQL and Redis: how they are made, mended, adopted and stopped."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import environ
import psycopg2
import pytest

from devtools import processes
from devtools.messages import DoorError
from devtools.postgres import TEST_SETTINGS, Postgres
from devtools.redis import Redis
from devtools.services import services, stop_services


def ask(url: str, question: str) -> str:
    """One value from the database, by the address as django-environ reads it."""
    place = environ.Env.db_url_config(url)
    line = psycopg2.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"])
    try:
        with line.cursor() as cursor:
            cursor.execute(question)
            return str(cursor.fetchone()[0])
    finally:
        line.close()


def kill_nine(postgres: Postgres) -> None:
    found = postgres.running()
    assert found is not None
    os.kill(found[0], signal.SIGKILL)
    assert processes.wait_until(lambda: not processes.is_alive(*found), 5)


@pytest.fixture
def postgres(surroundings: Path) -> Postgres:
    return Postgres(surroundings / "postgres", TEST_SETTINGS)


def test_the_address_of_the_database_is_understood_by_the_settings(postgres: Postgres) -> None:
    postgres.start()
    assert ask(postgres.url, "select current_database()") == "portal"
    assert ask(postgres.url, "show server_version").startswith("18")
    assert ask(postgres.url, "show fsync") == "off"


def test_the_database_listens_on_no_address_and_its_socket_is_its_owners(postgres: Postgres) -> None:
    postgres.start()
    assert ask(postgres.url, "show listen_addresses") == ""
    assert (postgres.socket_dir / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(tmp_path: Path) -> None:
    deep = Postgres(tmp_path / ("x" * 80) / "postgres", {})
    assert len(str(deep.socket_dir)) < 90
    assert deep.socket_dir != Postgres(tmp_path / ("y" * 80) / "postgres", {}).socket_dir


def test_a_set_up_that_was_cut_short_is_begun_again(postgres: Postgres) -> None:
    half = postgres.data.with_name("postgres.new")
    (half / "base").mkdir(parents=True)
    postgres.start()
    assert postgres.running() is not None
    assert not half.exists()


def test_an_incomplete_data_folder_is_set_aside_and_never_deleted(postgres: Postgres) -> None:
    postgres.data.mkdir()
    (postgres.data / "PG_VERSION").write_text("18\n")
    postgres.start()
    [aside] = postgres.data.parent.glob("postgres.broken-*")
    assert (aside / "PG_VERSION").exists()
    assert ask(postgres.url, "select 1") == "1"


def test_data_of_another_major_version_are_refused_and_kept(postgres: Postgres) -> None:
    (postgres.data / "global").mkdir(parents=True)
    (postgres.data / "global" / "pg_control").touch()
    (postgres.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(DoorError, match="PostgreSQL 16"):
        postgres.start()
    assert (postgres.data / "PG_VERSION").exists()


def test_after_kill_9_the_database_starts_again_with_what_was_committed(surroundings: Path) -> None:
    postgres = Postgres(surroundings / "postgres", {})
    postgres.start()
    ask(postgres.url, "create table kept as select 7 as n; commit; select n from kept")
    kill_nine(postgres)
    postgres.start()
    assert ask(postgres.url, "select n from kept") == "7"


def test_a_stale_number_that_now_belongs_to_a_stranger_is_not_taken_for_the_server(postgres: Postgres) -> None:
    postgres.start()
    kill_nine(postgres)
    file = postgres.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert postgres.running() is None
    postgres.start()
    assert ask(postgres.url, "select 1") == "1"


def test_redis_with_damaged_files_starts_empty(surroundings: Path) -> None:
    redis = Redis(surroundings / "redis")
    redis.folder.mkdir()
    (redis.folder / "appendonly.aof").write_bytes(b"\x00 this is no log")
    redis.start()
    assert redis.running()


def test_redis_keeps_its_port_from_one_start_to_the_next(surroundings: Path) -> None:
    redis = Redis(surroundings / "redis")
    redis.start()
    first = redis.url
    redis.stop()
    assert not redis.running()
    redis.start()
    assert redis.url == first


def test_the_last_to_leave_stops_both(surroundings: Path) -> None:
    with services(surroundings, TEST_SETTINGS):
        with services(surroundings, TEST_SETTINGS) as inner:
            assert ask(inner["DATABASE_URL"], "select 1") == "1"
        assert Postgres(surroundings / "postgres", {}).running() is not None
        assert Redis(surroundings / "redis").running()
    assert Postgres(surroundings / "postgres", {}).running() is None
    assert not Redis(surroundings / "redis").running()


def test_services_of_the_surroundings_are_used_and_none_is_started(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://portal@db.internal/portal")
    monkeypatch.setenv("REDIS_URL", "redis://queue.internal:6379/0")
    with services(surroundings, {}) as where:
        assert where["DATABASE_URL"] == "postgres://portal@db.internal/portal"
        assert where["REDIS_URL"] == "redis://queue.internal:6379/0"
    assert not (surroundings / "postgres").exists()
    assert not (surroundings / "redis").exists()


def test_a_server_left_by_a_killed_door_is_adopted(surroundings: Path) -> None:
    left = Postgres(surroundings / "postgres", TEST_SETTINGS)
    left.start()
    before = left.running()
    with services(surroundings, TEST_SETTINGS):
        assert left.running() == before
    assert left.running() is None
    stop_services(surroundings)
