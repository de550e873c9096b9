"""Regular expressions written by administrators: compiled only if no text can make them run away.

A backtracking match may try every way to share a text among the repeats of a pattern. `_ways` counts an upper
limit of them: a polynomial whose term of degree k stands for k open repeats side by side (`.*` twice is degree 2),
which share n characters in C(n + k, k) ways. Patterns beyond the limit, nested open repeats like `(a+)+` above
all, are refused when the definition is checked, not met at night.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest
from math import comb
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as reading  # type: ignore[attr-defined]
from typing import Any, Final

from bundles.rules.errors import ValidatorError

MAX_PATTERN: Final = 500
MAX_VALUE: Final = 120
MAX_WAYS: Final = 12_000_000
_MAX_DEGREE: Final = 4
_MAX_ROUNDS: Final = 24
_REPEATS: Final = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)

Ways = tuple[int, ...]
_ONE: Final[Ways] = (1,)
_OPEN: Final[Ways] = (0, 1)


class _TooManyWaysError(Exception):
    """The pattern is beyond counting."""


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern. Raises ValidatorError where it is no pattern, or one that could run away."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        raise ValidatorError(f"正则表达式应为文字，且不超过 {MAX_PATTERN} 个字符")
    try:
        _refuse_runaway(reading.parse(pattern))
        return re.compile(pattern)
    except _TooManyWaysError as error:
        raise ValidatorError("正则表达式的重复过多或互相嵌套，可能长时间算不完") from error
    except (re.error, RecursionError, OverflowError) as error:
        raise ValidatorError("正则表达式写法有误") from error


def fits(pattern: str, value: str) -> bool:
    """Whether the whole value fits the pattern; a value longer than any sensible one does not."""
    return len(value) <= MAX_VALUE and compile_pattern(pattern).fullmatch(value) is not None


def _refuse_runaway(parsed: Any) -> None:
    ways = sum(count * comb(MAX_VALUE + degree, degree) for degree, count in enumerate(_ways(parsed)))
    if ways > MAX_WAYS:
        raise _TooManyWaysError


def _ways(parsed: Any) -> Ways:
    """The ways of a sequence of parts: those of each part multiplied."""
    product = _ONE
    for code, argument in parsed:
        product = _times(product, _ways_of(code, argument))
    return product


def _ways_of(code: Any, argument: Any) -> Ways:
    if code in _REPEATS:
        return _ways_of_repeat(*argument)
    if code is codes.BRANCH:
        return _plus(*map(_ways, argument[1]))
    if code is codes.SUBPATTERN:
        return _ways(argument[-1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(argument[1])
    if code is codes.ATOMIC_GROUP:
        return _ways(argument)
    if code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
        raise _TooManyWaysError
    return _ONE


def _ways_of_repeat(least: int, most: Any, body: Any) -> Ways:
    """Open repeats of one sign share the text; bounded ones add the ways of every number of rounds."""
    inner, rounds = _ways(body), min(int(most), MAX_VALUE)
    if inner == _ONE:
        return _OPEN if int(most) > MAX_VALUE else (rounds - min(least, rounds) + 1,)
    if rounds > _MAX_ROUNDS:
        raise _TooManyWaysError
    total, power = (_ONE if least == 0 else (0,)), _ONE
    for number in range(1, rounds + 1):
        power = _times(power, inner)
        total = _plus(total, power) if number >= least else total
    return total


def _plus(*ways: Ways) -> Ways:
    return tuple(map(sum, zip_longest(*ways, fillvalue=0)))


def _times(a: Ways, b: Ways) -> Ways:
    """The product; raises _TooManyWaysError as soon as it is out of hand, so that nothing grows."""
    product = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    if len(product) > _MAX_DEGREE + 1 or max(product) > MAX_WAYS:
        raise _TooManyWaysError
    return tuple(product)
