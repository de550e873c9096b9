"""Every shipped bundle runs to its end against the mock departments, in several scenarios; an unknown one does too.

The command is run as an operator runs it, once for all bundles; each test looks at one of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal.seed_check import scenario
from tests.factories.library import codes

pytestmark = [pytest.mark.serial, pytest.mark.timeout(1800)]
ROOT = Path(__file__).parents[2]
UNKNOWN = Path(__file__).with_name("unknown_bundle.yaml")
MANY_MODES = Path(__file__).with_name("unknown_hall.yaml")
LONGEST_S = 1700.0


def seed_check(file: Path, *words: str) -> list[dict[str, Any]]:
    """Run the command on the server of the tests; what it wrote down about every scenario."""
    command = [sys.executable, "manage.py", "seed_check", *words, "--json", str(file)]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert file.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


@cache
def of_all(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """All of them, several at once: this is the last that runs one at a time, and what ran beside has mostly ended."""
    by_bundle: dict[str, list[dict[str, Any]]] = {}
    for outcome in seed_check(folder / "all.json"):
        by_bundle.setdefault(outcome["bundle"], []).append(outcome)
    return by_bundle


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    return of_all(tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("code", codes())
def test_every_bundle_passes_every_scenario(code: str, outcomes: dict[str, list[dict[str, Any]]]) -> None:
    mine = outcomes[code]
    assert {"happy", *scenario.DERIVED} <= {one["scenario"] for one in mine}
    assert {one["scenario"]: one["reason"] for one in mine if not one["passed"]} == {}


def test_every_shipped_bundle_has_its_scenarios() -> None:
    assert sorted(scenario.codes()) == sorted(codes())


def test_a_bundle_unknown_to_the_portal_loads_and_runs_every_scenario(tmp_path: Path) -> None:
    found = seed_check(tmp_path / "unknown.json", "--file", str(UNKNOWN))
    assert {one["scenario"]: one["reason"] for one in found if not one["passed"]} == {}
    assert {one["scenario"] for one in found} == {"happy", *scenario.DERIVED}
    happy = next(one for one in found if one["scenario"] == "happy")
    assert set(happy["items"]) == {"JOIN"}, "nothing was ticked that the person did not choose"


def test_an_unknown_bundle_with_many_modes_at_once_runs_every_scenario(tmp_path: Path) -> None:
    found = seed_check(tmp_path / "hall.json", "--file", str(MANY_MODES))
    assert {one["scenario"]: one["reason"] for one in found if not one["passed"]} == {}
    assert {one["scenario"] for one in found} == {"happy", *scenario.DERIVED}
