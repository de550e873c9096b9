"""Fees that are paid before handing in (before_submit): they stand on the draft, and find their item when it is filed.

A change of the answers may change the amount: what is not paid yet is worked out anew, what is paid and no longer
right goes back and is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from bundles import forms
from bundles.spec import Item
from cases.actions.engine import rounds
from cases.actions.engine.locking import lock_case
from cases.actions.fees import charges, pricing
from cases.actions.fees.charges import State
from cases.actions.fees.pricing import Billed, row_of_key
from cases.actions.registers import facts
from cases.errors import NotReady
from cases.models import Case, Charge, SubApplication
from cases.states import CASE_FINAL

SETTLED = frozenset({State.PAID, State.WAIVED})
FIRST = "before_submit"


def prepare(case_id: UUID) -> None:
    """Work out what a draft costs before it can be handed in; asks registers, so never inside a transaction."""
    case = Case.objects.select_related("applicant").get(pk=case_id)
    if not _asks_first(case):
        return
    context = facts.context_of(case)
    pricing.ask_for(case, [one for _, one in _wanted(case, context, forms.select(context))])
    with transaction.atomic():
        case = lock_case(case_id)
        if case.state in CASE_FINAL:
            return
        context = facts.context_of(case)
        wanted = list(_wanted(case, context, forms.select(context)))
        _end_others(case, {(one.item_id, one.key) for _, one in wanted})
        for item, one in wanted:
            _bring_up_to_date(case, context, item, one)


def check_paid(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """Before handing in: every fee that comes first is paid or waived, at the amount of now. Raises NotReady."""
    if not _asks_first(case):
        return
    for item, one in _wanted(case, context, selection):
        charge = _current(case, one)
        if charge is None or charge.state not in SETTLED or _is_outdated(context, charge, one):
            message = f"“{item.zh}”要先缴费再提交"
            raise NotReady(message, (("charges", message),))


def _asks_first(case: Case) -> bool:
    return any(item.fee.when == FIRST for item in facts.context_of(case).spec.items if item.fee.kind != "none")


def _wanted(case: Case, context: forms.Context, selection: forms.Selection) -> Iterator[tuple[Item, Billed]]:
    """Items and instances that have to be paid before handing in and are not filed yet."""
    filed = set(SubApplication.objects.filter(case=case).values_list("item_id", flat=True))
    for item in context.spec.items:
        if item.id in selection.items and item.id not in filed and _comes_first(item):
            for instance in forms.instances_of(context, item.id, selection):
                yield item, Billed(item.id, instance.key, instance.row or row_of_key(instance.key))


def _comes_first(item: Item) -> bool:
    return item.fee.when == FIRST and item.fee.kind not in ("none", "passthrough")


def _current(case: Case, one: Billed) -> Charge | None:
    mine = Charge.objects.filter(case=case, item_id=one.item_id, instance_key=one.key)
    return mine.order_by("plan").last()


def _is_outdated(context: forms.Context, charge: Charge, one: Billed) -> bool:
    """The answers have changed since: another amount would be asked for now. What is unknown now changes nothing."""
    priced = pricing.price_of(context, one)
    if priced.waived or priced.amount is None or charge.reason == "granted":
        return False
    return priced.amount != (charge.amount or 0)


def _bring_up_to_date(case: Case, context: forms.Context, item: Item, one: Billed) -> None:
    charge = _current(case, one)
    if charge is not None and charge.state in SETTLED and not _is_outdated(context, charge, one):
        return
    if charge is not None and charge.state in (State.DUE, State.PRICING):
        priced = pricing.price_of(context, one)
        if charge.state == State.PRICING or priced.waived or priced.amount != charge.amount:
            charges.settle_price(case, charge, priced)
        return
    plan = 1
    if charge is not None:
        charges.end(case, charge, reason="changed")
        plan = charge.plan + 1
    fresh = charges.new_charge(case, item, one.key, None, plan=plan)
    charges.settle_price(case, fresh, pricing.price_of(context, one))


def _end_others(case: Case, wanted: set[tuple[str, str]]) -> None:
    """What is no longer chosen is no longer asked for, and what was paid for it goes back."""
    for charge in Charge.objects.filter(case=case, sub=None, state__in=[*charges.UNSETTLED, State.PAID]):
        if (charge.item_id, charge.instance_key) not in wanted:
            charges.end(case, charge, reason="changed")


def end_abandoned(limit: int = 50) -> int:
    """Drafts that were thrown away or taken back: what was paid for them goes back."""
    left = Charge.objects.filter(sub=None, case__state__in=CASE_FINAL, state__in=[*charges.UNSETTLED, State.PAID])
    return rounds.each("fees.prepaying.end_abandoned", left.order_by("pk"), _end, "case_id", limit=limit)


@transaction.atomic
def _end(charge_id: UUID, case_id: UUID) -> None:
    case = lock_case(case_id)
    charges.end(case, charges.locked(charge_id), reason="withdrawn")
