"""Reading a mapping into a frozen dataclass and writing it back, without losing a key.

A dataclass that derives from `Node` names its attributes like the keys of the file (a trailing underscore where
Python reserves the word). `parts` says which keys hold further nodes. Keys that the class does not know stay in
`extra`; which keys were given is remembered, so that writing back yields an equal document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self

from bundles.errors import MalformedDocument


@dataclass(frozen=True, kw_only=True)
class Node:
    """One mapping of the file."""

    parts: ClassVar[Mapping[str, type[Node] | list[type[Node]]]] = {}

    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)
    given: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, raw: object, path: str) -> Self:
        """Build the node from its mapping. Raises MalformedDocument with the path of the fault."""
        if not isinstance(raw, Mapping):
            raise MalformedDocument(path, f"应为键值对，实际是 {type(raw).__name__}")
        known = {name.rstrip("_"): name for name in _own_fields(cls)}
        values = {known[key]: cls._part(key, value, f"{path}.{key}") for key, value in raw.items() if key in known}
        missing = [name.rstrip("_") for name in _required(cls) if name not in values]
        if missing:
            raise MalformedDocument(path, f"缺少 {'、'.join(missing)}")
        extra = {key: value for key, value in raw.items() if key not in known}
        return cls(**values, extra=extra, given=tuple(raw))

    @classmethod
    def _part(cls, key: str, value: object, path: str) -> Any:
        part = cls.parts.get(key)
        if part is None or value is None:
            return tuple(value) if isinstance(value, list) else value
        if isinstance(part, list):
            if not isinstance(value, list):
                raise MalformedDocument(path, "应为列表")
            return tuple(part[0].read(entry, f"{path}[{_label(entry, n)}]") for n, entry in enumerate(value))
        return part.read(value, path)

    def write(self) -> dict[str, Any]:
        """The mapping this node was read from."""
        names = {name.rstrip("_"): name for name in _own_fields(type(self))}
        return {key: _plain(getattr(self, names[key])) if key in names else self.extra[key] for key in self.given}


def _own_fields(cls: type[Node]) -> list[str]:
    return [f.name for f in fields(cls) if f.name not in ("extra", "given")]


def _required(cls: type[Node]) -> list[str]:
    own = _own_fields(cls)
    return [f.name for f in fields(cls) if f.name in own and f.default is MISSING and f.default_factory is MISSING]


def _label(entry: object, number: int) -> str:
    if isinstance(entry, Mapping):
        for key in ("id", "code", "value", "item"):
            if isinstance(entry.get(key), str):
                return str(entry[key])
    return str(number)


def _plain(value: Any) -> Any:
    if isinstance(value, Node):
        return value.write()
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value
