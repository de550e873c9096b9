"""Equality and order between values of one kind; between kinds, or with an open value, the answer is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

from bundles.rules.moments import comparable, moment_of
from bundles.rules.values import UNKNOWN, Truth, all_true, any_true, is_date, is_number, is_open

ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def equal(a: object, b: object) -> Truth:
    """Whether two values are the same; dates and times by the rule of the language, lists entry by entry."""
    if is_open(a) or is_open(b):
        return UNKNOWN
    moments = _moments(a, b)
    if moments is not None:
        return moments[0] == moments[1]
    if isinstance(a, list) and isinstance(b, list):
        return all_true(map(equal, a, b)) if len(a) == len(b) else False
    return bool(a == b) if _same_kind(a, b) else UNKNOWN


def ordered(sign: str, a: object, b: object) -> Truth:
    """Whether a < b (or the sign given). Numbers and dates have an order; texts and truth values have none."""
    if is_open(a) or is_open(b):
        return UNKNOWN
    pair: tuple[Any, Any] | None = (a, b) if is_number(a) and is_number(b) else _moments(a, b)
    return UNKNOWN if pair is None else ORDERS[sign](*pair)


def contains(container: object, value: object) -> Truth:
    """Whether a list has the value as an entry, or a text has it as a part."""
    if is_open(container) or is_open(value):
        return UNKNOWN
    if isinstance(container, list):
        return any_true(equal(value, entry) for entry in container)
    if isinstance(container, str) and isinstance(value, str):
        return value in container
    return UNKNOWN


def all_different(values: list[object]) -> Truth:
    """Whether no two of the values are the same. False as soon as two known ones are; unknown if any is open."""
    keys = [_key(value) for value in values]
    known = [key for key in keys if key is not None]
    if len(set(known)) < len(known):
        return False
    if len(values) < 2:
        return True
    return UNKNOWN if len(known) < len(values) or len({kind for kind, _ in known}) > 1 else True


def extreme(values: list[object], sign: str) -> object:
    """The value that is `sign` (< or >) every other; UNKNOWN unless all are numbers or all are dates."""
    if all(map(is_number, values)):
        chosen: Any = values[0]
        candidates: list[Any] = values[1:]
    else:
        moments = [moment_of(value) for value in values]
        if None in moments:
            return UNKNOWN
        chosen, candidates = moments[0], moments[1:]
    for candidate in candidates:
        if ordered(sign, candidate, chosen) is True:
            chosen = candidate
    return chosen


def _key(value: object) -> tuple[str, Hashable] | None:
    """What makes a value the same as another, after its kind; None where that cannot be told."""
    if is_number(value):
        return "number", cast("int | Decimal", value)
    if isinstance(value, datetime):
        return "time", value.replace(microsecond=0)
    for kind in (bool, date, str):
        if isinstance(value, kind):
            return kind.__name__, value
    return None


def _moments(a: object, b: object) -> tuple[date, date] | None:
    """Both values as comparable moments, if one is a date and the other states one, or both are ISO texts."""
    if not (is_date(a) or isinstance(a, str)) or not (is_date(b) or isinstance(b, str)):
        return None
    first, second = moment_of(a), moment_of(b)
    return None if first is None or second is None else comparable(first, second)


def _same_kind(a: object, b: object) -> bool:
    if is_number(a) or is_number(b):
        return is_number(a) and is_number(b)
    return any(isinstance(a, kind) and isinstance(b, kind) for kind in (bool, str))
