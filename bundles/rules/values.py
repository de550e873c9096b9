"""The values an expression works with, and the third truth value beside true and false.

Numbers are whole numbers or decimals, never binary fractions: 0.1 + 0.2 is 0.3, and a share of 33.33 % adds up.
Text is never taken for a number, nor a number for a truth: a mix of kinds is unknown, because a register that
answers 1 where the rule expects "1" must not cost anybody anything.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from enum import Enum
from typing import Final

from bundles.rules.moments import local

MAX_NUMBER: Final = 10**18
MAX_TEXT: Final = 10_000
MAX_LIST: Final = 10_000
COLLECTIONS: Final = (list, tuple, set, frozenset)
ARITHMETIC: Final = Context(prec=40, traps=[InvalidOperation, DivisionByZero, Overflow])


class Unknown(Enum):
    """The ways of not knowing. People outside this package meet UNKNOWN only.

    UNANSWERED is an applicant's field without an answer: it can be asked whether it is there (`x == None` is
    true). UNKNOWN is everything else that cannot be told, a register that is down above all: `== None` stays
    unknown there, because an outage is not "no record".
    """

    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"

    def __bool__(self) -> bool:
        raise TypeError("unknown is neither true nor false: compare with `is UNKNOWN`")

    def __repr__(self) -> str:
        return self.name


UNKNOWN: Final = Unknown.UNKNOWN
UNANSWERED: Final = Unknown.UNANSWERED

Truth = bool | Unknown


def is_open(value: object) -> bool:
    """Nothing can be computed with it: no record, unanswered or unavailable."""
    return value is None or isinstance(value, Unknown)


def is_number(value: object) -> bool:
    """A whole number or a decimal; truth values are not numbers."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def truth(value: object) -> Truth:
    """True, false or UNKNOWN of a value that stands as a condition; whatever is not a truth value is unknown."""
    return value if isinstance(value, bool) else UNKNOWN


def all_true(values: Iterable[object]) -> Truth:
    """Kleene's `and`; reads no further than the first false."""
    result: Truth = True
    for value in values:
        known = truth(value)
        if known is False:
            return False
        if known is UNKNOWN:
            result = UNKNOWN
    return result


def any_true(values: Iterable[object]) -> Truth:
    """Kleene's `or`; reads no further than the first true."""
    result: Truth = False
    for value in values:
        known = truth(value)
        if known is True:
            return True
        if known is UNKNOWN:
            result = UNKNOWN
    return result


def negated(value: object) -> Truth:
    """Kleene's `not`."""
    known = truth(value)
    return UNKNOWN if isinstance(known, Unknown) else not known


def bounded(value: int | Decimal) -> object:
    """The number, or UNKNOWN where it is no finite number of reasonable size."""
    if isinstance(value, Decimal) and not value.is_finite():
        return UNKNOWN
    return value if -MAX_NUMBER <= value <= MAX_NUMBER else UNKNOWN


def taken_in(value: object) -> object:
    """A value from outside as the language holds it: decimals, aware times, lists, nothing oversized."""
    if value is None or isinstance(value, (bool, Unknown)):
        return value
    if isinstance(value, float):
        return bounded(Decimal(repr(value))) if math.isfinite(value) else UNKNOWN
    if isinstance(value, (int, Decimal)):
        return bounded(value)
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else UNKNOWN
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _entries(value)
    return value


def _entries(values: Collection[object]) -> object:
    """The entries of a list from outside; a list within a list is nothing the language knows."""
    if len(values) > MAX_LIST:
        return UNKNOWN
    return [UNKNOWN if isinstance(entry, COLLECTIONS) else taken_in(entry) for entry in values]


def given_out(value: object) -> object:
    """A result as callers see it: one UNKNOWN, whatever its cause."""
    return UNKNOWN if isinstance(value, Unknown) else value


def is_date(value: object) -> bool:
    """A date or a date with time."""
    return isinstance(value, date)
