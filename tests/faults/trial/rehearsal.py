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
from threading import Lock
from typing import Any

from devtools import portal
from tests.factories.waiting import wait_for
from tests.faults.checker import Filed
from tests.faults.trial.applicants import FULL, SMALL, Applicants, Pressed
from tests.faults.trial.injuries import BY_NAME, INJURIES, Injury
from tests.faults.trial.stack import TrialStack
from tests.faults.trial.views import all_faults

FULL_SHARE = 0.1
# Applicants wait when so many cases are open: what is measured is injuries, not a backlog.
OPEN_AT_MOST = 80
PATIENCE_S, POLL_S = 300.0, 0.2

Say = Callable[[str], None]


@dataclass
class Recovery:
    """What came after an injury, in seconds since its cause was gone: pages answered, all that was due was taken up.

    `disturbed`: another injury came before the second; then only the first is measured.
    """

    injury: str
    at: float
    hurt_s: float
    answers_goal_s: float
    taken_up_goal_s: float
    answers_s: float = -1.0
    taken_up_s: float = -1.0
    disturbed: bool = False

    def is_late(self) -> bool:
        slow = self.taken_up_s > self.taken_up_goal_s and not self.disturbed
        return slow or self.answers_s > self.answers_goal_s


@dataclass
class Watch:
    """An injury whose traces are not yet gone."""

    injury: Injury
    due: dict[str, int]
    healed: float
    recovery: Recovery


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
        return [one for one in self.recoveries if one.is_late()]

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
        self._log, self._writing = log, Lock()
        self._injured = 0
        people.before_press = lambda what: self._write("pressing", {**what})
        self._waiting: deque[Future[Pressed]] = deque()
        self._done: list[Pressed] = []
        self._open: list[str] = []
        self._watches: list[Watch] = []
        self.figures = Figures(seed)

    def go_on(self) -> None:
        """Take up what the log of an earlier run tells; a press that it began and did not end is made again."""
        self._people.since = 0.0
        told = [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]
        self._done = [_pressed(entry) for entry in told if entry["kind"] == "pressed"]
        self._open = [one.filed.case_id for one in self._done]
        ended = {case_id for case_id in self._open}
        for entry in (entry for entry in told if entry["kind"] == "pressing" and entry["draft"] not in ended):
            draft = {"id": entry["draft"], "items": entry["items"]}
            self._take(self._people.press(draft, entry["number"], entry["key"]))
        injuries = [entry for entry in told if entry["kind"] == "injury"]
        self._injured = len(injuries)
        self.figures.recoveries = [Recovery(**_without_kind(entry)) for entry in injuries]
        self.figures.kills = sum(BY_NAME[entry["injury"]].is_kill for entry in injuries)

    def run(self, submissions: int, plan: Sequence[tuple[int, Injury]], until: float = float("inf")) -> Figures:
        """All of it; filing and injuring end early where the time (monotonic) is over."""
        began, steps, number = time.monotonic(), deque(plan[self._injured :]), len(self._done)
        while (number < submissions or steps) and time.monotonic() < until:
            self._look_after()
            if steps and steps[0][0] <= number and self._may_injure():
                self._injure(steps.popleft()[1])
            elif number < submissions and self._has_room():
                self._waiting.append(self._people.file(FULL if self._chance.random() < FULL_SHARE else SMALL))
                number += 1
            else:
                time.sleep(POLL_S)
        self._collect(everything=True)
        self.figures.closing_s = self._wait_until_closed()
        self.figures.seconds = time.monotonic() - began
        self.figures.faults = all_faults(self._stack, self._people, self._done)
        self._count()
        return self.figures

    # -- filing -----------------------------------------------------------------------------------------------------
    def _has_room(self) -> bool:
        """As many presses wait as there are hands, so that injuries come while those filed before are on their way."""
        self._collect()
        if len(self._open) >= OPEN_AT_MOST:
            self._open = self._stack.open_cases(self._open)
        return len(self._open) < OPEN_AT_MOST and len(self._waiting) < 2 * self._people.hands

    def _collect(self, *, everything: bool = False) -> None:
        for one in [one for one in self._waiting if everything or one.done()]:
            self._waiting.remove(one)
            self._take(one.result())

    def _take(self, pressed: Pressed) -> None:
        self._done.append(pressed)
        self._open.append(pressed.filed.case_id)
        self._write("pressed", asdict(pressed))

    def _wait_until_closed(self) -> float:
        began = time.monotonic()

        def all_closed() -> bool:
            time.sleep(POLL_S)
            self._look_after()
            self._open = self._stack.open_cases(self._open)
            return not self._open and not self._watches

        wait_for(all_closed, PATIENCE_S, lambda: f"{len(self._open)} still open\n{self._stack.what_it_said()}")
        return time.monotonic() - began

    # -- injuring ---------------------------------------------------------------------------------------------------
    def _may_injure(self) -> bool:
        """Pages answer again, and whatever must be measured to its end has been."""
        return not any(watch.injury.is_awaited or watch.recovery.answers_s < 0 for watch in self._watches)

    def _injure(self, injury: Injury) -> None:
        for watch in self._watches:
            watch.recovery.disturbed = True
        due, hurt = self._stack.due_now(), time.monotonic()
        injury.inflict(self._stack, self._chance)
        healed = time.monotonic()
        recovery = Recovery(injury.name, time.time(), healed - hurt, injury.answers_goal_s, injury.taken_up_goal_s)
        self._watches.append(Watch(injury, due, healed, recovery))
        self.figures.kills += injury.is_kill

    def _look_after(self) -> None:
        """Note for every injury what is well again."""
        if not self._watches:
            return
        answers = portal.answers(self._stack.port)
        for watch in list(self._watches):
            since, found = time.monotonic() - watch.healed, watch.recovery
            if answers and found.answers_s < 0:
                found.answers_s = since
            if found.answers_s >= 0 and not self._stack.untouched(watch.due):
                found.taken_up_s = since
                self._watches.remove(watch)
                self._note(watch)
            assert since < PATIENCE_S, f"{watch.injury.name}\n{self._stack.what_it_said()}"

    def _note(self, watch: Watch) -> None:
        found = watch.recovery
        self.figures.recoveries.append(found)
        self._write("injury", asdict(found))
        self._say(
            f"{len(self._done):>6} filed · {watch.injury.faults:<8} {watch.injury.name:<30} answers after "
            f"{found.answers_s:5.1f} s, {len(watch.due):>3} due taken up after {found.taken_up_s:5.1f} s"
        )

    # -- figures ----------------------------------------------------------------------------------------------------
    def _count(self) -> None:
        took = sorted(one.seconds for one in self._done)
        self.figures.submissions = len(self._done)
        self.figures.answers = dict(self._people.answers.counted)
        self.figures.pressed_again = sum(one.tries > 1 for one in self._done)
        self.figures.press_p95_s = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else sum(took)
        self._write("figures", asdict(self.figures))

    def _write(self, kind: str, what: dict[str, Any]) -> None:
        with self._writing, self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps({"kind": kind, **what}, ensure_ascii=False) + "\n")


