"""The body of a promise as people read and correct it: its leaves by path, which of them may be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Identity, addresses and links of a promise are never a person's to change.
EDITABLE = ("fields.", "upstream.", "item.code", "item.instance", "applicant.id_kind", "channel", "due")


class NotInBody(ValueError):
    """A path that the body does not have."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value of a body; `path` joins keys and positions with dots."""

    path: str
    value: Any


def leaves_of(body: Any, path: str = "") -> Iterator[Leaf]:
    """Every single value of a body, in its order."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            yield from leaves_of(value, f"{path}.{key}" if path else str(key))
    elif isinstance(body, Sequence) and not isinstance(body, str):
        for number, value in enumerate(body):
            yield from leaves_of(value, f"{path}.{number}")
    else:
        yield Leaf(path, body)


def is_editable(path: str) -> bool:
    """Whether a person may correct the value at a path."""
    return any(path == allowed or (allowed.endswith(".") and path.startswith(allowed)) for allowed in EDITABLE)


def with_value(body: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a body with another value at a path. Raises NotInBody for a path it does not have."""
    return dict(_with(body, path.split("."), value))


def _with(body: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(body, Mapping) and head in body:
        return {**body, head: _with(body[head], rest, value)}
    if isinstance(body, list) and head.isdecimal() and int(head) < len(body):
        return [*body[: int(head)], _with(body[int(head)], rest, value), *body[int(head) + 1 :]]
    raise NotInBody(".".join(path))
