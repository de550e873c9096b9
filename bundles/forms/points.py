"""The points table (积分表): groups of rules, each group with its own limit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bundles.rules import UNKNOWN, Scope, evaluate, judge
from bundles.spec import BundleSpec


def score(spec: BundleSpec, scope: Scope, group: str = "") -> object:
    """The score of the whole table or of one group; UNKNOWN while a rule of it cannot be judged."""
    table: Mapping[str, Any] = spec.extra.get("points") or {}
    groups = [entry for entry in table.get("groups") or () if not group or entry.get("id") == group]
    if not groups:
        return UNKNOWN
    total = Decimal(0)
    for entry in groups:
        points = _of_group(entry, scope)
        if points is None:
            return UNKNOWN
        total += points
    most = table.get("total_max")
    return total if most is None or group else min(total, Decimal(str(most)))


def _of_group(group: Mapping[str, Any], scope: Scope) -> Decimal | None:
    """The group's points up to its limit; of rules that exclude each other the better one counts."""
    earned: dict[str, Decimal] = {}
    for rule in group.get("rules") or ():
        points = _of_rule(rule, scope)
        if points is None:
            return None
        earned[str(rule.get("id"))] = points
    for rule in group.get("rules") or ():
        _exclude(earned, str(rule.get("id")), str(rule.get("exclusive_with")))
    return min(sum(earned.values(), Decimal(0)), Decimal(str(group.get("max", 10**9))))


def _exclude(earned: dict[str, Decimal], one: str, other: str) -> None:
    if one in earned and other in earned:
        earned.pop(one if earned[one] < earned[other] else other)


def _of_rule(rule: Mapping[str, Any], scope: Scope) -> Decimal | None:
    """The points of a rule: `score` where `expr` holds, none where it fails, None where that is not known."""
    if rule.get("expr") is not None:
        verdict = judge(str(rule["expr"]), scope)
        if verdict is not True:
            return Decimal(0) if verdict is False else None
    points = rule.get("score")
    value = evaluate(points, scope) if isinstance(points, str) else points
    known = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return Decimal(str(value)) if known else None
