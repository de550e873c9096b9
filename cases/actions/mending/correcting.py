"""Sending a refused promise once more with corrected values: a new key and new bytes under the same sub-application.

Two people: who proposes does not confirm (四眼原则). The old promise is closed as superseded. Nothing goes out while
the department may have acted on the old one: only its first and only try was refused for good, or it was asked just
now and says that it never saw it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from cases import outbox, ports
from cases.actions.delivery.bodies import filing_body
from cases.actions.engine import progress
from cases.actions.mending import asking, desk
from cases.actions.mending.asking import Heard
from cases.actions.mending.desk import Kind, Opened
from cases.actions.registers.facts import context_of
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Correction, Delivery, SubApplication
from cases.ports import Actor
from cases.queries.attention_rules import CORRECTABLE
from cases.queries.payload import NotInBody, is_editable, leaves_of, with_value
from cases.states import DeliveryState

MOST_CHANGES = 50
LONGEST_VALUE = 2000
NEVER_AGAIN = frozenset({DeliveryState.CANCELLED, DeliveryState.SUPERSEDED})


def propose(attention_id: UUID, changes: Mapping[str, str], reason: str, *, by: Actor) -> Correction:
    """Propose corrected values for a promise that does not get through; somebody else has to confirm them.

    `changes`: path in the body -> the value as typed. Raises NotReady for a path that may not be changed or a value
    that is not of its kind, WrongState where nothing is stuck or a proposal waits already.
    """
    reason = desk.needed(reason, "correction.reason", "请写明为什么要更正")
    with desk.opened(attention_id) as found:
        delivery = stuck_delivery(found)
        values = _typed(_body_anew(found, delivery), changes)
        if Correction.objects.filter(refused=delivery, state=Correction.State.PROPOSED).exists():
            raise WrongState(_("已经有一份更正在等人复核"))
        correction = Correction.objects.create(
            attention=found.attention,
            refused=delivery,
            changes=values,
            reason=reason,
            proposed_by_id=_person(by),
            proposed_at=timezone.now(),
        )
        desk.write(found, Kind.CORRECTION_PROPOSED, by=by, text=reason, paths=sorted(values))
        return correction


def decline(correction_id: UUID, reason: str, *, by: Actor) -> None:
    """Do not agree; the promise stays stuck as it was, with the reason on the desk. Also for taking one's own back."""
    reason = desk.needed(reason, "decline.reason", "请写明为什么不同意")
    attention_id = Correction.objects.values_list("attention_id", flat=True).get(pk=correction_id)
    with desk.opened(attention_id) as found:
        correction = _waiting(correction_id)
        correction.state, correction.decided_by_id = Correction.State.DECLINED, _person(by)
        correction.decided_at = timezone.now()
        correction.save(update_fields=["state", "decided_by", "decided_at"])
        desk.write(found, Kind.CORRECTION_DECLINED, by=by, text=reason)


def confirm(correction_id: UUID, *, by: Actor) -> Delivery:
    """Confirm the values of a colleague and send them. Returns the new promise.

    Raises CaseError for who proposed it, WrongState where the department has it after all (its answer then counts),
    NotReady where it cannot be asked now.
    """
    correction = Correction.objects.select_related("refused").get(pk=correction_id)
    if correction.proposed_by_id == desk.person_id(by):
        raise CaseError(_("更正要由另一个人复核，提出的人不能自己确认"))
    fence = _make_sure(correction.attention_id, by)
    with desk.opened(correction.attention_id) as found:
        return _send(found, _waiting(correction_id), fence, by)


def send_anew(attention_id: UUID, reason: str, *, by: Actor) -> Delivery:
    """Send the same values under a new key: only after the department has said that it never saw the old one."""
    reason = desk.needed(reason, "anew.reason", "请写明为什么重新送")
    fence = _make_sure(attention_id, by, always_ask=True)
    with desk.opened(attention_id) as found:
        correction = Correction(
            attention=found.attention,
            refused=stuck_delivery(found),
            is_unchanged=True,
            reason=reason,
            proposed_by_id=_person(by),
            proposed_at=timezone.now(),
        )
        return _send(found, correction, fence, by)


def stuck_delivery(found: Opened) -> Delivery:
    """The promise that does not get through; of a department that forgot, the filing. Raises WrongState for none."""
    if found.attention.reason not in CORRECTABLE:
        raise WrongState(_("这一类问题不能用更正重送来解决"))
    mine = Delivery.objects.filter(sub=found.open_item, department=found.open_item.department)
    mine = mine.exclude(purpose=Delivery.Purpose.WITHDRAW).order_by("-round", "-created_at")
    if found.attention.reason == Attention.Reason.FORGOTTEN:
        stuck = mine.filter(purpose=Delivery.Purpose.FILE).exclude(state__in=NEVER_AGAIN).first()
    else:
        stuck = mine.filter(state__in=[DeliveryState.REFUSED, DeliveryState.DUE]).first()
    if stuck is None:
        raise WrongState(_("没有卡住的申请；可能已经送出，请刷新页面"))
    return stuck


def body_to_correct(attention_id: UUID) -> Mapping[str, Any]:
    """What would be sent now, for the form that proposes values. Raises WrongState where nothing is stuck."""
    with desk.opened(attention_id) as found:
        return _body_anew(found, stuck_delivery(found))


# ---- what the department knows ----------------------------------------------------------------------------------

# The delivery, and the number of its lease when the department was asked: whoever tried since then makes it unsure.
Fence = tuple[UUID, int]


