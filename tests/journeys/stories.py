"""Who wants what, and the ways to go: a phone, a desktop, keys alone, a phone without scripts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
WAYS: dict[str, dict[str, Any]] = {
    "phone": {"size": PHONE},
    "desktop": {"size": DESKTOP},
    "keys": {"size": DESKTOP},
    "plain": {"size": PHONE, "java_script_enabled": False},
}


@dataclass(frozen=True)
class Story:
    """Who wants what: the account and its person or company, answers to the questions, what is typed in so many
    words, who plays which other party.
    """

    code: str
    who: str
    name: str
    guidance: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    cast: Mapping[str, str] = field(default_factory=dict)


NEWBORN = Story(
    "XSECS",
    "lin",
    "林晓岚",
    fields={"s_child.0.child_name": "陈一诺"},
    cast={"mother": "林晓岚", "father": "陈屿"},
)
TWINS = Story(
    "XSECS",
    "twins",
    "沈若溪",
    fields={"s_child.0.child_name": "程一言", "s_child.1.child_name": "程一行"},
    cast={"mother": "沈若溪", "father": "程远"},
)
SCHOOL = Story(
    "JYRX",
    "zhang",
    "张志强",
    {"stage_kind": "primary", "child_kind": "migrant", "sibling": "no", "special": "no", "house_kind": "rent"},
    cast={"child": "张雨桐"},
)
RENAMING = Story(
    "QYBG",
    "cloud",
    "云栈数字科技（示例）有限公司",
    {"change_kinds": ["name"], "seal_want": ["official"], "old_seal": "hand_in", "link_permits": "all",
     "paper_licence": "e_only"},
    {"new_name": "云栈智联数字科技（示例）有限公司"},
)  # fmt: skip
FOREIGNER = Story(
    "WGRGZ",
    "qiming",
    "启明教育咨询（示例）有限公司",
    {"where": "z_entered", "category": "B", "qualify": "degree", "family": "no", "extra": []},
    {"passport_to": "today+1500"},
)
ALL = (NEWBORN, TWINS, SCHOOL, RENAMING, FOREIGNER)


def in_every_way(name: str, ordinary: Collection[str]) -> list[Any]:
    """Parameters of a story: these ways are tested with every change, the others belong to the breadth."""
    return [pytest.param(name, way, marks=_mark(way in ordinary), id=f"{name}-{way}") for way in WAYS]


def ways(*ordinary: str) -> list[Any]:
    """The same of a test that tells one story."""
    return [pytest.param(way, marks=_mark(way in ordinary)) for way in WAYS]


def _mark(is_ordinary: bool) -> pytest.MarkDecorator:
    return pytest.mark.journey if is_ordinary else pytest.mark.journey_wide
