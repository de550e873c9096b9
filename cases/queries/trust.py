"""Levels of trust of an electronic licence (可信等级 A to D) and what each of them permits.

国办函〔2016〕108号: what the authority signed, or keeps and has checked, takes the place of the paper; a copy compared
with the original spares the upload, not the look at the original; what nobody has checked is a hint alone.
国令716号 第十条, 国令809号: only where the data meets the need may nothing be asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = "ABCD"
COMPARED, HINT = "C", "D"


@dataclass(frozen=True, slots=True)
class Permission:
    """`replaces`: stands for the paper, nothing to upload; `original`: somebody looks at the original before the end;
    `decides`: its values may lock a field and decide by rule.
    """

    replaces: bool
    original: bool
    decides: bool


PERMITS: Mapping[str, Permission] = {
    "A": Permission(replaces=True, original=False, decides=True),
    "B": Permission(replaces=True, original=False, decides=True),
    "C": Permission(replaces=True, original=True, decides=True),
    "D": Permission(replaces=False, original=False, decides=False),
}


def level_of(record: Mapping[str, Any]) -> str:
    """The level a record says of itself; a register's answer, or a licence that says none, is the authority's own."""
    said = record.get("trust")
    return said if isinstance(said, str) and said in PERMITS else "A"


def permits(record: Mapping[str, Any]) -> Permission:
    return PERMITS[level_of(record)]


def best_first(records: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records with the most trusted in front; equals stay in their order."""
    return sorted(records, key=level_of)
