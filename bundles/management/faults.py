"""Faults as lines for a terminal or an editor: `file:line: path: message`."""

from __future__ import annotations

from collections.abc import Iterable

from bundles.errors import Fault

SEVERITIES = {"error": "错误", "warning": "提醒"}


def lines_of(name: str, faults: Iterable[Fault]) -> list[str]:
    return [f"{_place(name, fault)}{SEVERITIES[fault.severity]}：{fault.path}：{fault.message}" for fault in faults]


def _place(name: str, fault: Fault) -> str:
    place = ":".join(part for part in (name, str(fault.line) if fault.line else "") if part)
    return f"{place}: " if place else ""
