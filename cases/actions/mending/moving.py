"""Moving what is stuck: from a broken system to the people of the same department, or to another department."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import outbox, ports
from cases.actions.deciding import consulting, handing_on
from cases.actions.desk import attention
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.mending import asking, desk
from cases.actions.mending.asking import Heard
from cases.actions.mending.correcting import is_refused_outright
from cases.actions.mending.desk import Kind, Opened
from cases.errors import NotReady, WrongState
from cases.models import Delivery, SubApplication
from cases.ports import Actor
from cases.queries.attention_rules import OF_THE_SYSTEM
from cases.states import DeliveryState


def to_people(attention_id: UUID, reason: str, *, by: Actor, is_checked: bool = False) -> SubApplication:
    """Lay the item on the worklist of its department: people decide it instead of the system.

    The system is asked first. Where it has the application its answer counts and nothing moves; where it cannot
    say, somebody of the department states by `is_checked` that it is not being worked on there.
    Raises WrongState and NotReady accordingly.
    """
    reason = desk.needed(reason, "people.reason", "请写明为什么转人工")
    with desk.opened(attention_id) as found:
        desk.deciding(found, by)
        delivery = _movable(found)
    heard = _what_the_system_has(attention_id, delivery, by)
    if heard is Heard.ANSWERED:
        raise WrongState(_("部门系统已经收到这件申请，按它的答复办理，不转人工"))
    if heard is Heard.UNKNOWN and not is_checked:
        message = "部门系统问不到；请先在系统里核对没有这一件，或已作废，再勾选确认"
        raise NotReady(message, (("people.is_checked", message),))
    with desk.opened(attention_id) as found:
        _movable(found)
        _lay_on_the_worklist(found)
        record(found.case, "item.moved_to_people", by=by, sub=found.item, department=found.item.department)
        desk.write(found, Kind.TO_PEOPLE, by=by, text=reason, heard=heard.value if heard else "")
        desk.close(found, Kind.TO_PEOPLE, by=by)
        attention.close(found.case, *OF_THE_SYSTEM, sub=found.item)
        return found.item


def _movable(found: Opened) -> Delivery | None:
    """The latest filing, if any. Raises WrongState for an item that cannot be moved now."""
    sub = found.open_item
    if sub.connect == "manual":
        raise WrongState(_("这件事本来就由人工办理"))
    if sub.state not in handing_on.MOVABLE:
        raise WrongState(_("还没有送到部门，或正在补正、特别程序中，现在不能转人工"))
    return outbox.filing_of(sub)


def _what_the_system_has(attention_id: UUID, delivery: Delivery | None, by: Actor) -> Heard | None:
    """None where nothing can have reached it; else what it says when asked."""
    if delivery is None or is_refused_outright(delivery) or (delivery.tries == 0 and delivery.lease_no == 0):
        return None
    outcome = ports.department_gateway().ask([asking.parcel_of(delivery)])[0]
    with desk.opened(attention_id) as found:
        heard = asking.take_in(found, delivery, outcome)
        desk.write(found, Kind.ASKED, by=by, heard=heard.value)
        return heard


def _lay_on_the_worklist(found: Opened) -> None:
    sub, now = found.item, timezone.now()
    desk.close_promises(sub, DeliveryState.CANCELLED)
    drop_refused(sub)
    sub.reassign(to=sub.department, connect="manual", at=now)
    sub.version += 1
    sub.next_at = now + progress.RECHECK
    sub.save(update_fields=handing_on.MOVED)


def drop_refused(sub: SubApplication) -> None:
    """What was refused for good is not called back: nothing has arrived."""
    refused = Delivery.objects.filter(sub=sub, state=DeliveryState.REFUSED)
    refused.exclude(purpose=Delivery.Purpose.WITHDRAW).update(state=DeliveryState.CANCELLED)


def reassign(attention_id: UUID, department: str, reason: str, *, by: Actor) -> SubApplication:
    """Hand the item on to another department (转办), whichever way it works there. Raises as `hand_on` does."""
    with desk.opened(attention_id) as found:
        desk.deciding(found, by)
        sub = found.open_item
        drop_refused(sub)
        handing_on.hand_on(found.case, sub, department, reason, by=by)
        consulting.drop_open(found.case, sub)
        desk.write(found, Kind.REASSIGNED, by=by, text=reason, to=department)
        desk.close(found, Kind.REASSIGNED, by=by)
        return sub
