"""Reading from a scope within bounds: every value is counted, normalised, kept and, if asked, recorded."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from bundles.rules.moments import local
from bundles.rules.parse import Expression
from bundles.rules.scope import Reading, Scope
from bundles.rules.values import COLLECTIONS, MAX_LIST, UNANSWERED, UNKNOWN, given_out, taken_in

MAX_STEPS: Final = 100_000
FREE_STEPS: Final = 5_000
MAX_NESTING: Final = 12
MAX_CPU_S: Final = 0.05
MAX_WALL_S: Final = 1.0
_LOOK_EVERY: Final = 256

log = logging.getLogger(__name__)


def place_of(error: Exception) -> str:
    """The kind of an error and where it was raised; its message may hold personal values and stays out of logs."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return " ".join([type(error).__name__, *(f"at {frame.filename}:{frame.lineno}" for frame in frames)])


class BoundsError(Exception):
    """An evaluation has used up its steps, its time or its nesting."""


@dataclass(slots=True)
class Bounds:
    """What one evaluation may use, evaluations that its scope starts on the way included.

    Steps are the bound that decides, so that the same text in the same case ends the same way. The 50 ms are the
    thread's own time and count from the 5,000th step on: a busy machine or a collection of garbage must not send
    an application to a person. The wall clock ends an evaluation whose scope waits for something.
    """

    steps: int = MAX_STEPS
    nesting: int = MAX_NESTING
    cpu_until: float = field(default_factory=lambda: time.thread_time() + MAX_CPU_S)
    wall_until: float = field(default_factory=lambda: time.monotonic() + MAX_WALL_S)
    look_at: int = MAX_STEPS - _LOOK_EVERY

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises BoundsError when a bound is reached."""
        self.steps -= steps
        if self.steps < self.look_at:
            self.look()

    def look(self) -> None:
        """Look at the clocks and the steps now. Raises BoundsError when a bound is reached."""
        self.look_at = self.steps - _LOOK_EVERY
        if self.steps < 0 or time.monotonic() > self.wall_until:
            raise BoundsError
        if self.steps < MAX_STEPS - FREE_STEPS and time.thread_time() > self.cpu_until:
            raise BoundsError

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One evaluation inside another. Raises BoundsError where they are too many."""
        if self.nesting <= 0:
            raise BoundsError
        self.nesting -= 1
        try:
            yield
        finally:
            self.nesting += 1


@dataclass(slots=True)
class Reader:
    """A scope as one evaluation reads it, each value once. `row` is the path of the row that the scope is."""

    scope: Scope
    bounds: Bounds
    trace: list[Reading] | None = None
    row: str = ""
    case: Reader | None = None
    kept: dict[tuple[str, str, str], object] = field(default_factory=dict)

    def name(self, name: str) -> object:
        """The value of a name that is no variable; what is not known here has not been answered."""
        value = self._read("name", name, lambda: self.scope.name(name))
        return UNANSWERED if value is UNKNOWN else value

    def definition(self, name: str) -> Expression | None:
        """The expression behind a variable, where the scope leaves it to us."""
        variable: Callable[[str], Expression | None] | None = getattr(self.scope, "variable", None)
        return variable(name) if variable else None

    def variable(self, name: str, compute: Callable[[], object]) -> object:
        """The value of a variable; one that needs itself is unknown."""
        place = ("variable", name, "")
        if place not in self.kept:
            self.kept[place] = UNKNOWN
            with self.bounds.nested():
                self.kept[place] = compute()
            self._record("variable", name, self.kept[place])
        return self.kept[place]

    def fact(self, path: str) -> object:
        """A register's word; "result:ITEM.field" is an upstream result."""
        if path.startswith("result:"):
            return self.result(path.removeprefix("result:"))
        return self._read("fact", path, lambda: self.scope.fact(path))

    def result(self, path: str) -> object:
        """A field of an upstream result."""
        return self._read("result", path, lambda: self.scope.result(path))

    def count(self, group: str) -> int:
        """The number of rows of a group."""
        return len(self._rows(group))

    def rows(self, group: str) -> Iterator[Reader]:
        """One reader per row of a group."""
        case, path = self.case or self, self._path_of(group)
        for number, row in enumerate(self._rows(group)):
            yield Reader(row, self.bounds, self.trace, f"{path}.{number}", case)

    def _rows(self, group: str) -> Sequence[Scope]:
        scopes = self.scope.rows(group)
        self.spend(len(scopes))
        self._record("rows", group, len(scopes))
        return scopes

    def column(self, path: str) -> list[object]:
        """One field of all rows; no rows at all where it cannot be read would be a lie, so that ends it."""
        values = self._read("column", path, lambda: list(self.scope.column(path)))
        if isinstance(values, list):
            return values
        raise BoundsError

    def selected(self, item: str) -> object:
        """Whether an item is part of the case."""
        return self._read("selected", item, lambda: self.scope.selected(item))

    def paid(self, item: str) -> object:
        """Whether an item's fee is paid."""
        return self._read("paid", item, lambda: self.scope.paid(item))

    def points(self, arguments: Sequence[object]) -> object:
        """The score of the points table."""
        return self._read("points", "", lambda: self.scope.points(*arguments), of=repr(arguments))

    def valid(self, validator: str, value: object) -> object:
        """Whether a value passes a validator."""
        return self._read("valid", validator, lambda: self.scope.valid(validator, value), of=repr(value))

    def now(self) -> datetime:
        """The moment of judgement, the same in every row. Raises TypeError where the scope has none."""
        if self.case:
            return self.case.now()
        moment = self._read("now", "", self.scope.now)
        if isinstance(moment, datetime):
            return moment
        raise TypeError("no moment of judgement")

    def today(self) -> date:
        """The day of judgement."""
        return local(self.now()).date()

    def spend(self, steps: int = 1) -> None:
        """Count work against the bounds."""
        self.bounds.spend(steps)

    def _path_of(self, group: str) -> str:
        return f"{self.row}.{group}" if self.row else group

    def _read(self, kind: str, key: str, ask: Callable[[], object], of: str = "") -> object:
        """Ask the scope once (for the values `of` the question); a scope that fails is one that does not know."""
        place = (kind, key, of)
        if place not in self.kept:
            self.kept[place] = self._asked(kind, ask)
            self._record(kind, key, self.kept[place])
        return self.kept[place]

    def _asked(self, kind: str, ask: Callable[[], object]) -> object:
        try:
            value = ask()
        except Exception as error:
            log.warning("rule scope failed when asked for a %s: %s", kind, place_of(error))
            value = UNKNOWN
        self.bounds.look()
        if isinstance(value, COLLECTIONS):
            self.spend(min(len(value), MAX_LIST))
        return taken_in(value)

    def _record(self, kind: str, key: str, value: object) -> None:
        if self.trace is not None:
            self.trace.append(Reading(kind, key, given_out(value), self.row))
