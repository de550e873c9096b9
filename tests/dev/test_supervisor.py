"""The supervisor: everything together, everything gone."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools import processes
from devtools.environment import ROOT
from devtools.supervisor import Part, Supervisor, recorded, stop_recorded

PARENT = """
import os, pathlib, signal, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
child = subprocess.Popen([sys.executable, "-c", sys.argv[2], str(folder)])
def end(number, frame):
    time.sleep(0.3)
    child.kill(); child.wait()
    (folder / "ended-in-order").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / "child").write_text(str(child.pid))
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""
CHILD = """
import pathlib, signal, sys, time
def told(number, frame):
    (pathlib.Path(sys.argv[1]) / "child-was-signalled").touch()
signal.signal(signal.SIGTERM, told)
time.sleep(60)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
SLEEPER = "import time; time.sleep(60)"


def part(label: str, program: str, *args: str) -> Part:
    return Part(label, (sys.executable, "-c", program, *args))


def supervise(folder: Path, parts: list[Part], until: Callable[[], bool]) -> str:
    """Run the parts until the condition holds, then stop; the log."""
    out = io.StringIO()
    supervisor = Supervisor(parts, env=os.environ, cwd=ROOT, record=folder / "up.json", out=out)
    end = time.monotonic() + 20

    def look(running: Supervisor) -> None:
        if until() or time.monotonic() > end:
            running.ask_to_stop()

    supervisor.run(look)
    return out.getvalue()


def is_gone(pid: int) -> bool:
    return processes.wait_until(lambda: processes.birth(pid) is None, 5)


def test_only_the_first_process_of_a_part_is_asked_to_end(tmp_path: Path) -> None:
    supervise(tmp_path, [part("web", PARENT, str(tmp_path), CHILD)], until=(tmp_path / "child").exists)
    assert (tmp_path / "ended-in-order").exists()
    assert not (tmp_path / "child-was-signalled").exists()
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_part_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devtools.supervisor.STOP_TIMEOUT_S", 0.5)
    deaf_parent = PARENT.replace("signal.signal(signal.SIGTERM, end)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    supervise(tmp_path, [part("web", deaf_parent, str(tmp_path), CHILD)], until=(tmp_path / "child").exists)
    assert not (tmp_path / "ended-in-order").exists()
    assert is_gone(int((tmp_path / "child").read_text()))


def test_a_part_that_dies_is_started_again_and_the_log_says_so(tmp_path: Path) -> None:
    program = "import pathlib, sys; open(sys.argv[1], 'a').write('x'); sys.exit(3)"
    starts = tmp_path / "starts"
    log = supervise(
        tmp_path, [part("mock", program, str(starts))], until=lambda: starts.exists() and len(starts.read_text()) == 2
    )
    assert "mock │ 已退出（3），1 秒后重启 / ended (3), restarting in 1 s" in log


def test_the_children_of_a_part_that_died_are_cleared_away(tmp_path: Path) -> None:
    program = PARENT.replace('print("ready", flush=True)', "os._exit(1)")
    seen: list[int] = []

    def first_child_is_gone() -> bool:
        file = tmp_path / "child"
        if not seen and file.exists() and file.read_text():
            seen.append(int(file.read_text()))
        return bool(seen) and processes.birth(seen[0]) is None

    supervise(tmp_path, [part("web", program, str(tmp_path), SLEEPER)], until=first_child_is_gone)
    assert is_gone(seen[0])


def test_lines_carry_the_label_of_their_part_and_no_colour_codes_in_a_file(tmp_path: Path) -> None:
    marks = [tmp_path / "a", tmp_path / "b"]
    program = (
        "import pathlib, sys, time; print('提交一件事', flush=True); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    )
    parts = [part("web", program, str(marks[0])), part("worker", program, str(marks[1]))]
    log = supervise(tmp_path, parts, until=lambda: all(mark.exists() for mark in marks))
    assert "web    │ 提交一件事" in log and "worker │ 提交一件事" in log
    assert "\x1b" not in log


def in_another_process(folder: Path, program: str) -> subprocess.Popen[bytes]:
    """A supervisor of its own, as `./dev up` is, over one part."""
    script = (
        "import os, sys, pathlib; from devtools.supervisor import Part, Supervisor\n"
        f"part = Part('web', (sys.executable, '-c', {program!r}))\n"
        f"record = pathlib.Path({str(folder / 'up.json')!r})\n"
        "Supervisor([part], env=os.environ, cwd='.', record=record, out=sys.stdout).run()"
    )
    started = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.DEVNULL)
    assert processes.wait_until(lambda: set(recorded(folder / "up.json")) == {"dev", "web"}, 10)
    return started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_the_supervisor_ends_the_parts(tmp_path: Path, number: signal.Signals) -> None:
    supervisor = in_another_process(tmp_path, SLEEPER)
    web, _ = recorded(tmp_path / "up.json")["web"]
    supervisor.send_signal(number)
    assert supervisor.wait(15) == 0
    assert is_gone(web)
    assert not (tmp_path / "up.json").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's tether is Linux only")
def test_even_kill_9_of_the_supervisor_leaves_no_part(tmp_path: Path) -> None:
    supervisor = in_another_process(tmp_path, SLEEPER)
    web, _ = recorded(tmp_path / "up.json")["web"]
    supervisor.kill()
    supervisor.wait()
    assert is_gone(web)


def test_stop_ends_a_supervisor_of_another_terminal(tmp_path: Path) -> None:
    supervisor = in_another_process(tmp_path, SLEEPER)
    assert stop_recorded(tmp_path / "up.json") == 2
    assert supervisor.wait(5) == 0
    assert recorded(tmp_path / "up.json") == {}


def test_stop_ends_the_parts_that_a_killed_supervisor_left(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=True)
    record = tmp_path / "up.json"
    record.write_text(json.dumps({"dev": [999_999_999, "1"], "worker": [left.pid, processes.birth(left.pid)]}))
    assert stop_recorded(record) == 1
    assert left.wait(5) == -signal.SIGTERM


def test_a_number_used_again_by_a_stranger_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=True)
    record = tmp_path / "up.json"
    record.write_text(json.dumps({"worker": [stranger.pid, "born at another time"]}))
    assert stop_recorded(record) == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_part_is_not_started_when_its_supervisor_is_gone_already(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    program = f"import pathlib; pathlib.Path({str(mark)!r}).touch()"
    tether = str(ROOT / "devtools" / "tether.py")
    done = subprocess.run([sys.executable, tether, "999999999", sys.executable, "-c", program], check=False)
    assert done.returncode == 0
    assert mark.exists() is not sys.platform.startswith("linux")
