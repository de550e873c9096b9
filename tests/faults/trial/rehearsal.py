"""One rehearsal: so many cases filed by many hands, so many injuries on the way, and what came of it."""

from __future__ import annotations

import json
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from devtools import portal
from tests.factories.waiting import wait_for
from tests.faults.trial.applicants import FULL, SMALL, Applicants, Pressed
from tests.faults.trial.injuries import BY_NAME, INJURIES, Injury
from tests.faults.trial.stack import TrialStack
from tests.faults.trial.views import all_faults

FULL_SHARE = 0.1
# Applicants wait when so many cases are open: what is measured is injuries, not a backlog.
OPEN_AT_MOST = 80
PATIENCE_S, POLL_S = 300.0, 0.2

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long after the cause was gone everything that was due had been taken up again, and the pages answered."""

    injury: str
    at: float
    hurt_s: float
    seconds: float
    goal_s: float


@dataclass
class Figures:
    """What a rehearsal came to. `faults` is what the checker found; empty when all is right."""

    seed: int
    submissions: int = 0
    kills: int = 0
    seconds: float = 0.0
    closing_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    pressed_again: int = 0
    press_p95_s: float = 0.0

    def late(self) -> list[Recovery]:
        return [one for one in self.recoveries if one.seconds > one.goal_s]

    def count(self, *checks: str) -> int:
        return sum(fault.partition(":")[0] in checks for fault in self.faults)


def schedule(seed: int, submissions: int, kills: int, others: int) -> list[tuple[int, Injury]]:
    """After which submission which injury comes: so many kills and so many of the others, shuffled by the seed."""
    chance = Random(seed)
    deadly, mild = ([one for one in INJURIES if one.is_kill is kind] for kind in (True, False))
    chosen = _each_in_turn(deadly, kills, chance) + _each_in_turn(mild, others, chance)
    chance.shuffle(chosen)
    return spread(chosen, submissions)


def spread(chosen: Sequence[Injury], submissions: int) -> list[tuple[int, Injury]]:
    """Evenly over the submissions, the first not before some are on their way."""
    return [((at + 1) * submissions // (len(chosen) + 1), injury) for at, injury in enumerate(chosen)]


def named(*names: str) -> list[Injury]:
    return [BY_NAME[name] for name in names]


class Rehearsal:
    """Files, injures, waits and compares. Every step goes to the log as it happens."""

    def __init__(self, stack: TrialStack, people: Applicants, *, seed: int, log: Path, say: Say = print) -> None:
        self._stack, self._people, self._say = stack, people, say
        self._chance = Random(seed)
        self._log = log
        self._waiting: deque[Future[Pressed]] = deque()
        self._done: list[Pressed] = []
        self._open: list[str] = []
        self.figures = Figures(seed)

    def run(self, submissions: int, plan: Sequence[tuple[int, Injury]], until: float = float("inf")) -> Figures:
        """All of it; filing ends early where the time (monotonic) is over."""
        began, steps = time.monotonic(), deque(plan)
        for number in range(submissions):
            while steps and steps[0][0] <= number and time.monotonic() < until:
                self._injure(steps.popleft()[1])
            if time.monotonic() > until:
                break
            self._hand_in()
        self._collect(everything=True)
        self.figures.closing_s = self._wait_until_closed()
        self.figures.seconds = time.monotonic() - began
        self.figures.faults = all_faults(self._stack, self._people, self._done)
        self._count()
        return self.figures

    # -- filing -----------------------------------------------------------------------------------------------------
    def _hand_in(self) -> None:
        if not self._has_room():
            wait_for(self._has_room, PATIENCE_S, lambda: f"nothing moves\n{self._stack.what_it_said()}")
        self._waiting.append(self._people.file(FULL if self._chance.random() < FULL_SHARE else SMALL))

    def _has_room(self) -> bool:
        """One press waits for every hand at most, so that injuries come while those filed before are on their way."""
        self._collect()
        if len(self._open) >= OPEN_AT_MOST:
            time.sleep(POLL_S)
            self._open = self._stack.open_cases(self._open)
        return len(self._open) < OPEN_AT_MOST and len(self._waiting) < 2 * self._people.hands

    def _collect(self, *, everything: bool = False) -> None:
        ready = [one for one in self._waiting if everything or one.done()]
        for one in ready:
            self._waiting.remove(one)
            pressed = one.result()
            self._done.append(pressed)
            self._open.append(pressed.filed.case_id)
            self._write("pressed", asdict(pressed))

    def _wait_until_closed(self) -> float:
        began = time.monotonic()

        def all_closed() -> bool:
            time.sleep(POLL_S)
            self._open = self._stack.open_cases(self._open)
            return not self._open

        wait_for(all_closed, PATIENCE_S, lambda: f"{len(self._open)} still open\n{self._stack.what_it_said()}")
        return time.monotonic() - began

    # -- injuring ---------------------------------------------------------------------------------------------------
    def _injure(self, injury: Injury) -> None:
        due, hurt = self._stack.due_now(), time.monotonic()
        injury.inflict(self._stack, self._chance)
        healed = time.monotonic()
        wait_for(lambda: self._is_well(due), PATIENCE_S, lambda: f"{injury.name}\n{self._stack.what_it_said()}")
        seconds = time.monotonic() - healed
        recovery = Recovery(injury.name, time.time(), healed - hurt, seconds, injury.goal_s)
        self.figures.recoveries.append(recovery)
        self.figures.kills += injury.is_kill
        self._write("injury", asdict(recovery))
        self._say(
            f"{len(self._done):>6} filed · {injury.faults:<8} {injury.name:<32}"
            f"{len(due):>4} due, well after {seconds:5.1f} s"
        )

    def _is_well(self, due: dict[str, int]) -> bool:
        self._collect()
        return portal.answers(self._stack.port) and not self._stack.untouched(due)

    # -- figures ----------------------------------------------------------------------------------------------------
    def _count(self) -> None:
        took = sorted(one.seconds for one in self._done)
        self.figures.submissions = len(self._done)
        self.figures.answers = dict(self._people.answers.counted)
        self.figures.pressed_again = sum(one.tries > 1 for one in self._done)
        self.figures.press_p95_s = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else sum(took)
        self._write("figures", asdict(self.figures))

    def _write(self, kind: str, what: dict[str, Any]) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"kind": kind, **what}, ensure_ascii=False) + "\n")


def _each_in_turn(kinds: Sequence[Injury], count: int, chance: Random) -> list[Injury]:
    """So many of them, each kind as often as every other."""
    return list(_turns(kinds, count, chance))


def _turns(kinds: Sequence[Injury], count: int, chance: Random) -> Iterator[Injury]:
    while count > 0:
        yield from chance.sample(kinds, min(count, len(kinds)))
        count -= len(kinds)


LOST = ("lost_case", "lost_dispatch", "wrong_end", "wrong_items", "callback_lost", "wrong_result", "wrong_decision")
DOUBLED = ("duplicate_effect", "unexpected_case", "unexpected_application", "told_twice", "changed_bytes")
SHOWN_FAULTS = 50


def lines_of(figures: Figures) -> Iterator[str]:
    """What a person reads at the end: recoveries by kind, answers, faults, and the sum in one line."""
    times: dict[str, list[float]] = {}
    for one in figures.recoveries:
        times.setdefault(one.injury, []).append(one.seconds)
    yield f"{'injury':<34}{'times':>6}{'p50 s':>8}{'max s':>8}"
    for name, seconds in sorted(times.items()):
        yield f"{name:<34}{len(seconds):>6}{statistics.median(seconds):>8.1f}{max(seconds):>8.1f}"
    yield f"answers to applicants {figures.answers}, pressed again {figures.pressed_again}"
    yield f"press p95 {figures.press_p95_s:.2f} s, all closed {figures.closing_s:.1f} s after the last press"
    yield from (f"  ✗ {fault}" for fault in figures.faults[:SHOWN_FAULTS])
    yield (
        f"seed {figures.seed}, {figures.seconds:.0f} s: {figures.submissions} submissions, {figures.kills} kills, "
        f"{figures.count(*LOST)} lost, {figures.count(*DOUBLED)} doubled, {figures.count('silent')} silent, "
        f"{len(figures.faults)} faults, {len(figures.late())} late recoveries"
    )
