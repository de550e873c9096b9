"""The parts an expression is made of, after parsing. `at` counts characters of the text from 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the expression itself."""

    at: int
    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A field, a guidance question, a variable, or a built-in name."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Values in brackets, as the right side of `in`."""

    at: int
    entries: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Denial."""

    at: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """A number with a minus before it."""

    at: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """Operands joined by `and` (every) or by `or` (not every)."""

    at: int
    every: bool
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two operands of + - * /."""

    at: int
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons: `0 <= x < 10` holds where every link does."""

    at: int
    operands: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if condition else otherwise`."""

    at: int
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Application:
    """A function applied to arguments."""

    at: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RowTest:
    """`any_row` or `all_rows`: a condition judged in each row of a group."""

    at: int
    function: str
    group: str
    text: str
    condition: Node


Node = Constant | Name | Listing | Not | Negative | Logic | Arithmetic | Comparison | Choice | Application | RowTest


def parts_of(node: Node) -> tuple[Node, ...]:
    """The parts a node is directly made of; the condition of a row test belongs to its rows, not to it."""
    match node:
        case Listing():
            return node.entries
        case Not() | Negative():
            return (node.operand,)
        case Logic() | Comparison():
            return node.operands
        case Arithmetic():
            return (node.left, node.right)
        case Choice():
            return (node.condition, node.then, node.otherwise)
        case Application():
            return node.arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and every part below it, without entering the rows of row tests."""
    yield node
    for part in parts_of(node):
        yield from walk(part)
