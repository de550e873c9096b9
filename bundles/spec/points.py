"""The points table (积分表): groups of rules with limits, and what tells people with equal points apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.reading import Node

MANUAL, DECLARED = "manual", "declared"


@dataclass(frozen=True, kw_only=True)
class PointsRule(Node):
    """One rule: `score` points (a number or an expression) where `expr` holds, or always where there is none.

    `data` says where it is known from: an interface, `declared` by the applicant, or `manual`, found by a person.
    `exclusive_with` names a rule of the same group: of the two the better one counts.
    """

    id: str
    score: Any
    zh: str = ""
    en: str | None = None
    expr: str | None = None
    data: str | None = None
    exclusive_with: str | None = None
    src: str | None = None

    @property
    def is_manual(self) -> bool:
        return self.data == MANUAL


@dataclass(frozen=True, kw_only=True)
class PointsGroup(Node):
    """Rules whose points together count up to `max`."""

    id: str
    rules: tuple[PointsRule, ...]
    zh: str = ""
    en: str | None = None
    max: float | None = None

    parts: ClassVar[Mapping[str, Any]] = {"rules": [PointsRule]}


@dataclass(frozen=True, kw_only=True)
class TieBreak(Node):
    """What decides between equal points, as an expression; `order` desc: more comes first."""

    expr: str
    zh: str = ""
    en: str | None = None
    order: str = "desc"


@dataclass(frozen=True, kw_only=True)
class PointsTable(Node):
    """The table of a bundle. `item` is the item whose department scores and settles objections.

    Where `item` is not given, it is the first item that has a rule about `points()`.
    """

    groups: tuple[PointsGroup, ...]
    total_max: float | None = None
    tie_break: tuple[TieBreak, ...] = ()
    item: str | None = None
    when: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"groups": [PointsGroup], "tie_break": [TieBreak]}

    def rule(self, rule_id: str) -> PointsRule:
        """Raises KeyError for a rule the table does not have."""
        found = next((rule for group in self.groups for rule in group.rules if rule.id == rule_id), None)
        if found is None:
            raise KeyError(rule_id)
        return found
