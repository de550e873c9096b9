"""From the text of an expression to its parts.

Python's own parser reads the text; what it returns is copied into our nodes, and anything the language does not
have is refused on the way. Nothing is ever compiled or executed as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from bundles.rules import nodes
from bundles.rules.errors import RuleError
from bundles.rules.functions import FUNCTIONS, ROW_TESTS
from bundles.rules.nodes import Node
from bundles.rules.values import MAX_NUMBER

MAX_BYTES: Final = 2048
MAX_DEPTH: Final = 20

_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISON: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A function as used in an expression; an argument that is no constant stands as None."""

    function: str
    args: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, ready to be evaluated as often as needed.

    `names` are the names it reads itself; those read inside `any_row` and `all_rows` belong to the rows and stand
    in `row_names` as (group, name). `calls` are all functions used, those inside the rows included.
    """

    text: str
    root: Node = field(compare=False, repr=False)
    names: frozenset[str] = field(compare=False, repr=False)
    row_names: frozenset[tuple[str, str]] = field(compare=False, repr=False)
    calls: tuple[Call, ...] = field(compare=False, repr=False)

    def __reduce__(self) -> tuple[Callable[[str], Expression], tuple[str]]:
        return parse, (self.text,)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression. Raises RuleError with a sentence and a position."""
    root = _Copy(text, MAX_DEPTH).root()
    return Expression(
        text=text,
        root=root,
        names=frozenset(part.name for part in nodes.walk(root) if isinstance(part, nodes.Name)),
        row_names=frozenset(_row_names(root)),
        calls=tuple(_calls(root)),
    )


class _Copy:
    """Copies one syntax tree into nodes; the text of a row test is copied by one of its own, at its depth."""

    def __init__(self, text: str, depth: int) -> None:
        if not isinstance(text, str):
            raise RuleError("表达式应为文字")
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise RuleError(f"表达式超过 {MAX_BYTES} 字节", MAX_BYTES, "size")
        self.text = text
        self.indent = len(text) - len(text.lstrip())
        self.lines = text.lstrip().split("\n")
        self.depth = depth

    def root(self) -> Node:
        return self.node(self._tree().body, self.depth)

    def _tree(self) -> ast.Expression:
        try:
            return ast.parse(self.text.lstrip(), mode="eval")
        except SyntaxError as error:
            place = self._position(error.lineno or 1, (error.offset or 1) - 1, in_bytes=False)
            raise RuleError("表达式写法有误，无法读懂", place) from error
        except (ValueError, MemoryError, RecursionError) as error:
            raise RuleError("表达式写法有误，无法读懂") from error

    def node(self, tree: ast.expr, depth: int) -> Node:
        """Copy one part and what is below it."""
        at = self._position(tree.lineno, tree.col_offset, in_bytes=True)
        if depth <= 0:
            raise RuleError(f"表达式嵌套超过 {MAX_DEPTH} 层", at, "depth")
        copy = _COPIES.get(type(tree))
        if copy is None:
            raise RuleError("这种写法不在表达式语言之内", at, "node")
        return copy(self, tree, at, depth - 1)

    def nodes(self, trees: list[ast.expr], depth: int) -> tuple[Node, ...]:
        return tuple(self.node(tree, depth) for tree in trees)

    def _position(self, line: int, column: int, *, in_bytes: bool) -> int:
        """Characters from the beginning of the text; Python counts a line's columns in bytes, but not in errors."""
        line = min(line, len(self.lines))
        before = self.indent + sum(len(text) + 1 for text in self.lines[: line - 1])
        if in_bytes:
            column = len(self.lines[line - 1].encode()[:column].decode(errors="ignore"))
        return min(before + column, len(self.text))

    def constant(self, tree: ast.Constant, at: int, depth: int) -> Node:
        return nodes.Constant(at, _literal(tree.value, at))

    def name(self, tree: ast.Name, at: int, depth: int) -> Node:
        return nodes.Name(at, tree.id)

    def listing(self, tree: ast.Tuple | ast.List, at: int, depth: int) -> Node:
        return nodes.Listing(at, self.nodes(tree.elts, depth))

    def unary(self, tree: ast.UnaryOp, at: int, depth: int) -> Node:
        if isinstance(tree.op, ast.Not):
            return nodes.Not(at, self.node(tree.operand, depth))
        if isinstance(tree.op, ast.USub):
            return nodes.Negative(at, self.node(tree.operand, depth))
        raise RuleError("这种运算符不在表达式语言之内", at, "node")

    def logic(self, tree: ast.BoolOp, at: int, depth: int) -> Node:
        return nodes.Logic(at, isinstance(tree.op, ast.And), self.nodes(tree.values, depth))

    def arithmetic(self, tree: ast.BinOp, at: int, depth: int) -> Node:
        sign = _ARITHMETIC.get(type(tree.op))
        if sign is None:
            raise RuleError("只有加、减、乘、除四则运算", at, "node")
        return nodes.Arithmetic(at, sign, self.node(tree.left, depth), self.node(tree.right, depth))

    def comparison(self, tree: ast.Compare, at: int, depth: int) -> Node:
        signs = [_COMPARISON.get(type(sign)) for sign in tree.ops]
        if None in signs:
            raise RuleError("比较请用 ==、!=、<、<=、>、>=、in、not in", at, "node")
        operands = self.nodes([tree.left, *tree.comparators], depth)
        return nodes.Comparison(at, operands, tuple(sign for sign in signs if sign))

    def choice(self, tree: ast.IfExp, at: int, depth: int) -> Node:
        return nodes.Choice(at, self.node(tree.test, depth), self.node(tree.body, depth), self.node(tree.orelse, depth))

    def application(self, tree: ast.Call, at: int, depth: int) -> Node:
        function = tree.func.id if isinstance(tree.func, ast.Name) else None
        if function is None or function not in FUNCTIONS:
            raise RuleError(f"没有这个函数：{function or '（只能直接写函数名）'}", at, "function")
        if tree.keywords:
            raise RuleError("函数的参数不能带名称", at, "node")
        arguments = self.nodes(tree.args, depth)
        if function in ROW_TESTS:
            return self._row_test(function, arguments, at, depth)
        return nodes.Application(at, function, arguments)

    def _row_test(self, function: str, arguments: tuple[Node, ...], at: int, depth: int) -> Node:
        match arguments:
            case (nodes.Constant(value=str() as group), nodes.Constant(value=str() as text)):
                return nodes.RowTest(at, function, group, text, _Copy(text, depth).root())
            case _:
                raise RuleError(f'{function} 要写成 {function}("组", "逐行条件")', at, "argument")


