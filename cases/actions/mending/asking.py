"""Asking a department what it has, because a person wants to know: nothing is sent again before it has said so."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import outbox, ports
from cases.actions.delivery import inbox
from cases.actions.desk import attention
from cases.actions.engine.answers import apply_answer
from cases.actions.mending import desk
from cases.actions.mending.desk import Kind, Opened
from cases.errors import WrongState
from cases.models import Attention, Delivery
from cases.ports import NEVER_SEEN, Actor, Outcome, Parcel
from cases.states import DeliveryState


class Heard(StrEnum):
    """What came back: its answer, that it never saw the application, or nothing that can be relied on."""

    ANSWERED = "answered"
    NEVER_SEEN = "never_seen"
    UNKNOWN = "unknown"


def ask_now(attention_id: UUID, *, by: Actor) -> Heard:
    """Ask the department of an open attention, and let what it says take effect. Raises WrongState where none can.

    No transaction spans the question. An answer closes what it settles; that the department never saw it is
    written down, and stays true only until the promise is tried again.
    """
    with desk.opened(attention_id) as found:
        delivery = _to_ask_about(found)
        parcel = parcel_of(delivery)
    outcome = ports.department_gateway().ask([parcel])[0]
    with desk.opened(attention_id) as found:
        heard = take_in(found, delivery, outcome)
        desk.write(found, Kind.ASKED, by=by, heard=heard.value)
        _settle(found, delivery, heard, by)
        return heard


def _to_ask_about(found: Opened) -> Delivery:
    """What the attention is about: a promise that is stuck, else the filing."""
    stuck = Delivery.objects.filter(sub=found.item, department=found.item.department, tries__gt=0)
    stuck = stuck.filter(state__in=[DeliveryState.DUE, DeliveryState.REFUSED]).order_by("-created_at")
    delivery = stuck.first() or outbox.filing_of(found.item)
    if delivery is None or delivery.state in (DeliveryState.CANCELLED, DeliveryState.SUPERSEDED):
        raise WrongState(_("没有向这个部门送过申请，问不到什么"))
    return delivery


def parcel_of(delivery: Delivery) -> Parcel:
    """The question about a delivery: by the key of its filing."""
    return Parcel(
        delivery_id=delivery.pk,
        department=delivery.department,
        purpose=delivery.purpose,  # type: ignore[arg-type]
        key=str(delivery.key),
        target_key=str(delivery.target_key),
        body=b"",
        sub_application_id=delivery.sub_id,
        ask_first=True,
    )


def take_in(found: Opened, delivery: Delivery, outcome: Outcome) -> Heard:
    """Let an answer to a question take effect, as every answer of the department does."""
    if outcome.kind == "refused" and outcome.detail == NEVER_SEEN:
        return Heard.NEVER_SEEN
    if outcome.kind != "done" or outcome.answer is None:
        return Heard.UNKNOWN
    if delivery.department != found.item.department:
        raise WrongState(_("这件事已经转到别的部门，不再问原来的部门"))
    actor = Actor("department", department=found.item.department)
    effect = apply_answer(found.case, found.subs, found.item, outcome.answer, by=actor)
    inbox.keep_answer(found.item, outcome.answer, effect, event_id=f"asked:{found.item.pk}:{outcome.answer.status}")
    return Heard.ANSWERED


def _settle(found: Opened, delivery: Delivery, heard: Heard, by: Actor) -> None:
    """Close what the answer has settled: the department knows it after all, or there is nothing to call back."""
    knows, is_filing = heard is Heard.ANSWERED, delivery.purpose == Delivery.Purpose.FILE
    nothing_to_call_back = heard is Heard.NEVER_SEEN and delivery.purpose == Delivery.Purpose.WITHDRAW
    if (knows and is_filing) or nothing_to_call_back:
        mine = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, lease_no=delivery.lease_no)
        mine.update(state=DeliveryState.DONE, next_at=None, lease_until=None, closed_at=timezone.now())
    if knows:
        attention.close(found.case, Attention.Reason.FORGOTTEN, sub=found.item)
    if nothing_to_call_back:
        reasons = (Attention.Reason.NOT_DELIVERED, Attention.Reason.REFUSED_BY_SYSTEM)
        attention.close(found.case, *reasons, sub=found.item)
