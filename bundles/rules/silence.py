"""Silence refuses nobody: “no record” is not “the record says no” (domain rule: 查无数据与数据表明不符合必须分开)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bundles.rules.evaluate import judge
from bundles.rules.parse import Expression
from bundles.rules.scope import Scope
from bundles.rules.values import UNKNOWN, Truth


class _Silent:
    """A case in which registers without a record are taken as registers that could not be asked."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scope, name)

    def fact(self, path: str) -> object:
        found = self._scope.fact(path)
        return UNKNOWN if found is None else found

    def rows(self, group: str) -> Sequence[Scope]:
        return [_Silent(row) for row in self._scope.rows(group)]


def judge_to_refuse(expression: Expression | str, scope: Scope) -> Truth:
    """What a condition that can refuse somebody comes to: false only where a record says so.

    Where nothing but the absence of a record makes it false, it is unknown, and a person looks into it.
    """
    verdict = judge(expression, scope)
    if verdict is not False:
        return verdict
    return False if judge(expression, _Silent(scope)) is False else UNKNOWN