def _make_sure(attention_id: UUID, by: Actor, *, always_ask: bool = False) -> Fence:
    """That the department has not acted on the promise: by its refusal of the only try, else by asking it now."""
    with desk.opened(attention_id) as found:
        delivery = stuck_delivery(found)
        if desk.is_on_its_way(delivery):
            raise WrongState(_("正在向部门发送，请等半分钟再试"))
        if is_refused_outright(delivery) and not always_ask:
            return delivery.pk, delivery.lease_no
        if delivery.purpose != Delivery.Purpose.FILE:
            raise WrongState(_("补交的内容可能已经送到，部门没法确认；请与部门核实后登记决定或转人工"))
        # Nobody tries it while the department is being asked.
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.DUE).update(
            next_at=timezone.now() + progress.FIRST_QUERY
        )
    outcome = ports.department_gateway().ask([asking.parcel_of(delivery)])[0]
    with desk.opened(attention_id) as found:
        heard = asking.take_in(found, delivery, outcome)
        desk.write(found, Kind.ASKED, by=by, heard=heard.value)
    if heard is Heard.ANSWERED:
        raise WrongState(_("部门已经收到这件申请，按它的答复办理，不再重送"))
    if heard is Heard.UNKNOWN:
        raise NotReady(_("现在问不到部门有没有收到；问到“没有收到”以前不能换新的内容重送"))
    return delivery.pk, delivery.lease_no


def is_refused_outright(delivery: Delivery) -> bool:
    """Refused for good at the first and only try: there is nothing the department could have acted on."""
    return delivery.state == DeliveryState.REFUSED and delivery.tries == 1 and delivery.lease_no == 1


# ---- sent -------------------------------------------------------------------------------------------------------


def _send(found: Opened, correction: Correction, fence: Fence, by: Actor) -> Delivery:
    delivery = stuck_delivery(found)
    if (delivery.pk, delivery.lease_no) != fence or desk.is_on_its_way(delivery):
        raise WrongState(_("刚刚又送过一次，请等它有结果再试"))
    body = _body_anew(found, delivery)
    for path, value in (correction.changes or {}).items():
        body = with_value(body, path, value)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.SUPERSEDED, next_at=None, lease_until=None, closed_at=timezone.now()
    )
    sent = _promise(found, delivery, body)
    correction.state, correction.sent, correction.decided_by_id = Correction.State.SENT, sent, _person(by)
    correction.decided_at = timezone.now()
    correction.save()
    desk.write(found, Kind.SENT_ANEW, by=by, text=correction.reason, paths=sorted(correction.changes or {}))
    desk.close(found, Kind.SENT_ANEW, by=by)
    return sent


def _promise(found: Opened, old: Delivery, body: Mapping[str, Any]) -> Delivery:
    """The promise anew, in a round of its own; a filing is its own target, anything else is about the filing."""
    sub = found.open_item
    target = None if old.purpose == Delivery.Purpose.FILE else outbox.filing_of(sub)
    _begin_a_round(sub)
    return outbox.promise(sub, old.purpose, body, target=target)


def _begin_a_round(sub: SubApplication) -> None:
    rounds = Delivery.objects.filter(sub=sub).values_list("round", flat=True)
    sub.round = max(sub.round, *rounds) + 1
    sub.next_at = timezone.now() + progress.FIRST_QUERY
    sub.version += 1
    sub.save(update_fields=["round", "next_at", "version"])


def _body_anew(found: Opened, delivery: Delivery) -> dict[str, Any]:
    """A filing is rendered anew from the frozen version, with links that open; anything else is as it was."""
    if delivery.purpose != Delivery.Purpose.FILE:
        return dict(json.loads(delivery.body))
    context = context_of(found.case)
    rendered = filing_body(found.case, found.item, context, forms.select(context))
    return dict(json.loads(json.dumps(rendered, cls=DjangoJSONEncoder)))


def _typed(body: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """Values of the kind they replace. Raises NotReady naming each that cannot be."""
    wanted = {path: text.strip() for path, text in changes.items() if text.strip()}
    if not wanted or len(wanted) > MOST_CHANGES:
        raise NotReady(
            _("请填写要更正的内容，最多 %(most)s 项") % {"most": MOST_CHANGES},
            (("correction", _("请填写要更正的内容")),),
        )
    known = {leaf.path: leaf.value for leaf in leaves_of(body)}
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for path, text in wanted.items():
        try:
            if path not in known or not is_editable(path) or len(text) > LONGEST_VALUE:
                raise NotInBody(path)
            values[path] = _of_kind(known[path], text)
        except ValueError:
            faults.append((f"value.{path}", "这一项不能改成这样的内容"))
    if faults:
        raise NotReady(_("有 %(count)s 项填得不对") % {"count": len(faults)}, tuple(faults))
    return values


def _of_kind(old: Any, text: str) -> Any:
    if isinstance(old, bool):
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"
    if isinstance(old, int):
        return int(text)
    return float(text) if isinstance(old, float) else text


def _waiting(correction_id: UUID) -> Correction:
    correction = Correction.objects.select_for_update().get(pk=correction_id)
    if correction.state != Correction.State.PROPOSED:
        raise WrongState(_("这份更正已经处理过了，请刷新页面"))
    return correction


def _person(by: Actor) -> UUID:
    """Who answers for it: a correction is never the machine's. Raises CaseError."""
    person = desk.person_id(by)
    if person is None:
        raise CaseError(_("更正要由登录的工作人员来做"))
    return person