def _pressed(entry: dict[str, Any]) -> Pressed:
    told = _without_kind(entry)
    filed = told.pop("filed")
    return Pressed(Filed(**{**filed, "items": tuple(filed["items"])}), **told)


def _without_kind(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "kind"}


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
    kinds: dict[str, list[Recovery]] = {}
    for one in figures.recoveries:
        kinds.setdefault(one.injury, []).append(one)
    yield f"{'injury':<32}{'times':>6}   answers p50, max s   taken up p50, max s"
    for name, found in sorted(kinds.items()):
        answers = [one.answers_s for one in found]
        taken = [one.taken_up_s for one in found if not one.disturbed] or [0.0]
        yield (
            f"{name:<32}{len(found):>6}   {statistics.median(answers):>7.1f} {max(answers):>7.1f}"
            f"{statistics.median(taken):>14.1f} {max(taken):>7.1f}"
        )
    yield f"answers to applicants {figures.answers}, pressed again {figures.pressed_again}"
    yield f"press p95 {figures.press_p95_s:.2f} s, all closed {figures.closing_s:.1f} s after the last press"
    yield from (f"  ✗ {fault}" for fault in figures.faults[:SHOWN_FAULTS])
    yield (
        f"seed {figures.seed}, {figures.seconds:.0f} s: {figures.submissions} submissions, {figures.kills} kills, "
        f"{figures.count(*LOST)} lost, {figures.count(*DOUBLED)} doubled, {figures.count('silent')} silent, "
        f"{len(figures.faults)} faults, {len(figures.late())} late recoveries"
    )
