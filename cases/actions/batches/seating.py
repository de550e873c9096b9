"""Who gets which seat (派位): pure, from frozen entries, capacities and a seed; the same input gives the same seats.

Groups are served in their order; in a group more points come first, then the tie-breaks, then the lot. Each person in
turn gets the first of the own choices that has a seat left. Whoever takes any seat is served last, in the same order,
from what nobody chose: so nobody loses a chosen seat to somebody behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

ADJUSTED = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One filing. `ties` are ordered as the table names them, more first; None is not known and comes last."""

    key: str
    group: str
    points: Decimal | None
    ties: tuple[Decimal | None, ...]
    choices: tuple[str, ...]
    adjusts: bool = False


@dataclass(frozen=True, slots=True)
class Seating:
    """What one filing got. `number` is which of its choices (1 the first), ADJUSTED for a seat left over, else None."""

    key: str
    group: str
    rank: int
    choice: str
    number: int | None


def ranked(entries: Iterable[Entry], groups: Sequence[str], seed: str) -> list[Entry]:
    """All entries in the order in which they are served."""
    order = {group: number for number, group in enumerate(groups)}
    return sorted(entries, key=lambda entry: (order[entry.group], *_standing(entry), lot(entry.key, seed)))


def _standing(entry: Entry) -> tuple[tuple[int, Decimal], ...]:
    return tuple((1, Decimal(0)) if value is None else (0, -value) for value in (entry.points, *entry.ties))


def lot(key: str, seed: str) -> str:
    """The lot of an entry: follows from the seed alone, and nobody can choose it."""
    return sha256(f"{seed}|{key}".encode()).hexdigest()


def seat_all(
    entries: Iterable[Entry], groups: Sequence[str], capacities: Mapping[str, int], seed: str
) -> list[Seating]:
    """Give out the seats; one line per entry in the order served, with its rank inside the group from 1."""
    left = dict(capacities)
    served = ranked(entries, groups, seed)
    given: dict[str, tuple[str, int]] = {}
    for entry in served:
        chosen = next((n for n, choice in enumerate(entry.choices, 1) if left.get(choice, 0) > 0), None)
        if chosen is not None:
            _take(left, entry.choices[chosen - 1])
            given[entry.key] = entry.choices[chosen - 1], chosen
    for entry in served:
        spare = next((choice for choice in sorted(left) if left[choice] > 0), None)
        if entry.key not in given and entry.adjusts and spare is not None:
            _take(left, spare)
            given[entry.key] = spare, ADJUSTED
    return _lines(served, given)


def _take(left: dict[str, int], choice: str) -> None:
    left[choice] -= 1


def _lines(served: Sequence[Entry], given: Mapping[str, tuple[str, int]]) -> list[Seating]:
    ranks: dict[str, int] = {}
    lines = []
    for entry in served:
        ranks[entry.group] = ranks.get(entry.group, 0) + 1
        choice, number = given.get(entry.key, ("", None))
        lines.append(Seating(entry.key, entry.group, ranks[entry.group], choice, number))
    return lines
