"""Everything a walk needs around it: departments, door, clock, people, a fresh copy of the database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from portal.seed_check.clock import RunningClock, running_ahead
from portal.seed_check.departments import Departments
from portal.seed_check.door import Door
from portal.seed_check.people import People
from portal.seed_check.scratch import Scratch, scratch_settings

MOST_ROUNDS = 40


@dataclass
class World:
    """One city in which scenarios are walked through, each in a fresh copy."""

    departments: Departments
    clock: RunningClock
    people: People
    scratch: Scratch

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """As on the first day: nothing filed anywhere, departments as usual, the clock at the present time."""
        self.clock.reset()
        self.departments.tell("reset", records=True)
        self.departments.tell("clock", ahead_s=0)
        with self.scratch.copy():
            yield

    def go_on(self) -> None:
        """Carry out everything that can happen at this moment, at the portal and at the departments."""
        for _ in range(MOST_ROUNDS):
            steps = dispatch.pump()
            self.departments.tell("quiet", timeout_s=15)
            if not steps and not sweep():
                return

    def advance(self, to: datetime) -> None:
        """Let everybody live at a later moment."""
        self.clock.advance(to=to)
        self.departments.tell("clock", ahead_s=self.clock.ahead.total_seconds())


@contextmanager
def world(*also: Path, prepared: str = "") -> Iterator[World]:
    """Build a city with the shipped definitions and further bundle files; nothing of it is left afterwards.

    `prepared` names a database that has both already.
    """
    with tempfile.TemporaryDirectory(prefix="seed-check-") as name, running_ahead() as clock:
        folder = Path(name)
        library = _library(folder, also)
        door, departments, scratch = Door(), Departments(folder, library), Scratch()
        try:
            with scratch_settings(folder, door=door.url, departments=departments.url):
                if prepared:
                    scratch.take_over(prepared)
                else:
                    scratch.prepare(*also)
                scratch.connect_departments()
                yield World(departments, clock, People(departments.ask("people")), scratch)
        finally:
            departments.stop()
            door.close()
            scratch.remove()


def _library(folder: Path, also: tuple[Path, ...]) -> Path:
    """The definitions the departments work by: those shipped, and what is checked beside them."""
    shipped: Path = settings.DOMAIN_LIBRARY
    if not also:
        return shipped
    library = folder / "library"
    (library / "bundles").mkdir(parents=True)
    for path in [*shipped.glob("*.yaml"), *(shipped / "bundles").glob("*.yaml")]:
        (library / path.relative_to(shipped)).symlink_to(path)
    for path in also:
        (library / "bundles" / f"zz_{path.name}").symlink_to(path.resolve())
    return library
