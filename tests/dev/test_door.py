"""What the door says to a person."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from devtools import variables
from devtools.messages import DoorError, as_door_error
from devtools.verbs import VERBS
from tests.dev.conftest import Door


def test_help_lists_every_verb_in_both_languages(door: Door) -> None:
    told = door("help")
    assert told.returncode == 0
    for name, verb in VERBS.items():
        assert f"./dev {name}" in told.stdout
        assert verb.zh in told.stdout and verb.en in told.stdout


def test_an_unknown_verb_is_one_line_and_code_2(door: Door) -> None:
    told = door("upp")
    assert told.returncode == 2
    assert told.stderr.splitlines() == ["✗ 没有这个命令：upp；见 ./dev help / no such verb: upp; see ./dev help"]


def test_a_busy_port_is_one_line_that_names_the_way_out(door: Door) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        told = door("up", PORTAL_PORT=str(number))
    assert told.returncode == 2
    [line] = told.stderr.splitlines()
    assert f"端口 {number} 不可用" in line and f"PORTAL_PORT={number + 10}" in line


def test_a_busy_port_starts_nothing(door: Door, var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        door("up", MOCK_PORT=str(taken.getsockname()[1]))
    assert list(var.iterdir()) == []


def test_a_port_that_is_no_number_is_refused(door: Door) -> None:
    told = door("up", PORTAL_PORT="web")
    assert told.returncode == 2
    assert "PORTAL_PORT 不是端口号：web" in told.stderr


def test_an_unknown_option_of_up_is_refused(door: Door) -> None:
    told = door("up", "--relod")
    assert told.returncode == 2
    assert "--relod" in told.stderr


def test_reset_without_a_terminal_needs_yes(door: Door, var: Path) -> None:
    (var / "media").mkdir()
    assert door("reset").returncode == 2
    assert (var / "media").is_dir()


def test_reset_with_yes_removes_everything(door: Door, var: Path) -> None:
    (var / "media").mkdir()
    assert door("reset", "--yes").returncode == 0
    assert not var.exists()


def test_stop_with_nothing_running_is_no_error(door: Door) -> None:
    assert door("stop").returncode == 0


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "磁盘已满"), (errno.EACCES, "没有写入权限"), (errno.EROFS, "只读")]
)
def test_a_full_disk_or_a_missing_permission_is_one_sentence_with_the_place(number: int, words: str) -> None:
    error = as_door_error(OSError(number, os.strerror(number), "/srv/var"))
    assert error is not None
    assert words in str(error) and "/srv/var" in str(error) and "\n" not in str(error)


def test_any_other_failure_is_not_dressed_up() -> None:
    assert as_door_error(OSError(errno.EBADF, "Bad file descriptor")) is None


def test_an_unwritable_var_is_one_line(door: Door, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    told = door("manage", "--version", PORTAL_VAR=str(tmp_path / "file" / "var"))
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1


def test_secrets_are_made_once_and_readable_by_their_owner_only(surroundings: Path) -> None:
    first = variables.development_secrets(surroundings)
    assert variables.development_secrets(surroundings) == first
    assert set(first) == {"SECRET_KEY", "PORTAL_KEYS", "PORTAL_INDEX_KEY", "MOCK_MASTER_SECRET"}
    assert (surroundings / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_what_the_surroundings_set_wins_over_the_generated_secret(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "from outside")
    assert variables.for_portal(surroundings, "portal.settings.dev", {})["SECRET_KEY"] == "from outside"


def test_a_port_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_PORT", "70000")
    with pytest.raises(DoorError, match="MOCK_PORT"):
        variables.mock_port()
