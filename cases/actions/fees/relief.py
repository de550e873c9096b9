"""Relief (减免) and amounts that a person decides, where the data could not say: nobody pays in silence."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bundles.forms.fees import money
from cases.actions.desk import attention
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.fees import charges, charging
from cases.actions.fees.charges import Relief, State
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Charge, SubApplication
from cases.ports import Actor

Held = tuple[Case, list[SubApplication], Charge]


@transaction.atomic
def ask_relief(charge_id: UUID, reason: str, *, by: Actor) -> Charge:
    """The applicant asks not to have to pay; until a person has decided nothing lapses."""
    case, _sub, charge = _held(charge_id)
    if not reason.strip():
        raise NotReady(_("请写明申请减免的理由"))
    if charge.state != State.DUE or charge.relief != Relief.MAY_ASK:
        raise WrongState(_("这笔费用不能申请减免，或已经申请过了"))
    charge.relief, charge.relief_text = Relief.ASKED, reason.strip()[:500]
    charge.save(update_fields=["relief", "relief_text"])
    record(case, "charge.relief_asked", by=by, sub=charge.sub, charge=str(charge.pk))
    attention.raise_attention(case, Attention.Reason.CHARGE, sub=charge.sub, detail="relief asked")
    return charge


@transaction.atomic
def decide_relief(charge_id: UUID, granted: bool, *, by: Actor) -> Charge:
    """A person of the department decides: waived (what was paid meanwhile goes back), or due as before."""
    case, subs, charge = _held(charge_id)
    if charge.relief != Relief.ASKED:
        raise WrongState(_("没有等待审核的减免申请，或已经有人处理"))
    charge.relief = Relief.GRANTED if granted else Relief.REFUSED
    charge.save(update_fields=["relief"])
    if not granted:
        record(case, "charge.relief_refused", by=by, sub=charge.sub, charge=str(charge.pk))
    elif charge.state == State.DUE:
        charges.waive(case, charge, reason="granted", by=by)
    elif charge.state == State.PAID:
        charges.end(case, charge, reason="granted")
    if charge.sub is not None:
        attention.close(case, Attention.Reason.CHARGE, sub=charge.sub)
    charging.go_on(case, subs)
    return charge


@transaction.atomic
def state_amount(charge_id: UUID, amount: Decimal, *, by: Actor) -> Charge:
    """A person of the department states an amount that could not be worked out; nothing is not to be paid."""
    case, subs, charge = _held(charge_id)
    if charge.state != State.PRICING:
        raise WrongState(_("这笔费用的金额已经定了"))
    stated = money(amount)
    if stated is None:
        raise NotReady(_("金额应是不小于 0 的数"))
    record(case, "charge.amount_stated", by=by, sub=charge.sub, charge=str(charge.pk))
    if stated == 0:
        charges.waive(case, charge, reason="granted", amount=stated, by=by)
        charging.go_on(case, subs)
    else:
        charges.make_due(case, charge, stated)
        progress.advance(case, subs)
    return charge


def _held(charge_id: UUID) -> Held:
    """A charge with its case and sub-applications, all locked in order. Raises Charge.DoesNotExist."""
    case = lock_case(Charge.objects.values_list("case_id", flat=True).get(pk=charge_id))
    subs = lock_subs(case)
    charge = charges.locked(charge_id)
    charge.sub = next((sub for sub in subs if sub.pk == charge.sub_id), None)
    return case, subs, charge
