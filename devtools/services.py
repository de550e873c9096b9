"""PostgreSQL and Redis under one var/: shared by all doors that are open, stopped by the last one to leave."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devtools.postgres import Postgres
from devtools.redis import Redis


def outside() -> tuple[str | None, str | None]:
    """DATABASE_URL and REDIS_URL of the surroundings; what is given there is never started here."""
    return os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")


@contextmanager
def services(var: Path, settings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The addresses of both, while they run. They stop when the last user of this var/ has left."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield _start(var, settings)
        finally:
            if _is_last(users.fileno()):
                stop_services(var)


def _start(var: Path, settings: Mapping[str, str]) -> dict[str, str]:
    database_url, redis_url = outside()
    postgres, redis = Postgres(var / "postgres", settings), Redis(var / "redis")
    with (var / "start.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if database_url is None:
            postgres.start()
        if redis_url is None:
            redis.start()
    return {"DATABASE_URL": database_url or postgres.url, "REDIS_URL": redis_url or redis.url}


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def stop_services(var: Path) -> None:
    """Both off, whoever started them. A server of the surroundings is not ours and stays."""
    Redis(var / "redis").stop()
    Postgres(var / "postgres", {}).stop()


def stop_unused(var: Path) -> None:
    """Both off, unless a door that is open uses them."""
    if not var.exists():
        return
    with (var / "users.lock").open("w") as users:
        if _is_last(users.fileno()):
            stop_services(var)


def addresses(var: Path) -> dict[str, str]:
    """Where both are or would be, started or not: enough for a type checker that only reads settings."""
    database_url, redis_url = outside()
    return {
        "DATABASE_URL": database_url or Postgres(var / "postgres", {}).url,
        "REDIS_URL": redis_url or Redis(var / "redis").url,
    }
