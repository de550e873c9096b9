"""Where fees meet the path of a case: written down at filing, asked for before or after the decision, ended with it.

before_submit is paid before handing in (see prepaying), before_accept and before_decision before the item goes to its
department, unless the item's own rules wait for the payment; before_delivery withholds the result, not the decision;
after holds nothing.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.forms.fees import pays_itself
from bundles.spec import Item
from cases.actions.desk import attention
from cases.actions.engine import holding, progress
from cases.actions.engine.events import record
from cases.actions.engine.occasions import Closed
from cases.actions.fees import charges
from cases.actions.fees.charges import AT_THE_END, BEFORE_SENDING, State
from cases.models import Attention, Case, Charge, SubApplication
from cases.ports import Actor, Answer
from cases.states import SUB_FINAL, SubState

PAYMENT = "payment"


def write_down(case: Case, subs: list[SubApplication]) -> None:
    """The case was received: each item that costs something gets its charge; what was paid before finds its item."""
    if not charges.charges_anything(case):
        return
    known = {(one.item_id, one.instance_key): one for one in Charge.objects.filter(case=case).order_by("plan")}
    for sub in subs:
        item = charges.item_of(case, sub.item_id)
        charge = known.get((sub.item_id, sub.instance_key))
        if item.fee.kind == "none":
            continue
        if charge is None:
            charges.new_charge(case, item, sub.instance_key, sub)
        elif charge.sub_id is None:
            Charge.objects.filter(case=case, item_id=sub.item_id, instance_key=sub.instance_key).update(sub=sub)


def gate(case: Case, sub: SubApplication, item: Item) -> Closed | None:
    """Everything upstream is there: what must be paid first is asked for now, and holds the item until it is paid."""
    fee = item.fee
    if fee.kind in ("none", "passthrough") or fee.when not in BEFORE_SENDING:
        return None
    charge = charges.charge_of(sub) or charges.new_charge(case, item, sub.instance_key, sub)
    charge.sub = sub
    charges.want(case, charge)
    is_open = charge.state in charges.UNSETTLED
    return Closed(PAYMENT, _("等您缴费")) if is_open and not pays_itself(item) else None


def holds(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer) -> str:
    """An approval waits for a fee that had to come first and became known only while the department was at it."""
    if charges.item_of(case, sub.item_id).fee.kind == "none":
        return ""
    first = Charge.objects.filter(sub=sub, when__in=BEFORE_SENDING, state__in=[State.PRICING, State.DUE])
    return PAYMENT if first.exists() else ""


def after_final(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """Approved: what is paid at the end is asked for now. Ended otherwise: nothing is asked for, money goes back."""
    if charges.item_of(case, sub.item_id).fee.kind == "none":
        return
    for charge in Charge.objects.filter(sub=sub):
        charge.sub = sub
        if sub.state != SubState.APPROVED:
            charges.end(case, charge, reason=str(sub.state))
        elif charge.when in AT_THE_END:
            charges.want(case, charge)
        elif charge.state == State.PLANNED:
            charges.end(case, charge, reason="decided")


def waits(case: Case, subs: list[SubApplication]) -> bool:
    """Whether an item stands still until the applicant pays; who has asked for relief waits for us."""
    if not charges.charges_anything(case):
        return False
    due = Charge.objects.filter(case=case, state=State.DUE, when__in=BEFORE_SENDING).exclude(sub=None)
    open_ids = {sub.pk for sub in subs if sub.state not in SUB_FINAL}
    return any(sub_id in open_ids for sub_id in due.exclude(relief="asked").values_list("sub_id", flat=True))


def told(case: Case, subs: list[SubApplication], sub: SubApplication, answer: Answer, *, by: Actor) -> None:
    """What a department says about the fee with an answer.

    For a fee that others collect it is shown as told; an amount that we could not work out is taken from it. A fee
    that the bundle does not have is never passed on to the applicant: a person is told (行政许可法 第五十八条).
    """
    stated = answer.fee
    if stated is None:
        return
    charge = charges.charge_of(sub)
    if charge is None:
        attention.raise_attention(case, Attention.Reason.CHARGE, sub=sub, detail="a fee that the bundle does not have")
        return
    charge.sub = sub
    if charge.state == State.PASSTHROUGH:
        charge.amount = stated.amount if stated.amount is not None else charge.amount
        charge.label = (stated.label or charge.label)[:200]
        charge.save(update_fields=["amount", "label"])
        record(case, "charge.told", by=by, sub=sub, charge=str(charge.pk))
    elif charge.state in (State.PRICING, State.PLANNED) and charge.kind == "formula" and stated.amount:
        charges.make_due(case, charge, stated.amount)
    elif stated.amount is not None and charge.amount is not None and stated.amount != charge.amount:
        attention.raise_attention(case, Attention.Reason.CHARGE, sub=sub, detail="the department states another amount")


def stand_still(case: Case, subs: list[SubApplication]) -> None:
    """Accepted while a fee that comes first is due: from the acceptance on the clock waits for the payment."""
    if not charges.charges_anything(case):
        return
    accepted = {sub.pk: sub for sub in subs if sub.accepted_at and sub.state not in SUB_FINAL}
    for charge in Charge.objects.filter(sub__in=list(accepted), state=State.DUE, when__in=BEFORE_SENDING):
        if charge.sub_id in accepted:
            charges.stop_the_clock(case, charge, accepted[charge.sub_id])


def tell_due(case: Case, subs: list[SubApplication]) -> None:
    """Ask for everything that has become due in one message, once nothing is still being worked out beside it."""
    if not charges.charges_anything(case):
        return
    mine = Charge.objects.filter(case=case).exclude(sub=None)
    due = list(mine.filter(state=State.DUE, told_at=None).select_related("sub"))
    if due and not mine.filter(state=State.PRICING, tries=0).exists():
        charges.ask_to_pay(case, due)
        Charge.objects.filter(pk__in=[charge.pk for charge in due]).update(told_at=timezone.now())


def go_on(case: Case, subs: list[SubApplication]) -> None:
    """After a payment or a waiver: held approvals take effect, gates open, the case is carried on."""
    holding.release(case, subs)
    progress.advance(case, subs)
