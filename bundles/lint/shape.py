"""The shape of a document: required keys, kinds of values, allowed words, forms of ids, keys nobody knows."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bundles.errors import Fault
from bundles.lint import result_fields
from bundles.lint.vocabulary import ALLOWED, DEMANDED, PATTERNS, RARE
from bundles.spec import BundleSpec, Fee
from bundles.spec.reading import Node

LONGEST_TEXT = 4000
_WORDS = {str: "文字", bool: "true 或 false", float: "数字", int: "整数", tuple: "列表", Mapping: "键值对"}


def faults(document: Any) -> Iterator[Fault]:
    yield from _keys_are_text(document, "")
    yield from _node(BundleSpec, document, "")
    yield from result_fields.faults(document)


def node_faults(cls: type[Node], raw: Any, path: str) -> Iterator[Fault]:
    """The same of one mapping that is read only when it is wanted."""
    yield from _node(cls, raw, path)


def _keys_are_text(raw: Any, path: str) -> Iterator[Fault]:
    """A number as a key would come back as text from the database."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if not isinstance(key, str):
                truth = f"（{result_fields.TRUTH}）" if isinstance(key, bool) else ""
                yield Fault(path, f"键 {key} 应为文字，请加引号{truth}")
            yield from _keys_are_text(value, f"{path}.{key}" if path else str(key))
    elif isinstance(raw, list):
        for number, entry in enumerate(raw):
            yield from _keys_are_text(entry, f"{path}[{number}]")


def _node(cls: type[Node], raw: Any, path: str) -> Iterator[Fault]:
    if cls is Fee and isinstance(raw, str):
        raw = {"kind": raw}
    if not isinstance(raw, Mapping):
        yield Fault(path, "应为键值对")
        return
    keys = _keys(cls)
    needed = [key for key, (_, required) in keys.items() if required] + list(DEMANDED.get(cls, ()))
    for key in needed:
        if key not in raw:
            yield Fault(path, f"缺少 {key}")
    for key, value in raw.items():
        here = f"{path}.{key}" if path else str(key)
        if key in keys:
            yield from _value(cls, key, keys[key][0], value, here)
        elif key not in RARE.get(cls, ()):
            yield Fault(here, f"格式里没有“{key}”这个键，软件会保留它但不会用它", "warning")


def _value(cls: type[Node], key: str, hint: Any, value: Any, path: str) -> Iterator[Fault]:
    part = cls.parts.get(key)
    if value is None:
        if not _fits(hint, None):
            yield Fault(path, f"{key} 不能为空")
    elif isinstance(part, list):
        yield from _nodes(part[0], value, path)
    elif part is not None:
        yield from _node(part, value, path)
    elif not _fits(hint, value):
        truth = f"：{result_fields.TRUTH}" if isinstance(value, bool) else ""
        yield Fault(path, f"{key} 应为{_word(hint)}{truth}")
    else:
        yield from _words(cls, key, value, path)


def _nodes(cls: type[Node], value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield Fault(path, "应为列表")
        return
    seen: set[Any] = set()
    for number, entry in enumerate(value):
        label = _label(entry)
        yield from _node(cls, entry, f"{path}[{number if label is None or label in seen else label}]")
        seen.add(label)


def _words(cls: type[Node], key: str, value: Any, path: str) -> Iterator[Fault]:
    allowed = ALLOWED.get((cls, key))
    if allowed is not None:
        for one in value if isinstance(value, list) else [value]:
            if one not in allowed:
                yield Fault(path, f"“{one}”不可用，只能是 {'、'.join(sorted(allowed))}")
    pattern = PATTERNS.get((cls, key))
    if pattern is not None and not pattern.fullmatch(value):
        yield Fault(path, f"“{value}”不合命名约定 {pattern.pattern}")
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield Fault(path, f"文字超过 {LONGEST_TEXT} 个字符")


def _fits(hint: Any, value: Any) -> bool:
    """Whether a value as read from the file suits the attribute it is for."""
    origin = get_origin(hint)
    if hint is Any or origin is Literal:
        return hint is Any or value in get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(one, value) for one in get_args(hint))
    if origin is tuple:
        return isinstance(value, list) and all(_fits(get_args(hint)[0], entry) for entry in value)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(_fits(get_args(hint)[1], entry) for entry in value.values())
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool)
    return isinstance(value, hint)


def _word(hint: Any) -> str:
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = [get_origin(one) or one for one in options if one is not type(None)]
    return "或".join(_WORDS.get(Mapping if kind not in _WORDS else kind, "别的内容") for kind in kinds)


def _keys(cls: type[Node]) -> dict[str, tuple[Any, bool]]:
    """Key of the file -> what its value must be, and whether it must be given."""
    if cls.__name__ not in _known_keys:
        hints = get_type_hints(cls)
        _known_keys[cls.__name__] = {
            f.name.rstrip("_"): (hints[f.name], f.default is MISSING and f.default_factory is MISSING)
            for f in fields(cls)
            if f.name not in ("extra", "given")
        }
    return _known_keys[cls.__name__]


_known_keys: dict[str, dict[str, tuple[Any, bool]]] = {}


def _label(entry: Any) -> Any:
    if isinstance(entry, Mapping):
        for key in ("id", "code", "value", "item"):
            if isinstance(entry.get(key), str) and re.fullmatch(r"[^.\[\]]+", entry[key]):
                return entry[key]
    return None
