"""What an evaluation asks its surroundings for, and the record of what it read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bundles.rules.parse import Expression
from bundles.rules.values import UNKNOWN


class Scope(Protocol):
    """The case, or one row of a repeated group, as the rule language sees it."""

    def name(self, name: str) -> object:
        """The value of a field, a question or a variable; UNKNOWN where the applicant has not answered."""
        ...

    def fact(self, path: str) -> object:
        """What a register says: None where it has no record, UNKNOWN where it cannot be asked now."""
        ...

    def result(self, path: str) -> object:
        """A field of an item's result, as "ITEM.field"; UNKNOWN until it is there."""
        ...

    def rows(self, group: str) -> Sequence[Scope]:
        """One scope per row; a name that is no field of the row is the case's."""
        ...

    def column(self, path: str) -> Sequence[object]:
        """One field of all rows, as "group.field"."""
        ...

    def selected(self, item: str) -> bool:
        """Whether the item is part of this case."""
        ...

    def paid(self, item: str) -> object:
        """Whether the item's fee is paid."""
        ...

    def points(self, *args: object) -> object:
        """The score of the points table."""
        ...

    def valid(self, validator: str, value: object) -> object:
        """Whether a value passes a validator of the code lists."""
        ...

    def now(self) -> datetime:
        """The moment of judgement, aware."""
        ...


@runtime_checkable
class VariableScope(Protocol):
    """A scope that leaves its variables to the evaluator.

    Then a variable keeps the cause of not being known: `level == None` stays unknown while the register behind
    `level` is down, and a variable that refers to itself is found. A scope that evaluates its variables in `name`
    must not return UNKNOWN for a register that is down, if the variable is ever compared with None.
    """

    def variable(self, name: str) -> Expression | None:
        """The expression of a variable; None for every other name and for variables with a plain value."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One value that an evaluation read.

    `kind` is name, variable, fact, result, rows, column, selected, paid, points, valid or now. `row` says where:
    "" for the case, "vehicles.2" for the third row of that group.
    """

    kind: str
    key: str
    value: object
    row: str = ""

    @property
    def path(self) -> str:
        """The field path of a name, as answers use it: "vehicles.2.plate"."""
        return f"{self.row}.{self.key}" if self.row else self.key


def unanswered(readings: Sequence[Reading]) -> tuple[str, ...]:
    """The paths of fields that the evaluation found without an answer, each once, in the order met."""
    return tuple(dict.fromkeys(path for reading in readings for path in _gaps(reading)))


def _gaps(reading: Reading) -> list[str]:
    if reading.kind == "name":
        return [reading.path] if reading.value is UNKNOWN else []
    if reading.kind != "column" or not isinstance(reading.value, list):
        return []
    group, _, column = reading.path.rpartition(".")
    return [f"{group}.{n}.{column}" for n, value in enumerate(reading.value) if value is UNKNOWN]
