"""Several programs as one: started together, restarted when they die, ended together, none left behind.

Celery's children lose their work when they are signalled themselves, so only the first process of a part gets
SIGTERM; what has not ended ten seconds later is killed with its whole group.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from devtools import processes

STOP_TIMEOUT_S = 10.0
STEADY_AFTER_S = 30.0
LONGEST_PAUSE_S = 30.0
TICK_S = 0.1
COLOURS = (36, 32, 33, 35, 34, 31)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Part:
    """One program that must run: the label of its log lines, its command, and how long after the first it begins."""

    label: str
    command: tuple[str, ...]
    after_s: float = 0.0


@dataclass(slots=True)
class _Running:
    part: Part
    colour: int
    process: subprocess.Popen[str] | None = None
    born: str = ""
    since: float = 0.0
    failures: int = 0
    restart_at: float = field(default=0.0)


class Supervisor:
    """Runs its parts until it is told to stop."""

    def __init__(self, parts: Sequence[Part], *, env: Mapping[str, str], cwd: Path, record: Path, out: TextIO) -> None:
        self._running = [_Running(part, COLOURS[place % len(COLOURS)]) for place, part in enumerate(parts)]
        self._env, self._cwd, self._record, self._out = dict(env), cwd, record, out
        self._width = max(len(part.label) for part in parts)
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ
        self._writing = threading.Lock()
        self._stops_asked = 0

    def run(self, each_tick: Callable[[Supervisor], None] = lambda _: None) -> None:
        """Start all parts and keep them up; returns when a signal or `ask_to_stop` has ended them all."""
        replaced = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        try:
            begun = time.monotonic()
            for running in self._running:
                running.restart_at = begun + running.part.after_s
            while not self._stops_asked:
                self._tick()
                each_tick(self)
                time.sleep(TICK_S)
        finally:
            self._stop_all()
            for number, handler in replaced.items():
                signal.signal(number, handler)

    def ask_to_stop(self) -> None:
        self._stops_asked += 1

    def write(self, label: str, line: str, colour: int = 37) -> None:
        """One labelled line; lines of different parts never mix."""
        head = label.ljust(self._width)
        if self._coloured:
            head = f"\x1b[{colour}m{head}\x1b[0m"
        with self._writing, suppress(OSError):  # a closed terminal must not keep the parts from being ended
            print(f"{head} │ {line.rstrip()}", file=self._out, flush=True)

    def restart_all(self, reason: str) -> None:
        """End every part and start it again at once, as after a change of the code."""
        self.write("dev", reason)
        self._end(self._running)
        for running in self._running:
            self._start(running)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stops_asked += 1

    def _start(self, running: _Running) -> None:
        command = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *running.part.command]
        running.process = subprocess.Popen(
            command, cwd=self._cwd, env=self._env, text=True, errors="replace", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        running.born = processes.birth(running.process.pid) or ""
        running.since = time.monotonic()
        threading.Thread(target=self._copy_lines, args=(running, running.process), daemon=True).start()
        self._write_record()

    def _copy_lines(self, running: _Running, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in filter(str.strip, process.stdout):
            self.write(running.part.label, line, running.colour)

    def _tick(self) -> None:
        for running in self._running:
            if running.process is None:
                if time.monotonic() >= running.restart_at:
                    self._start(running)
            elif running.process.poll() is not None:
                self._note_death(running, running.process)

    def _note_death(self, running: _Running, process: subprocess.Popen[str]) -> None:
        """Say it, clear its children away, and set the time of the next try: 1, 2, 4 … 30 seconds."""
        processes.kill_group(process.pid)
        steady = time.monotonic() - running.since > STEADY_AFTER_S
        running.failures = 0 if steady else running.failures + 1
        pause = min(LONGEST_PAUSE_S, 2.0 ** max(running.failures - 1, 0))
        running.process, running.restart_at = None, time.monotonic() + pause
        code, wait = process.returncode, f"{pause:.0f}"
        line = f"已退出（{code}），{wait} 秒后重启 / ended ({code}), restarting in {wait} s"
        self.write(running.part.label, line, running.colour)

    def _stop_all(self) -> None:
        self.write("dev", "正在停止，再按一次 Ctrl-C 立即结束 / stopping; Ctrl-C again ends at once")
        self._end(self._running)
        self._record.unlink(missing_ok=True)

    def _end(self, parts: Sequence[_Running]) -> None:
        """SIGTERM to the first processes only; after the time-out, or at a second signal, everything is killed."""
        living = [running.process for running in parts if running.process is not None]
        asked = self._stops_asked
        for process in living:
            processes.send(process.pid, signal.SIGTERM)
        processes.wait_until(
            lambda: all(process.poll() is not None for process in living) or self._stops_asked > max(asked, 1),
            STOP_TIMEOUT_S,
        )
        for process in living:
            processes.kill_group(process.pid)
            process.wait()
        for running in parts:
            running.process = None

    def _write_record(self) -> None:
        """Who runs, for `./dev stop`: number and birth of the supervisor and of every first process."""
        everybody = {"dev": (os.getpid(), processes.birth(os.getpid()))}
        for running in self._running:
            if running.process is not None:
                everybody[running.part.label] = (running.process.pid, running.born)
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps(everybody))
        fresh.replace(self._record)


def recorded(record: Path) -> dict[str, tuple[int, str]]:
    """Who of the last record still lives."""
    try:
        everybody = json.loads(record.read_text())
    except (OSError, ValueError):
        return {}
    return {label: (pid, born) for label, (pid, born) in everybody.items() if born and processes.is_alive(pid, born)}


def stop_recorded(record: Path) -> int:
    """End a supervisor of another terminal with all its parts, or the parts that a killed one left. How many lived."""
    living = recorded(record)
    if "dev" in living:
        processes.terminate(*living["dev"], timeout_s=STOP_TIMEOUT_S + 15)
    for label, (pid, born) in living.items():
        if label != "dev" and processes.is_alive(pid, born):
            processes.terminate(pid, born, STOP_TIMEOUT_S)
            processes.kill_group(pid)
    record.unlink(missing_ok=True)
    return len(living)
