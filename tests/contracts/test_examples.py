"""The example departments of the documents: short, and by the kit's judgement in the contract."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.models import DepartmentSystem
from integrations.systems.keys import issue_key
from tests.contracts.programs import EXAMPLES, ROOT, kit, serving

pytestmark = pytest.mark.timeout(300)
FIELDS = ("--fields", '{"mother_live": "示例市思明区示例路1号"}', "--item", "XSECS.CARE_REG", "--wait", "6")
NOT_OFFERED = {"S12"} | {f"G{n}" for n in range(1, 7)} | {f"D{n}" for n in range(1, 6)}
NOT_OFFERED |= {f"{letter}{n}" for letter in "PA" for n in range(1, 4)}  # procedures, later words
SYNC = {f"B{n}" for n in range(1, 10)}


@pytest.mark.parametrize("example", ["department.py", "department.mjs"])
def test_an_example_has_fewer_than_a_hundred_lines(example: str) -> None:
    lines = (EXAMPLES / example).read_text("utf-8").splitlines()
    assert len(lines) < 100 and max(map(len, lines)) <= 120


@pytest.mark.parametrize(
    ("example", "algorithm"),
    [("department.py", "hmac-sha256"), ("department.mjs", "hmac-sha256"), ("department.mjs", "hmac-sm3")],
)
def test_an_example_passes_the_kit(example: str, algorithm: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with serving(example, tmp_path, DEPT_ALGORITHM=algorithm) as url:
        ran = kit(url, *FIELDS, "--callbacks", "0", "--algorithm", algorithm, "--json", str(report))
    assert (ran.code, ran.broken) == (0, set()), ran.said + ran.complaints
    assert ran.unchecked == NOT_OFFERED | (SYNC if example == "department.py" else set())
    told = json.loads(report.read_text("utf-8"))
    assert told["totals"] == {"pass": len(ran.kept), "fail": 0, "skip": len(ran.unchecked)}


@pytest.mark.parametrize("example", ["department.py", "department.mjs"])
def test_an_example_remembers_over_a_kill(example: str, tmp_path: Path) -> None:
    """What was answered before the process was killed is known afterwards, and the nonces with it."""
    with serving(example, tmp_path) as url:
        assert kit(url, *FIELDS, "--only", "F1", "O1").code == 0
    record = tmp_path / "record"
    before = record.stat().st_size
    assert before > 0
    with serving(example, tmp_path) as url:
        ran = kit(url, *FIELDS, "--only", "F1", "F6", "Q2", "Q4")
    assert ran.code == 0, ran.said


def test_a_department_behind_a_path_is_signed_with_its_path(tmp_path: Path) -> None:
    """The examples stand at the root of their host: under a base path each signature would be of another path."""
    with serving("department.py", tmp_path) as url:
        ran = kit(f"{url}/one-thing", *FIELDS, "--only", "F1")
    assert ran.code == 1 and ran.broken == {"F1"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--secret-env", "NOT_SET"], "no secret"),
        (["--only", "Z9"], "no check is called Z9"),
        (["--fields", "[1]"], "No such file"),
        (["--interface", '{"code": "X"}'], "inputs is missing"),
    ],
)
def test_a_kit_that_cannot_run_as_asked_says_why_and_ends_with_two(words: list[str], complaint: str) -> None:
    ran = kit("http://127.0.0.1:9", *words)
    assert ran.code == 2 and complaint in ran.complaints


def test_a_department_that_is_not_there_breaks_every_sentence_it_is_asked_for() -> None:
    ran = kit("http://127.0.0.1:9", "--only", "F1", "S1", "Q1")
    assert (ran.code, ran.broken) == (1, {"F1", "S1", "Q1"})


@pytest.mark.django_db
def test_the_kit_reads_a_key_as_the_administration_issues_it(tmp_path: Path) -> None:
    with serving("department.py", tmp_path) as url:
        system = DepartmentSystem.objects.create(department="WJ", base_url=url)
        issued = issue_key(system, by=None)
        (tmp_path / "wj.key").write_text(issued.as_file(), "utf-8")
    with serving("department.py", tmp_path, DEPT_KEY_ID=issued.key_id, DEPT_SECRET=issued.secret) as url:
        command = [sys.executable, "-m", "integrations.conformance", url, "--key-file", str(tmp_path / "wj.key")]
        done = subprocess.run([*command, *FIELDS, "--only", "F1", "S2"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
