"""What an item costs: fixed, by formula, by table; waived, not waived, or nobody can tell yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from bundles.forms.blocks import facts_read
from bundles.forms.scope import FormScope
from bundles.forms.words import options_of
from bundles.rules import UNKNOWN, Expression, Reading, RuleError, evaluate, judge, parse
from bundles.spec import BundleSpec, Fee, Item
from bundles.spec.registry import Registry

CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal("0.00")
SUMS: Final = frozenset({"count", "total"})


@dataclass(frozen=True, slots=True)
class Priced:
    """What a fee comes to. `amount` None: not to be computed yet. `waived` None: nobody can tell, a person decides."""

    amount: Decimal | None
    waived: bool | None
    readings: tuple[Reading, ...] = ()


def price(scope: FormScope, item: Item, *, instances: int = 1, position: int = 0) -> Priced:
    """The fee of one item or of one of its instances, in the scope of its row.

    A formula that itself adds up over the rows is the sum for all of them: each instance bears its share, the
    first one what is left over (`position` counts from 0). Money has two places, half away from zero.
    """
    readings: list[Reading] = []
    waived = _waived(scope, item.fee, readings)
    amount = _amount(scope, item, readings)
    if amount is not None and instances > 1 and adds_up(item):
        amount = share(amount, instances, position)
    return Priced(amount, waived, tuple(readings))


def share(total: Decimal, parts: int, position: int) -> Decimal:
    """One of `parts` equal shares of an amount; the first one bears what does not divide."""
    each = (total / parts).quantize(CENT, rounding=ROUND_DOWN)
    return total - each * (parts - 1) if position == 0 else each


def adds_up(item: Item) -> bool:
    """Whether the formula of a fee is over all rows of the item's instances: count("group"), total("group.field")."""
    group = item.instances.group if item.instances else None
    expression = _parsed(item.fee.expr)
    if group is None or expression is None:
        return False
    named = (str(call.args[0]) for call in expression.calls if call.function in SUMS and call.args)
    return any(name.partition(".")[0] == group for name in named)


def pays_itself(item: Item) -> bool:
    """Whether the item's own rules wait for its payment: then nothing else has to hold it back."""
    if item.decision.kind != "auto":
        return False
    rules = (_parsed(rule.expr) for rule in item.decision.rules if rule.fail == "wait")
    calls = (call for expression in rules if expression for call in expression.calls)
    return any(call.function == "paid" and call.args[:1] == (item.id,) for call in calls)


def fee_paths(spec: BundleSpec, fee: Fee) -> tuple[str, ...]:
    """The registers and licences a fee depends on, variables followed; each once."""
    found = (path for text in (fee.expr, fee.waive) for path in _paths(spec, text))
    return tuple(dict.fromkeys(path for path in found if path.startswith(("api:", "licence:"))))


def _paths(spec: BundleSpec, text: str | None) -> Iterator[str]:
    waiting, seen = [text], set[str]()
    while waiting:
        one = waiting.pop()
        expression = _parsed(one) if one and one not in seen else None
        if one is None or expression is None:
            continue
        seen.add(one)
        yield from facts_read(expression)
        waiting += [variable.expr for name in expression.names if (variable := spec.variables.get(name))]


def _waived(scope: FormScope, fee: Fee, readings: list[Reading]) -> bool | None:
    if not fee.waive:
        return False
    verdict = judge(fee.waive, scope, readings)
    return None if verdict is UNKNOWN else bool(verdict)


def _amount(scope: FormScope, item: Item, readings: list[Reading]) -> Decimal | None:
    fee = item.fee
    if fee.kind == "fixed" and fee.amount is not None:
        return money(Decimal(str(fee.amount)))
    if fee.kind == "formula" and fee.expr:
        return money(evaluate(fee.expr, scope, readings))
    return _by_table(scope, item, readings) if fee.kind == "table" else None


def chooser_of(spec: BundleSpec, registry: Registry, item: Item) -> str | None:
    """The field or question whose chosen values pick rows of an item's table: `rows_by`, else the only one that fits.

    A field fits that the item needs and that has an option for every row; else a question of the situation does.
    """
    if item.fee.rows_by:
        return item.fee.rows_by
    wanted = frozenset(rows_of(item.fee))
    fields = [
        field.id
        for _, _, field in spec.walk_fields()
        if field.type in ("enum", "multi")
        and item.id in spec.items_of_field(field.id)
        and wanted <= {str(option[0]) for option in options_of(field, registry)}
    ]
    questions = [one.id for one in spec.guidance if wanted <= {str(option.value) for option in one.options}]
    found = fields or questions
    return found[0] if wanted and len(found) == 1 else None


def _by_table(scope: FormScope, item: Item, readings: list[Reading]) -> Decimal | None:
    """The rows of what was chosen, added up; None where nothing was chosen yet or a choice has no row."""
    fee, chooser = item.fee, chooser_of(scope.context.spec, scope.context.registry, item)
    if chooser is None:
        return None
    chosen = scope.name(chooser)
    readings.append(Reading("name", chooser, chosen))
    values = [chosen] if isinstance(chosen, str) else chosen
    if not isinstance(values, list | tuple):
        return None
    prices = rows_of(fee)
    amounts = [prices.get(str(value)) for value in values]
    known = [amount for amount in amounts if amount is not None]
    return money(sum(known, NOTHING)) if len(known) == len(amounts) else None


def rows_of(fee: Fee) -> Mapping[str, Decimal]:
    """A fee's table: amount by chosen value."""
    return {str(row[0]): Decimal(str(row[1])) for row in fee.rows}


def money(value: object) -> Decimal | None:
    """An amount with two places, half away from zero; None for what is no amount (unknown, negative)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    amount = Decimal(str(value)).quantize(CENT, rounding=ROUND_HALF_UP)
    return amount if amount >= 0 else None


def _parsed(text: str | None) -> Expression | None:
    try:
        return parse(text) if text else None
    except RuleError:
        return None
