"""Sending again what is stuck: the same key, the same bytes, so that a department that has it does nothing twice.

A promise the department refused for good is a dead letter; once it has put its side right, the letter is replayed,
alone or many at once. Errands to the licence library and refunds that were refused go out again in the same way;
callbacks that were set apart are applied again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import outbox
from cases.actions.delivery import arrivals
from cases.actions.mending import desk
from cases.actions.mending.desk import Kind, Opened
from cases.errors import CaseError, WrongState
from cases.models import Attention, Case, Correction, Delivery, LicenceErrand, Refund, SubApplication
from cases.ports import Actor
from cases.queries.attention_rules import RETRIABLE
from cases.states import SUB_FINAL, DeliveryState, SubState

log = structlog.get_logger(__name__)

# These the facts close: until the promise has arrived, somebody keeps an eye on it.
CLOSED_BY_FACTS = frozenset({Attention.Reason.NOT_DELIVERED, Attention.Reason.WAITING_FOR_FACT})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What happened to one of many: sent again, or why not, in a sentence for the person."""

    attention_id: UUID
    number: str
    is_sent: bool
    said: str


def send_again(attention_id: UUID, *, by: Actor) -> int:
    """Send again, now, whatever of this attention is stuck; returns how many promises.

    Raises WrongState where nothing is stuck that may be sent again, or where it was sent meanwhile.
    """
    with desk.opened(attention_id) as found:
        if found.attention.reason not in RETRIABLE:
            raise WrongState(_("这一类问题重送解决不了"))
        sent = _again(found)
        if not sent:
            raise WrongState(_("没有可以重送的；可能已经在送，或者已经有结果"))
        desk.write(found, Kind.RETRIED, by=by, promises=sent)
        if found.attention.reason not in CLOSED_BY_FACTS:
            desk.close(found, Kind.RETRIED, by=by)
    return sent


def replay_many(attention_ids: Iterable[UUID], *, by: Actor) -> tuple[Replayed, ...]:
    """Send many again, each in a transaction of its own: what fails stops nobody else, what was sent is not sent twice.

    To press twice is harmless: what went out the first time is closed by then, and says so.
    """
    return tuple(_replayed(one, by) for one in dict.fromkeys(attention_ids))


def _replayed(attention_id: UUID, by: Actor) -> Replayed:
    number = _number_of(attention_id)
    try:
        send_again(attention_id, by=by)
    except Attention.DoesNotExist:
        return Replayed(attention_id, number, False, "没有这一条")
    except CaseError as error:
        return Replayed(attention_id, number, False, error.message)
    except Exception as error:
        log.exception("replay.failed", attention=str(attention_id), error=type(error).__name__)
        return Replayed(attention_id, number, False, "程序处理失败，请运维查看日志")
    return Replayed(attention_id, number, True, "已重新送出")


def _number_of(attention_id: UUID) -> str:
    row = Attention.objects.filter(pk=attention_id).values_list("sub__number", "case__number").first()
    return (row[0] or row[1] or "") if row else ""


def _again(found: Opened) -> int:
    if found.sub is None:
        return _refunds_again(found.case) + _case_again(found)
    sent = _deliveries_again(found.sub) + _errands_again(found.sub) + _judge_again(found) + arrivals.retry(found.sub)
    if sent:
        outbox.nudge()
    return sent


def _deliveries_again(sub: SubApplication) -> int:
    """Refused ones are due again as they were; those that wait for their next try have it now."""
    stuck = Delivery.objects.select_for_update().filter(sub=sub, department=sub.department)
    now, count = timezone.now(), 0
    for one in stuck.filter(state__in=[DeliveryState.REFUSED, DeliveryState.DUE]):
        if desk.is_on_its_way(one) or (one.state == DeliveryState.DUE and not one.tries) or not _is_wanted(sub, one):
            continue
        again = {"state": DeliveryState.DUE, "next_at": now, "closed_at": None, "lease_until": None}
        count += Delivery.objects.filter(pk=one.pk, lease_no=one.lease_no).update(**again)
    return count


def _is_wanted(sub: SubApplication, one: Delivery) -> bool:
    """An item that has its end is not filed again; one that was called back is called back still. Nothing that is
    being corrected goes out as it was."""
    if Correction.objects.filter(refused=one).exclude(state=Correction.State.DECLINED).exists():
        return False
    return one.purpose == Delivery.Purpose.WITHDRAW or sub.state not in SUB_FINAL


def _errands_again(sub: SubApplication) -> int:
    """The licence library is told again, with the same reference."""
    mine = LicenceErrand.objects.filter(result__sub=sub)
    now = timezone.now()
    refused = mine.filter(state=LicenceErrand.State.REFUSED).update(
        state=LicenceErrand.State.DUE, next_at=now, closed_at=None
    )
    return refused + mine.filter(state=LicenceErrand.State.DUE, tries__gt=0, next_at__gt=now).update(next_at=now)


def _judge_again(found: Opened) -> int:
    """What the rules could not judge is judged anew; the facts are looked up again."""
    waiting = found.sub is not None and found.sub.state == SubState.READY
    if found.sub is None or not waiting:
        return 0
    ready = SubApplication.objects.filter(pk=found.sub.pk, state=SubState.READY)
    return ready.update(next_at=timezone.now(), judged_no=0)


def _refunds_again(case: Case) -> int:
    """Money that the channel would not give back is asked for once more, with the same key."""
    mine = Refund.objects.filter(order__case=case)
    now = timezone.now()
    refused = mine.filter(state=Refund.State.REFUSED).update(state=Refund.State.DUE, next_at=now, closed_at=None)
    return refused + mine.filter(state=Refund.State.DUE, next_at__gt=now).update(next_at=now)


def _case_again(found: Opened) -> int:
    """A case that the machine could not carry on is looked at anew."""
    if found.attention.reason != Attention.Reason.FAULT or not found.case.is_open:
        return 0
    return Case.objects.filter(pk=found.case.pk).update(next_at=timezone.now())
