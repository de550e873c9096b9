"""The value of an expression in a scope: three-valued, bounded, and never an exception.

Unknown comes from names without an answer, registers without a record or out of reach, values of the wrong kind,
and bounds reached. Comparison and arithmetic with unknown is unknown; `and`, `or`, `not` follow Kleene's logic;
a choice whose condition is unknown is unknown. So a rule is false only where what is known makes it false.

`== None` and `!= None`, with None written in the expression, ask whether there is a record or an answer, and are
always true or false, with one exception for safety: a register that cannot be asked now leaves them unknown,
because an outage is not "no record". None as an entry of a list after `in` asks the same.
"""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal, localcontext
from typing import Any, Final

from bundles.rules import nodes
from bundles.rules.compare import ORDERS, contains, equal, ordered
from bundles.rules.functions import call
from bundles.rules.nodes import Node
from bundles.rules.parse import Expression, parse
from bundles.rules.reader import Bounds, BoundsError, Reader, place_of
from bundles.rules.scope import Reading, Scope
from bundles.rules.values import (
    ARITHMETIC,
    UNANSWERED,
    UNKNOWN,
    Truth,
    all_true,
    any_true,
    bounded,
    given_out,
    is_number,
    negated,
    truth,
)

log = logging.getLogger(__name__)
_running: ContextVar[Bounds | None] = ContextVar("bounds of the evaluation under way", default=None)

_SIGNS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: Decimal(a) / Decimal(b),
}


def evaluate(expression: Expression | str, scope: Scope, trace: list[Reading] | None = None) -> object:
    """The value of the expression, or UNKNOWN. Appends to `trace` what was read, in order.

    A condition holds where the value `is True` and fails where it `is False`; everything else is for a person.
    An evaluation that the scope starts while it is being read shares the bounds of the one that reads.
    """
    bounds = _running.get() or Bounds()
    token = _running.set(bounds)
    try:
        with bounds.nested(), localcontext(ARITHMETIC):
            root = (parse(expression) if isinstance(expression, str) else expression).root
            return given_out(_value(root, Reader(scope, bounds, trace)))
    except BoundsError:
        return UNKNOWN
    except Exception as error:
        log.warning("expression could not be evaluated: %s", place_of(error))
        return UNKNOWN
    finally:
        _running.reset(token)


def judge(expression: Expression | str, scope: Scope, trace: list[Reading] | None = None) -> Truth:
    """What a condition comes to: True, False or UNKNOWN; a value that is no truth value is unknown."""
    return truth(evaluate(expression, scope, trace))


def _value(node: Node, reader: Reader) -> object:
    reader.spend()
    return _VALUES[type(node)](node, reader)


def _constant(node: nodes.Constant, reader: Reader) -> object:
    return node.value


def _name(node: nodes.Name, reader: Reader) -> object:
    definition = reader.definition(node.name)
    if definition is None:
        return reader.name(node.name)
    return reader.variable(node.name, lambda: _value(definition.root, reader))


def _listing(node: nodes.Listing, reader: Reader) -> object:
    return [_value(entry, reader) for entry in node.entries]


def _not(node: nodes.Not, reader: Reader) -> object:
    return negated(_value(node.operand, reader))


def _negative(node: nodes.Negative, reader: Reader) -> object:
    return _computed("-", 0, _value(node.operand, reader))


def _logic(node: nodes.Logic, reader: Reader) -> object:
    values = (_value(operand, reader) for operand in node.operands)
    return all_true(values) if node.every else any_true(values)


def _arithmetic(node: nodes.Arithmetic, reader: Reader) -> object:
    return _computed(node.sign, _value(node.left, reader), _value(node.right, reader))


def _computed(sign: str, left: Any, right: Any) -> object:
    """Numbers only: texts do not add up, and the span of two dates is what `days` is for."""
    if not is_number(left) or not is_number(right):
        return UNKNOWN
    try:
        return bounded(_SIGNS[sign](left, right))
    except ArithmeticError:
        return UNKNOWN


def _choice(node: nodes.Choice, reader: Reader) -> object:
    condition = truth(_value(node.condition, reader))
    if condition is UNKNOWN:
        return UNKNOWN
    return _value(node.then if condition else node.otherwise, reader)


def _comparison(node: nodes.Comparison, reader: Reader) -> object:
    left = node.operands[0]
    if len(node.signs) == 1:
        return _link(node.signs[0], (left, _value(left, reader)), node.operands[1], reader)[0]
    return all_true(_links(node, reader))


def _links(node: nodes.Comparison, reader: Reader) -> Iterator[Truth]:
    """Each link of the chain in turn, every operand evaluated once at most."""
    left = (node.operands[0], _value(node.operands[0], reader))
    for sign, right in zip(node.signs, node.operands[1:], strict=True):
        verdict, value = _link(sign, left, right, reader)
        yield verdict
        left = (right, value)


def _link(sign: str, left: tuple[Node, object], right: Node, reader: Reader) -> tuple[Truth, object]:
    """The verdict of one comparison and the value of its right side; nothing sensible follows a membership."""
    if sign in ("in", "not in"):
        found = _member(left, right, reader)
        return (found if sign == "in" else negated(found)), UNKNOWN
    value = _value(right, reader)
    if sign in ORDERS:
        return ordered(sign, left[1], value), value
    same = _same(left, (right, value))
    return (same if sign == "==" else negated(same)), value


def _same(left: tuple[Node, object], right: tuple[Node, object]) -> Truth:
    if _is_none(right[0]):
        return _is_absent(left[1])
    if _is_none(left[0]):
        return _is_absent(right[1])
    return equal(left[1], right[1])


def _is_none(node: Node) -> bool:
    return isinstance(node, nodes.Constant) and node.value is None


def _is_absent(value: object) -> Truth:
    """No record, or no answer; unknown where that cannot be told."""
    return UNKNOWN if value is UNKNOWN else value is None or value is UNANSWERED


def _member(left: tuple[Node, object], right: Node, reader: Reader) -> Truth:
    """Whether the value is one of those listed, or an entry of a list, or a part of a text."""
    if isinstance(right, nodes.Listing):
        return any_true(_same(left, (entry, _value(entry, reader))) for entry in right.entries)
    container = _value(right, reader)
    if isinstance(container, list):
        reader.spend(len(container))
    return contains(container, left[1])


def _application(node: nodes.Application, reader: Reader) -> object:
    return call(node.function, reader, [_value(argument, reader) for argument in node.arguments])


def _row_test(node: nodes.RowTest, reader: Reader) -> object:
    verdicts = (_value(node.condition, row) for row in reader.rows(node.group))
    return any_true(verdicts) if node.function == "any_row" else all_true(verdicts)


_VALUES: Final[Mapping[type, Callable[[Any, Reader], object]]] = {
    nodes.Constant: _constant,
    nodes.Name: _name,
    nodes.Listing: _listing,
    nodes.Not: _not,
    nodes.Negative: _negative,
    nodes.Logic: _logic,
    nodes.Arithmetic: _arithmetic,
    nodes.Comparison: _comparison,
    nodes.Choice: _choice,
    nodes.Application: _application,
    nodes.RowTest: _row_test,
}
