"""Rules of a definition, worked out in three values: true, false and unknown.

A department's own reading of the expression language: a walk over the syntax tree of one expression.
Nothing is executed; what the walk does not know is unknown, and unknown refuses nobody anything.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Protocol

from .clock import SHANGHAI, add_months, months_between, now

MAX_LENGTH = 2048


class _Unknown:
    """The third truth value."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("unknown is neither true nor false")


UNKNOWN = _Unknown()


class Scope(Protocol):
    """What an expression may ask about an application."""

    def name(self, name: str) -> object: ...
    def fact(self, path: str) -> object: ...
    def result(self, path: str) -> object: ...
    def rows(self, group: str) -> Sequence[Scope]: ...
    def valid(self, validator: str, value: object) -> object: ...


def evaluate(text: str, scope: Scope) -> object:
    """The value of an expression, or UNKNOWN; never raises."""
    try:
        return _Walk(scope).value(_parsed(text))
    except (ArithmeticError, LookupError, RecursionError, SyntaxError, TypeError, ValueError):
        return UNKNOWN


@lru_cache(maxsize=2048)
def _parsed(text: str) -> ast.expr:
    if len(text.encode()) > MAX_LENGTH:
        raise ValueError("expression too long")
    return ast.parse(text.strip(), mode="eval").body


def truth(value: object) -> object:
    """A value as true, false or unknown; no record is unknown too."""
    return UNKNOWN if value is None or value is UNKNOWN else bool(value)


class _Walk:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def value(self, node: ast.expr) -> object:
        visit = getattr(self, f"_{type(node).__name__.lower()}", None)
        if visit is None:
            raise ValueError(f"not in the language: {type(node).__name__}")
        return visit(node)

    def _constant(self, node: ast.Constant) -> object:
        return Decimal(str(node.value)) if isinstance(node.value, float) else node.value

    def _name(self, node: ast.Name) -> object:
        return self._scope.name(node.id)

    def _tuple(self, node: ast.Tuple | ast.List) -> object:
        return [self.value(entry) for entry in node.elts]

    _list = _tuple

    def _ifexp(self, node: ast.IfExp) -> object:
        test = truth(self.value(node.test))
        return UNKNOWN if test is UNKNOWN else self.value(node.body if test else node.orelse)

    def _unaryop(self, node: ast.UnaryOp) -> object:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            value = truth(value)
            return UNKNOWN if value is UNKNOWN else not value
        return UNKNOWN if value is None or value is UNKNOWN else -_number(value)

    def _boolop(self, node: ast.BoolOp) -> object:
        """Kleene: one false settles an ``and``, one true settles an ``or``, else unknown stays."""
        settles = isinstance(node.op, ast.Or)
        answer: object = not settles
        for part in node.values:
            value = truth(self.value(part))
            if value is UNKNOWN:
                answer = UNKNOWN
            elif value is settles:
                return settles
        return answer

    def _binop(self, node: ast.BinOp) -> object:
        left, right = self.value(node.left), self.value(node.right)
        if any(side is None or side is UNKNOWN for side in (left, right)):
            return UNKNOWN
        return _ARITHMETIC[type(node.op)](_number(left), _number(right))

    def _compare(self, node: ast.Compare) -> object:
        answer: object = True
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            step = self._comparison(left, op, right)
            if step is False:
                return False
            answer = UNKNOWN if step is UNKNOWN else answer
            left = right
        return answer

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> object:
        a, b = self.value(left), self.value(right)
        if a is UNKNOWN or b is UNKNOWN:
            return UNKNOWN
        if isinstance(op, ast.In | ast.NotIn):
            return _membership(a, b, wanted=isinstance(op, ast.In))
        asks_for_no_record = _is_none(left) or _is_none(right)
        if asks_for_no_record and isinstance(op, ast.Eq | ast.NotEq):
            return (a is b) == isinstance(op, ast.Eq)
        if a is None or b is None:
            return UNKNOWN
        return _COMPARISON[type(op)](*_alike(a, b))

    def _call(self, node: ast.Call) -> object:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ValueError("only plain functions")
        arguments = [self.value(argument) for argument in node.args]
        asked = getattr(self, f"_ask_{node.func.id}", None)
        if asked is not None:
            return asked(*arguments)
        if any(argument is None or argument is UNKNOWN for argument in arguments):
            return UNKNOWN
        return FUNCTIONS[node.func.id](*arguments)

    def _ask_fact(self, path: str) -> object:
        return self._scope.fact(path)

    def _ask_result(self, path: str) -> object:
        return self._scope.result(path)

    def _ask_valid(self, validator: str, value: object) -> object:
        return UNKNOWN if value is UNKNOWN else self._scope.valid(validator, value)

    def _ask_paid(self, _item: str) -> object:
        return UNKNOWN

    _ask_selected = _ask_paid

    def _ask_points(self, *_groups: str) -> object:
        return UNKNOWN

    def _ask_count(self, group: str) -> object:
        return len(self._scope.rows(group)) or UNKNOWN

    def _ask_total(self, path: str) -> object:
        column = self._column(path)
        return UNKNOWN if column is None else sum(map(_number, column), Decimal(0))

    def _ask_distinct(self, path: str) -> object:
        column = self._column(path)
        return UNKNOWN if column is None else len({str(value) for value in column}) == len(column)

    def _column(self, path: str) -> list[object] | None:
        """A field over all rows; nothing where a row has not answered it."""
        group, _, field = path.partition(".")
        values = [row.name(field) for row in self._scope.rows(group)]
        return None if not values or any(value is None or value is UNKNOWN for value in values) else values

    def _ask_all_rows(self, group: str, text: str) -> object:
        return _kleene([truth(evaluate(text, row)) for row in self._scope.rows(group)], settles=False)

    def _ask_any_row(self, group: str, text: str) -> object:
        return _kleene([truth(evaluate(text, row)) for row in self._scope.rows(group)], settles=True)


