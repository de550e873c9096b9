"""The functions of the rule language.

Unless said otherwise a function of an open argument (no record, unanswered, unavailable) is unknown, and so is
one whose argument is of the wrong kind: functions may raise ValueError, TypeError or ArithmeticError for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Protocol

from bundles.rules import moments
from bundles.rules.compare import all_different, contains, extreme
from bundles.rules.values import ARITHMETIC, UNKNOWN, any_true, bounded, is_number, is_open

MAX_PLACES: Final = 10


class Surroundings(Protocol):
    """What functions need from the evaluation that calls them."""

    def fact(self, path: str) -> object: ...
    def result(self, path: str) -> object: ...
    def count(self, group: str) -> int: ...
    def column(self, path: str) -> list[object]: ...
    def selected(self, item: str) -> object: ...
    def paid(self, item: str) -> object: ...
    def points(self, arguments: Sequence[object]) -> object: ...
    def valid(self, validator: str, value: object) -> object: ...
    def now(self) -> datetime: ...
    def today(self) -> date: ...
    def spend(self, steps: int = 1) -> None: ...


Body = Callable[[Surroundings, list[object]], object]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, and what its first one names, if it must be a text in quotes."""

    least: int
    most: int
    body: Body
    names: str = ""  # path | result | item | group | column | validator


def _number(value: object) -> int | Decimal:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    raise TypeError("not a number")


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("not a text")


def _entries(value: object) -> list[object]:
    """The chosen values of a multiple choice; a single text is one choice."""
    if isinstance(value, list):
        return value
    return [_text(value)]


def _date(at: Surroundings, arguments: list[object]) -> object:
    if len(arguments) == 1:
        return moments.day_of(moments.stated(arguments[0]))
    year, month, day = map(_whole, arguments)
    return date(year, month, day)


def _round(at: Surroundings, arguments: list[object]) -> object:
    number = _number(arguments[0])
    places = _whole(arguments[1]) if len(arguments) > 1 else 0
    if not 0 <= places <= MAX_PLACES:
        raise ValueError("places out of range")
    if isinstance(number, int):
        return number
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=ARITHMETIC)
    return rounded if len(arguments) > 1 else int(rounded)


def _size(at: Surroundings, arguments: list[object]) -> object:
    value = arguments[0]
    return len(value) if isinstance(value, (str, list)) else UNKNOWN


def _total(at: Surroundings, arguments: list[object]) -> object:
    values = at.column(_text(arguments[0]))
    if not all(map(is_number, values)):
        return UNKNOWN
    return bounded(sum(map(_number, values)))


def _has(at: Surroundings, arguments: list[object]) -> object:
    chosen = _entries(arguments[0])
    at.spend(len(chosen))
    return contains(chosen, arguments[1])


def _intersects(at: Surroundings, arguments: list[object]) -> object:
    first, second = _entries(arguments[0]), _entries(arguments[1])
    at.spend(len(first) * len(second))
    return any_true(contains(second, entry) for entry in first)


def _valid(at: Surroundings, arguments: list[object]) -> object:
    return at.valid(_text(arguments[0]), arguments[1])


def _span(measure: Callable[[date, date], object]) -> Body:
    return lambda at, arguments: measure(*map(moments.stated, arguments))


def _named(read: Callable[[Surroundings, str], object]) -> Body:
    return lambda at, arguments: read(at, _text(arguments[0]))


FUNCTIONS: Final[Mapping[str, Function]] = {
    # dates
    "today": Function(0, 0, lambda at, _: at.today()),
    "now": Function(0, 0, lambda at, _: at.now()),
    "date": Function(1, 3, _date),
    "age": Function(1, 1, lambda at, a: moments.age(a[0], at.today())),
    "days": Function(2, 2, _span(moments.days_between)),
    "hours": Function(2, 2, _span(moments.hours_between)),
    "months": Function(2, 2, _span(moments.months_between)),
    "years": Function(2, 2, _span(moments.years_between)),
    "month_of": Function(1, 1, lambda at, a: moments.stated(a[0]).month),
    "add_days": Function(2, 2, lambda at, a: moments.add_days(moments.stated(a[0]), _number(a[1]))),
    "add_months": Function(2, 2, lambda at, a: moments.add_months(moments.stated(a[0]), _whole(a[1]))),
    # numbers
    "round": Function(1, 2, _round),
    "min": Function(1, 50, lambda at, a: extreme(a, "<")),
    "max": Function(1, 50, lambda at, a: extreme(a, ">")),
    "abs": Function(1, 1, lambda at, a: abs(_number(a[0]))),
    # texts and choices
    "size": Function(1, 1, _size),
    "has": Function(2, 2, _has),
    "intersects": Function(2, 2, _intersects),
    "valid": Function(2, 2, _valid, "validator"),
    # repeated groups; any_row and all_rows are judged row by row, not called
    "count": Function(1, 1, _named(lambda at, group: at.count(group)), "group"),
    "total": Function(1, 1, _total, "column"),
    "distinct": Function(1, 1, _named(lambda at, path: all_different(at.column(path))), "column"),
    "any_row": Function(2, 2, lambda at, a: UNKNOWN, "group"),
    "all_rows": Function(2, 2, lambda at, a: UNKNOWN, "group"),
    # the case and what departments know
    "fact": Function(1, 1, _named(lambda at, path: at.fact(path)), "path"),
    "result": Function(1, 1, _named(lambda at, path: at.result(path)), "result"),
    "selected": Function(1, 1, _named(lambda at, item: at.selected(item)), "item"),
    "paid": Function(1, 1, _named(lambda at, item: at.paid(item)), "item"),
    "points": Function(0, 4, lambda at, a: at.points(a)),
}
ROW_TESTS: Final = frozenset({"any_row", "all_rows"})


def call(function: str, at: Surroundings, arguments: list[object]) -> object:
    """Apply a function. Whatever cannot be computed is UNKNOWN."""
    rule = FUNCTIONS[function]
    if not rule.least <= len(arguments) <= rule.most or any(map(is_open, arguments)):
        return UNKNOWN
    try:
        return rule.body(at, arguments)
    except (ValueError, TypeError, ArithmeticError):
        return UNKNOWN
