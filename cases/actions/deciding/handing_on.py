"""Handing an item on (转办): a wrong department gives it back to the lead, the lead hands it to the right one.

退回牵头部门重新分派, 时间计入牵头部门: an accepted item's clock runs on; whose time it was stands in `Reassignment`.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from cases import outbox
from cases.actions.applying import withdrawal
from cases.actions.deciding import consulting
from cases.actions.delivery.bodies import filing_body
from cases.actions.desk import attention
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.registers.facts import context_of
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Delivery, Reassignment, SubApplication
from cases.ports import Actor
from cases.queries.proceedings import lead_of, targets_of
from cases.states import SubState

MOVABLE = frozenset({SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED})
MOVED = [
    "state", "department", "connect", "dispatched_at", "receipt_no", "last_event_seq", "assigned_to",
    "version", "round", "next_at",
]  # fmt: skip
OF_THE_OLD_ONE = (Attention.Reason.SILENT, Attention.Reason.NOT_DELIVERED, Attention.Reason.REFUSED_BY_SYSTEM)


def hand_on(case: Case, sub: SubApplication, department: str, reason: str, *, by: Actor) -> Reassignment:
    """Give a locked item to another department; the one before is told where it has its own system.

    Raises NotReady without a reason or for a department that cannot get it, WrongState while it waits for others.
    """
    lead = lead_of(case)
    _check(case, sub, department, reason)
    withdrawal.call_back(sub, reason)
    consulting.drop_open(case, sub)
    before, now = sub.department, timezone.now()
    sub.reassign(to=department, connect=_connect(case, sub, department), at=now)
    sub.version += 1
    sub.next_at = now + (progress.RECHECK if sub.connect == "manual" else progress.FIRST_QUERY)
    _begin_a_round(sub)
    sub.save(update_fields=MOVED)
    attention.close(case, *OF_THE_OLD_ONE, sub=sub)
    record(case, "item.reassigned", by=by, sub=sub, before=before, department=department, to_lead=department == lead)
    _file(case, sub)
    return Reassignment.objects.create(
        sub=sub,
        from_department=before,
        to_department=department,
        to_lead=department == lead,
        reason=reason.strip(),
        by_id=UUID(by.id) if by.id else None,
        at=now,
    )


def _check(case: Case, sub: SubApplication, department: str, reason: str) -> None:
    if sub.state not in MOVABLE:
        raise WrongState(_("正在补正或特别程序中，结束后才能转办"))
    faults = []
    if department not in targets_of(case, sub):
        faults.append(("reassign.department", "请选择要转给的部门"))
    if not reason.strip():
        faults.append(("reassign.reason", "请写明为什么转办"))
    if faults:
        raise NotReady(faults[0][1], tuple(faults))


def _connect(case: Case, sub: SubApplication, department: str) -> str:
    """The department the bundle names has its own way of working; anybody else gets it on the worklist."""
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    return item.connect if department == item.dept else "manual"


def _begin_a_round(sub: SubApplication) -> None:
    """What was promised to the department before stays its own: a new filing needs a round of its own."""
    if Delivery.objects.filter(sub=sub, round=sub.round).exists():
        sub.round += 1


def _file(case: Case, sub: SubApplication) -> None:
    if sub.connect != "manual":
        context = context_of(case)
        outbox.promise(sub, Delivery.Purpose.FILE, filing_body(case, sub, context, forms.select(context)))
