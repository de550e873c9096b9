"""What `./dev test` makes of its checks, and what `./dev up` makes of a prepared database."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from devtools import browser, checks, portal, processes
from devtools.checks import Check
from devtools.environment import ROOT


def ending_with(code: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"raise SystemExit({code})")


def test_one_bad_check_fails_the_run_and_is_named(surroundings: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = checks.run_checks(surroundings, (Check("style", ending_with(0)), Check("types", ending_with(1))))
    told = capfd.readouterr().out
    assert result == 1
    assert "✓ style" in told and "✗ types" in told
    assert "未通过：types / failed" in told


def test_after_a_bad_check_the_others_still_run(surroundings: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    touch = (sys.executable, "-c", f"import pathlib; pathlib.Path({str(mark)!r}).touch()")
    checks.run_checks(surroundings, (Check("style", ending_with(1)), Check("types", touch)))
    assert mark.exists()


def test_no_serial_test_collected_is_good_but_no_test_at_all_is_not() -> None:
    ordinary, serial = checks.TESTS
    assert checks.NO_TESTS_COLLECTED in serial.good
    assert checks.NO_TESTS_COLLECTED not in ordinary.good


def test_every_marked_test_runs_in_exactly_one_of_the_two_rounds() -> None:
    ordinary, serial = checks.TESTS
    for mark in ("serial", "journey", "faults"):
        assert f"not {mark}" in ordinary.command[-1]
        assert mark in serial.command[-1].partition(")")[0].strip("(").split(" or ")
    assert all(check.command[-1].endswith("and not faults_wide") for check in (ordinary, serial))
    assert "-n" in ordinary.command and "-n" not in serial.command


def test_ci_runs_the_door_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec ./dev test"


def test_a_prepared_database_is_prepared_again_only_when_it_is_another_one(surroundings: Path) -> None:
    version = surroundings / "postgres" / "PG_VERSION"
    version.parent.mkdir()
    version.write_text("18\n")
    first = portal._prepared_fingerprint("postgres://a", surroundings)
    assert portal._prepared_fingerprint("postgres://a", surroundings) == first
    assert portal._prepared_fingerprint("postgres://b", surroundings) != first
    version.touch()
    assert portal._prepared_fingerprint("postgres://a", surroundings) != first


def test_the_fingerprint_of_the_demonstration_covers_definitions_and_migrations() -> None:
    covered = {file.relative_to(ROOT).as_posix() for file in portal.prepared_from()}
    assert "bundles/library/bundles/01_newborn_birth.yaml" in covered
    assert any(path.startswith("cases/migrations/0001") for path in covered)


def test_a_port_where_nobody_listens_is_not_the_portal(free_port: int) -> None:
    assert portal.answers(free_port) is False


def test_a_browser_named_by_the_surroundings_is_the_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_BROWSER", "/opt/browser")
    assert browser.find_browser() == "/opt/browser"


def test_a_missing_browser_names_the_packages_of_every_system(capsys: pytest.CaptureFixture[str]) -> None:
    browser._say_what_to_install()
    told = capsys.readouterr().err
    assert "apt-get install chromium fonts-noto-cjk" in told
    assert "dnf install" in told and "brew install" in told


def test_a_check_beside_others_runs_while_they_do_and_tells_its_words_at_the_end(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(here)!r}).exists(): time.sleep(0.01)\n"
    code = f"{waits}pathlib.Path({str(there)!r}).touch(); print('a word'); raise SystemExit(3)"
    with checks._beside(Check("other", (sys.executable, "-c", code)), os.environ, tmp_path / "log") as told:
        here.touch()
        assert processes.wait_until(there.exists, 20)
        assert "a word" not in capfd.readouterr().out
        name, good, _ = told()
    assert (name, good) == ("other", False)
    assert "a word" in capfd.readouterr().out


def test_a_check_beside_others_ends_with_a_run_that_is_broken_off(tmp_path: Path) -> None:
    endless = Check("other", (sys.executable, "-c", "import time; time.sleep(600)"))
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), checks._beside(endless, os.environ, tmp_path / "log"):
        raise KeyboardInterrupt
    assert time.monotonic() - began < 60
