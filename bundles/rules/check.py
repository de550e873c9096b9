"""What is wrong with an expression, found before anybody is judged by it: it speaks of things that do not exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bundles.rules import nodes
from bundles.rules.errors import RuleError
from bundles.rules.functions import FUNCTIONS
from bundles.rules.nodes import Node
from bundles.rules.parse import Expression, parse

BUILT_IN: Final = frozenset({"by_agent", "channel", "case_no", "applicant_kind"})
_ACCOUNT_PERSON: Final = frozenset({"name", "id_no", "phone", "email", "nationality", "passport_no"})
_ACCOUNT_COMPANY: Final = frozenset({"uscc", "ent_name", "legal_rep", "operator_name", "operator_id", "operator_phone"})
ACCOUNT: Final = _ACCOUNT_PERSON | _ACCOUNT_COMPANY
_REGISTER_PATH: Final = re.compile(r"((?:licence|api):[A-Z0-9_]+)@(\w+)\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Everything an expression of one definition may speak of, and the group whose row it is read in, if any.

    `names`: fields outside repeated groups, questions, variables. `groups`: repeated group -> its fields;
    `single`: groups that have one row at most. `options`: name -> values it can take. `registers`: "api:CODE" or
    "licence:CODE" -> fields. `results`: item -> fields of its results.
    """

    names: Collection[str] = frozenset()
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    single: Collection[str] = frozenset()
    options: Mapping[str, Collection[str]] = field(default_factory=dict)
    registers: Mapping[str, Collection[str]] = field(default_factory=dict)
    parties: Collection[str] = frozenset()
    items: Collection[str] = frozenset()
    results: Mapping[str, Collection[str]] = field(default_factory=dict)
    validators: Collection[str] = frozenset()
    points: bool = False
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a code, a sentence, and where in `text` (the expression, or the row condition within it)."""

    code: str
    message: str
    position: int
    text: str


def check(expression: Expression | str, names: Names) -> list[Problem]:
    """Every fault of the expression, in the order of the text; a text that cannot be parsed has just the one."""
    text = expression if isinstance(expression, str) else expression.text
    try:
        root = (parse(expression) if isinstance(expression, str) else expression).root
    except RuleError as error:
        return [Problem(error.code, error.message, error.position, str(text))]
    rows = frozenset({names.row} if names.row else ())
    return list(_Check(text, names, rows).faults(root))


@dataclass(frozen=True, slots=True)
class _Check:
    """Looks at one text; `rows` are the groups whose row it is read in."""

    text: str
    names: Names
    rows: frozenset[str]

    def faults(self, root: Node) -> Iterator[Problem]:
        for node in nodes.walk(root):
            match node:
                case nodes.Name():
                    yield from self._name(node)
                case nodes.Comparison():
                    yield from self._comparison(node)
                case nodes.Application():
                    yield from self._application(node)
                case nodes.RowTest():
                    yield from self._row_test(node)

    def _problem(self, node: Node, code: str, message: str) -> Problem:
        return Problem(code, message, node.at, self.text)

    def _name(self, node: nodes.Name) -> Iterator[Problem]:
        name = node.name
        if name in self.names.names or name in BUILT_IN or name in self.names.groups:
            return
        homes = [group for group, fields in self.names.groups.items() if name in fields]
        if not homes:
            yield self._problem(node, "name", f"没有名为 {name} 的字段、情形或变量")
        elif not any(home in self.rows or home in self.names.single for home in homes):
            yield self._problem(node, "row", f"{name} 在重复组 {homes[0]} 里，只能逐行使用")

    def _comparison(self, node: nodes.Comparison) -> Iterator[Problem]:
        for left, right in zip(node.operands, node.operands[1:], strict=False):
            yield from self._options(left, right)
            yield from self._options(right, left)

    def _options(self, name: Node, other: Node) -> Iterator[Problem]:
        """Constants that the name is compared with must be values it can take."""
        if not isinstance(name, nodes.Name) or name.name not in self.names.options:
            return
        for entry in other.entries if isinstance(other, nodes.Listing) else (other,):
            known = self.names.options[name.name]
            if isinstance(entry, nodes.Constant) and entry.value is not None and entry.value not in known:
                yield self._problem(entry, "option", f"{name.name} 没有选项 {entry.value!r}")

    def _application(self, node: nodes.Application) -> Iterator[Problem]:
        function = FUNCTIONS[node.function]
        if not function.least <= len(node.arguments) <= function.most:
            wanted = _range(function.least, function.most)
            yield self._problem(node, "arity", f"{node.function} 的参数个数应为 {wanted}")
            return
        if node.function in ("has", "intersects"):
            yield from self._options(node.arguments[0], node.arguments[1])
        if node.function == "points" and not self.names.points:
            yield self._problem(node, "points", "这件事没有积分表")
        if function.names:
            yield from self._subject(node, function.names)

    def _subject(self, node: nodes.Application, kind: str) -> Iterator[Problem]:
        """What the first argument names must exist."""
        first = node.arguments[0]
        if not isinstance(first, nodes.Constant) or not isinstance(first.value, str):
            yield self._problem(first, "argument", f"{node.function} 的第一个参数应为引号里的文字")
            return
        message = _SUBJECTS[kind](self, first.value)
        if message:
            yield self._problem(first, kind if kind != "path" else "fact", message)

    def _row_test(self, node: nodes.RowTest) -> Iterator[Problem]:
        message = self._group(node.group)
        if message:
            yield self._problem(node, "group", message)
            return
        yield from _Check(node.text, self.names, self.rows | {node.group}).faults(node.condition)

    def _group(self, group: str) -> str:
        return "" if group in self.names.groups else f"没有重复组 {group}"

    def _column(self, path: str) -> str:
        group, _, column = path.partition(".")
        if group not in self.names.groups:
            return self._group(group)
        return "" if column in self.names.groups[group] else f"重复组 {group} 没有字段 {column or '（未写）'}"

    def _item(self, item: str) -> str:
        return "" if item in self.names.items else f"没有事项 {item}"

    def _result(self, path: str) -> str:
        item, _, column = path.partition(".")
        if item not in self.names.items:
            return self._item(item)
        known = self.names.results.get(item, ())
        return "" if column in known else f"事项 {item} 的结果没有字段 {column or '（未写）'}"

    def _validator(self, validator: str) -> str:
        return "" if validator in self.names.validators else f"没有校验规则 {validator}"

    def _path(self, path: str) -> str:
        kind, _, rest = path.partition(":")
        if kind == "result":
            return self._result(rest)
        if kind == "account":
            return "" if rest in ACCOUNT else f"账户没有属性 {rest}"
        if kind == "field":
            return "" if rest in self.names.names else f"没有字段 {rest}"
        found = _REGISTER_PATH.fullmatch(path)
        return self._register(*found.groups()) if found else f"看不懂的数据路径 {path}"

    def _register(self, register: str, party: str, column: str) -> str:
        if register not in self.names.registers:
            return f"目录里没有 {register}"
        if column not in self.names.registers[register]:
            return f"{register} 没有字段 {column}"
        if party == "row":
            return "" if self.rows else "@row 只能逐行使用"
        return "" if party in self.names.parties else f"没有当事人 {party}"


_SUBJECTS: Final[Mapping[str, Callable[[_Check, Any], str]]] = {
    "path": _Check._path,
    "result": _Check._result,
    "item": _Check._item,
    "group": _Check._group,
    "column": _Check._column,
    "validator": _Check._validator,
}


def _range(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} 到 {most}"
