"""What time and registers do to charges: amounts worked out, waivers looked at again, reminders, the last day."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from cases.actions.deciding import lapsing
from cases.actions.engine import progress, rounds
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.fees import charges, charging, pricing
from cases.actions.fees.charges import BEFORE_SENDING, State
from cases.actions.registers import facts
from cases.models import Case, Charge, SubApplication
from cases.states import SUB_FINAL

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=20)
MOST_REMINDERS = 3
REST = timedelta(days=30)
UNPAID = "没有在规定的时间内缴费"


def price_wanted(limit: int = 32) -> int:
    """Work out what is wanted, asking registers first; no transaction spans a look-up. Returns how many were tried."""
    return _round("fees.charge_rounds.price_wanted", State.PRICING, limit)


def look_at_due(limit: int = 50) -> int:
    """Look again at what is due: a waiver that became known, a reminder, the last day to pay."""
    return _round("fees.charge_rounds.look_at_due", State.DUE, limit)


def _round(name: str, state: Charge.State, limit: int) -> int:
    due = Charge.objects.filter(state=state, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each(name, due, partial(_carry, state), "next_at", limit=limit)


def _carry(state: Charge.State, charge_id: UUID, seen: datetime) -> int:
    """Ask outside, act inside; whoever dies in between is made good when the lease runs out."""
    mine = Charge.objects.filter(pk=charge_id, state=state, next_at=seen)
    if not mine.update(next_at=timezone.now() + LEASE):
        return 0
    charge = Charge.objects.select_related("case").get(pk=charge_id)
    pricing.ask_for(charge.case, [pricing.billed(charge)])
    with transaction.atomic():
        case = lock_case(charge.case_id)
        subs = lock_subs(case)
        fresh = charges.locked(charge_id)
        fresh.sub = next((sub for sub in subs if sub.pk == fresh.sub_id), None)
        if fresh.state == state:
            ACTS[state](case, subs, fresh)
    return 1


def _price(case: Case, subs: list[SubApplication], charge: Charge) -> None:
    context = facts.context_of(case)
    charges.settle_price(case, charge, pricing.price_of(context, pricing.billed(charge)))
    if charge.state == State.WAIVED:
        charging.go_on(case, subs)
    else:
        progress.advance(case, subs)


def _look_at(case: Case, subs: list[SubApplication], charge: Charge) -> None:
    if charge.relief == Charge.Relief.MAY_ASK and _is_waived_now(case, charge):
        charges.waive(case, charge, reason="rule")
        charging.go_on(case, subs)
    elif _is_over(charge):
        _lapse(case, subs, charge)
    else:
        _remind(case, charge)


def _is_waived_now(case: Case, charge: Charge) -> bool:
    priced = pricing.price_of(facts.context_of(case), pricing.billed(charge))
    charge.trace = pricing.readable(priced.readings)
    return priced.waived is True


def _is_over(charge: Charge) -> bool:
    """Past the last day that the bundle sets for a fee which must come first; who asked for relief waits for us."""
    past = charge.pay_by is not None and charge.pay_by < timezone.localdate()
    return past and charge.when in BEFORE_SENDING and charge.relief != Charge.Relief.ASKED


def _lapse(case: Case, subs: list[SubApplication], charge: Charge) -> None:
    """Not paid within the time the bundle gives: the item ends, the rest goes on."""
    sub = charge.sub
    if sub is None or sub.state in SUB_FINAL:
        charges.end(case, charge, reason="unpaid")
        return
    lapsing.lapse(case, subs, sub, code="unpaid", why=UNPAID)
    progress.advance(case, subs)


def _remind(case: Case, charge: Charge) -> None:
    """Every few days at first, then once a month, all that is due in one message; the page says it all the time."""
    now = timezone.now()
    together = [charge, *_due_as_well(case, charge, now)]
    for one in together:
        one.reminders += 1
        rests = one.reminders >= MOST_REMINDERS
        one.next_at = charges.next_look(one, now, REST if rests else charges.REMIND_EVERY)
        one.save(update_fields=["reminders", "next_at"])
    asked = [one for one in together if one.reminders <= MOST_REMINDERS and one.relief != Charge.Relief.ASKED]
    if asked := [one for one in asked if one.sub is not None]:
        charges.ask_to_pay(case, asked)


def _due_as_well(case: Case, charge: Charge, now: datetime) -> list[Charge]:
    """Other charges of the case whose reminder has come: those of which neither a waiver nor a last day has to say."""
    others = Charge.objects.select_for_update(of=("self",)).filter(case=case, state=State.DUE, next_at__lte=now)
    others = others.exclude(pk=charge.pk).exclude(sub=None).exclude(relief=Charge.Relief.MAY_ASK)
    return [one for one in others.select_related("sub") if not _is_over(one)]


ACTS = {State.PRICING: _price, State.DUE: _look_at}