def _kleene(values: list[object], *, settles: bool) -> object:
    if not values or any(value is settles for value in values):
        return settles if values else UNKNOWN
    return UNKNOWN if any(value is UNKNOWN for value in values) else not settles


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _membership(value: object, options: object, *, wanted: bool) -> object:
    entries = options if isinstance(options, list) else [options]
    if value is None:
        return wanted if any(entry is None for entry in entries) else UNKNOWN
    found = any(entry is not None and entry is not UNKNOWN and operator.eq(*_alike(value, entry)) for entry in entries)
    return UNKNOWN if not found and any(entry is UNKNOWN for entry in entries) else found == wanted


def _number(value: object) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise TypeError(f"not a number: {value!r}")
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ValueError(value) from error


def as_date(value: object) -> date:
    """A date, a datetime, an ISO text or an identity number as a day."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date()
    if isinstance(value, date):
        return value
    text = str(value)
    if len(text) == 18 and text[:17].isdigit():
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    return as_date(datetime.fromisoformat(text)) if len(text) > 10 else date.fromisoformat(text)


def as_moment(value: object) -> datetime:
    """A datetime or an ISO text as a moment in Shanghai."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def _alike(a: object, b: object) -> tuple[Any, Any]:
    """Two values brought to one type: moments to the second, days by day, numbers as decimals, the rest as it is."""
    if isinstance(a, datetime) and isinstance(b, datetime):
        return a.replace(microsecond=0), b.replace(microsecond=0)
    if isinstance(a, date) or isinstance(b, date):
        return as_date(a), as_date(b)
    numbers = [isinstance(side, int | Decimal) and not isinstance(side, bool) for side in (a, b)]
    if any(numbers) and not all(numbers) and (isinstance(a, str) or isinstance(b, str)):
        return _number(a), _number(b)
    return a, b


def _days(a: object, b: object) -> Decimal:
    if isinstance(a, datetime) and isinstance(b, datetime):
        return Decimal(str((b - a).total_seconds())) / 86400
    return Decimal((as_date(b) - as_date(a)).days)


def _round(value: object, places: int = 0) -> Decimal:
    return _number(value).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


def _today() -> date:
    return now().date()


_ARITHMETIC: dict[type, Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISON: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: dict[str, Callable[..., object]] = {
    "today": _today,
    "now": now,
    "date": as_date,
    "age": lambda who: months_between(as_date(who), _today()) // 12,
    "days": _days,
    "hours": lambda a, b: Decimal(str((as_moment(b) - as_moment(a)).total_seconds())) / 3600,
    "months": lambda a, b: months_between(as_date(a), as_date(b)),
    "years": lambda a, b: months_between(as_date(a), as_date(b)) // 12,
    "add_days": lambda day, count: as_date(day) + timedelta(days=int(count)),
    "add_months": lambda day, count: add_months(as_date(day), int(count)),
    "size": lambda value: len(value),
    "has": lambda values, wanted: wanted in values,
    "round": _round,
    "abs": lambda value: abs(_number(value)),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
}
