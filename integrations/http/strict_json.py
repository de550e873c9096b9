"""JSON from outside, read strictly: UTF-8, no NaN, no key twice, 32 levels, nothing the database cannot hold."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 32


class NotStrictJson(ValueError):
    """The bytes are not JSON as the contract wants it; the message names the rule broken, never the content."""


def read_json(raw: bytes) -> Any:
    """The value in `raw`. Raises NotStrictJson, whatever the bytes are."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except NotStrictJson:
        raise
    except RecursionError as error:
        raise NotStrictJson("too deep") from error
    except ValueError as error:  # bad UTF-8, bad JSON, an integer of thousands of digits
        raise NotStrictJson("not JSON") from error
    _refuse_deep(value)
    _refuse_unstorable(raw, value)
    return value


def read_object(raw: bytes) -> dict[str, Any]:
    """As `read_json`, and the outermost value is an object."""
    value = read_json(raw)
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotStrictJson("a key twice")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise NotStrictJson("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrictJson("number out of range")
    return number


def _refuse_deep(value: Any) -> None:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, (dict, list))]:
        depth += 1
        if depth > MAX_DEPTH:
            raise NotStrictJson("too deep")
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]


def _refuse_unstorable(raw: bytes, value: Any) -> None:
    r"""Refuse U+0000 and half surrogates; both can arrive only as a \u escape, so most bodies skip the walk."""
    if b"\\u" not in raw:
        return
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotStrictJson("half a character") from error
    if "\\u0000" in text and _holds_nul(value):
        raise NotStrictJson("a null character")


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)
