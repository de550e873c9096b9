"""A text that fits a pattern: what a filler types where a definition only says how the text must look."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from re import _constants as marks  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_REPEATED = 4
LIKELY = "1AB中a0_- "


def example_of(pattern: str) -> str | None:
    """A short text that the pattern matches whole, None where none was found."""
    try:
        text = "".join(_written(token) for token in parser.parse(pattern))
    except (re.error, NotImplementedError, RecursionError):
        return None
    return text if re.fullmatch(pattern, text) else None


def _written(token: tuple[Any, Any]) -> str:
    kind, value = token
    if kind not in _WRITERS:
        raise NotImplementedError(str(kind))
    return _WRITERS[kind](value)


def _one_of(members: list[tuple[Any, Any]]) -> str:
    """A member of a set of signs; of an excluding set a likely sign that it does not name."""
    if members and members[0][0] is marks.NEGATE:
        return next(sign for sign in LIKELY if not any(_covers(member, sign) for member in members[1:]))
    kind, value = members[0]
    if kind is marks.RANGE:
        return chr(value[0])
    return chr(value) if kind is marks.LITERAL else _of_category(value)


def _covers(member: tuple[Any, Any], sign: str) -> bool:
    kind, value = member
    if kind is marks.LITERAL:
        return chr(value) == sign
    if kind is marks.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return _of_category(value) == sign or (value is marks.CATEGORY_SPACE and sign.isspace())


def _of_category(category: Any) -> str:
    return {marks.CATEGORY_DIGIT: "1", marks.CATEGORY_SPACE: " ", marks.CATEGORY_WORD: "A"}.get(category, "A")


def _repeated(value: tuple[int, Any, Any]) -> str:
    least, most, inner = value
    times = max(least, 1) if int(most) >= 1 and least else least
    return "".join(_written(token) for token in inner) * min(times, max(least, MOST_REPEATED))


_WRITERS: Mapping[Any, Callable[[Any], str]] = {
    marks.LITERAL: lambda value: chr(value),
    marks.NOT_LITERAL: lambda value: "A" if chr(value) != "A" else "B",
    marks.ANY: lambda value: "A",
    marks.IN: _one_of,
    marks.MAX_REPEAT: _repeated,
    marks.MIN_REPEAT: _repeated,
    marks.SUBPATTERN: lambda value: "".join(_written(token) for token in value[3]),
    marks.BRANCH: lambda value: "".join(_written(token) for token in value[1][0]),
    marks.AT: lambda value: "",
    marks.CATEGORY: _of_category,
    marks.ASSERT_NOT: lambda value: "",
}
