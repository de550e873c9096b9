"""The amount of a charge: which registers it needs, and what the rules of the bundle make of what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bundles import forms
from bundles.forms.fees import Priced, fee_paths, price
from bundles.rules import UNKNOWN, Reading
from cases.actions.registers import facts
from cases.models import Case, Charge


@dataclass(frozen=True, slots=True)
class Billed:
    """An instance of an item that costs something: enough to work out its amount without a sub-application."""

    item_id: str
    key: str
    row: forms.Row | None


def billed(charge: Charge) -> Billed:
    return Billed(charge.item_id, charge.instance_key, row_of_key(charge.instance_key))


def row_of_key(key: str) -> forms.Row | None:
    """The row behind an instance key such as "s_child.0"; None for an instance made from a register's record."""
    group, _, index = key.rpartition(".")
    return forms.Row(group, int(index)) if group and index.isdecimal() else None


def lookups_of(context: forms.Context, one: Billed) -> list[forms.Lookup]:
    """What has to be asked before the amount and the waiver can be worked out."""
    fee = context.spec.item(one.item_id).fee
    row = one.row if one.row and one.row.group in context.spec.groups else None
    found = (forms.lookup_for(context, path, row) for path in fee_paths(context.spec, fee))
    return [lookup for lookup in found if lookup is not None]


def price_of(context: forms.Context, one: Billed) -> Priced:
    """What an instance costs, by what is known now."""
    item = context.spec.item(one.item_id)
    selection = forms.select(context)
    row = one.row if one.row and one.row.group in context.spec.groups else None
    scope = forms.scope(context, selection, row=row)
    keys = [instance.key for instance in forms.instances_of(context, one.item_id, selection)]
    position = keys.index(one.key) if one.key in keys else 0
    return price(scope, item, instances=max(len(keys), 1), position=position)


def ask_for(case: Case, ones: Sequence[Billed]) -> None:
    """Ask the registers that fees of a case depend on. Never inside a transaction."""
    context = facts.context_of(case)
    for one in ones:
        wanted = lookups_of(context, one)
        if wanted:
            facts.ask(case, wanted, purpose=context.spec.item(one.item_id).fee.zh or context.spec.item(one.item_id).zh)


def readable(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """What was read for an amount, as the trace of a charge keeps it."""
    return [{"kind": one.kind, "key": one.key, "value": _plain(one.value)} for one in readings]


def _plain(value: object) -> str | None:
    return None if value is None else "unknown" if value is UNKNOWN else str(value)


def words_of(amount: Decimal | None) -> str:
    """An amount as people read it: 400.00."""
    return f"{amount:,.2f}" if amount is not None else ""