_COPIES: Final[Mapping[type[ast.expr], Callable[[_Copy, Any, int, int], Node]]] = {
    ast.Constant: _Copy.constant,
    ast.Name: _Copy.name,
    ast.Tuple: _Copy.listing,
    ast.List: _Copy.listing,
    ast.UnaryOp: _Copy.unary,
    ast.BoolOp: _Copy.logic,
    ast.BinOp: _Copy.arithmetic,
    ast.Compare: _Copy.comparison,
    ast.IfExp: _Copy.choice,
    ast.Call: _Copy.application,
}


def _literal(value: object, at: int) -> bool | int | Decimal | str | None:
    """A constant as the language holds it: what is written 0.1 is exactly a tenth."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) and abs(value) <= MAX_NUMBER:
        return value if isinstance(value, int) else Decimal(repr(value))
    raise RuleError("这种常量不在表达式语言之内，或者数值过大", at, "node")


def _row_tests(node: Node) -> list[nodes.RowTest]:
    return [part for part in nodes.walk(node) if isinstance(part, nodes.RowTest)]


def _row_names(node: Node) -> list[tuple[str, str]]:
    """Names read in the rows of row tests, as (group, name), nested ones with the inner group."""
    found: list[tuple[str, str]] = []
    for test in _row_tests(node):
        found += [(test.group, part.name) for part in nodes.walk(test.condition) if isinstance(part, nodes.Name)]
        found += _row_names(test.condition)
    return found


def _calls(node: Node) -> list[Call]:
    """Every function used in the order of the text, the rows' after the row test that holds them."""
    found: list[Call] = []
    for part in nodes.walk(node):
        if isinstance(part, nodes.Application):
            found.append(Call(part.function, tuple(map(_constant_of, part.arguments))))
        elif isinstance(part, nodes.RowTest):
            found += [Call(part.function, (part.group, part.text)), *_calls(part.condition)]
    return found


def _constant_of(node: Node) -> object:
    return node.value if isinstance(node, nodes.Constant) else None
