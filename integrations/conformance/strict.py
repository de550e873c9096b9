"""JSON as the portal reads it: UTF-8, no key twice, no NaN, at most 32 levels, nothing a database cannot hold."""

from __future__ import annotations

import json
from typing import Any, NoReturn

MAX_DEPTH = 32


class NotStrict(ValueError):
    """The bytes are not JSON as the contract wants it; the message names the rule broken."""


def read_json(raw: bytes) -> Any:
    """The value in `raw`. Raises NotStrict, whatever the bytes are."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except NotStrict:
        raise
    except RecursionError as error:
        raise NotStrict("more than 32 levels") from error
    except UnicodeEncodeError as error:
        raise NotStrict("half a character") from error
    except ValueError as error:
        raise NotStrict("not JSON in UTF-8") from error
    if _holds_nul(value, 0):
        raise NotStrict("a null character")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotStrict("a key stands twice in an object")
    return made


def _refuse(name: str) -> NoReturn:
    raise NotStrict(f"{name} is not a JSON number")


def _holds_nul(value: Any, depth: int) -> bool:
    """Whether there is a null character in it. Raises NotStrict where it is nested too deep."""
    if isinstance(value, str):
        return "\0" in value
    if not isinstance(value, (dict, list)):
        return False
    if depth >= MAX_DEPTH:
        raise NotStrict("more than 32 levels")
    children = [*value, *value.values()] if isinstance(value, dict) else value
    return any(_holds_nul(child, depth + 1) for child in children)
