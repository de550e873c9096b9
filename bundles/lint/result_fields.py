"""The fields a result declares: `[name, zh, type]` each, the name a word that departments and rules can write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bundles.errors import Fault

TRUTH = 'YAML 把不加引号的 yes、no、on、off、true、false 读成真假值，请写成加引号的文字，如 "no"'


def faults(document: Any) -> Iterator[Fault]:
    """What is wrong with the names of result fields; said before anything else reads them."""
    results = document.get("results") if isinstance(document, Mapping) else None
    for number, result in enumerate(results if isinstance(results, list) else ()):
        if isinstance(result, Mapping) and isinstance(result.get("fields"), list):
            label = result.get("id") if isinstance(result.get("id"), str) else number
            yield from _entries(result["fields"], f"results[{label}].fields")


def _entries(entries: list[Any], path: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        name = entry[0] if isinstance(entry, list) and entry else entry
        here = f"{path}[{number}]"
        if isinstance(name, bool):
            yield Fault(here, f"字段名被读成了真假值：{TRUTH}")
        elif not isinstance(entry, list) or not isinstance(name, str) or not name:
            yield Fault(here, "应为 [字段名, 中文名, 类型]，字段名是文字")
        elif name in seen:
            yield Fault(here, f"字段名 {name} 重复")
        else:
            seen.add(name)
