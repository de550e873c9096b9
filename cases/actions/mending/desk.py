"""The frame of every act on an attention: locked and still open, written down, closed; and the acts without effect.

Lock order as everywhere: the case, its sub-applications, then the attention.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, AttentionAct, Case, Delivery, Material, SubApplication
from cases.ports import Actor
from cases.queries.attention_rules import may_be_dismissed
from cases.states import SUB_FINAL, DeliveryState

Kind = AttentionAct.Kind
LONGEST_SNOOZE = timedelta(days=14)
LONGEST_TEXT = 2000


@dataclass(slots=True)
class Opened:
    """An open attention with its case and items, all locked until the transaction ends."""

    attention: Attention
    case: Case
    subs: list[SubApplication]
    sub: SubApplication | None

    @property
    def item(self) -> SubApplication:
        """The item it is about. Raises CaseError for one that is about the whole case."""
        if self.sub is None:
            raise CaseError(_("这一条说的是整个办件，不能对单个事项这样处理"))
        return self.sub

    @property
    def open_item(self) -> SubApplication:
        """The item it is about. Raises WrongState when that has its end already."""
        if self.item.state in SUB_FINAL:
            raise WrongState(_("这件事已经有结果了，请刷新页面"))
        return self.item


@contextmanager
def opened(attention_id: UUID) -> Iterator[Opened]:
    """An open attention, locked, in one transaction. Raises WrongState when it is closed by now."""
    case_id = Attention.objects.values_list("case_id", flat=True).get(pk=attention_id)
    with transaction.atomic():
        case = lock_case(case_id)
        subs = lock_subs(case)
        attention = Attention.objects.select_for_update().get(pk=attention_id)
        if attention.closed_at is not None:
            raise WrongState(_("这一条已经处理完了，请刷新页面"))
        yield Opened(attention, case, subs, next((one for one in subs if one.pk == attention.sub_id), None))


def write(
    found: Opened, kind: Kind, *, by: Actor, text: str = "", evidence: Material | None = None, **facts: Any
) -> AttentionAct:
    """Write an act down: the words on the desk, sealed; the fact of it in the history of the case."""
    act = AttentionAct.objects.create(
        attention=found.attention,
        kind=kind,
        text=text[:LONGEST_TEXT],
        facts=facts,
        evidence=evidence,
        by_id=person_id(by),
        at=timezone.now(),
    )
    told = f"attention.{kind.value}" if found.sub else f"attention.case_{kind.value}"
    record(found.case, told, by=by, sub=found.sub, reason=found.attention.reason, **facts)
    return act


def close(found: Opened, kind: Kind, *, by: Actor) -> None:
    """It is settled by this act; nothing but the next fact opens it again."""
    one = found.attention
    one.closed_at, one.closed_by_id, one.closed_as = timezone.now(), person_id(by), kind.value
    one.save(update_fields=["closed_at", "closed_by", "closed_as"])


def person_id(by: Actor) -> UUID | None:
    """The account that acts; None for the machine and for commands."""
    try:
        return UUID(by.id)
    except ValueError:
        return None


def needed(text: str, path: str, message: str) -> str:
    """Words without which the act is not done. Raises NotReady."""
    if not text.strip():
        raise NotReady(message, ((path, message),))
    return text.strip()[:LONGEST_TEXT]


def deciding(found: Opened, by: Actor) -> None:
    """Only the department speaks for the department, and its lead or supervision ends or moves what is stuck there.

    Raises CaseError for anybody else.
    """
    lead = queries.version(found.case.bundle_version_id).spec.lead
    if by.kind == "supervisor" or (by.kind == "staff" and by.department in (found.item.department, lead)):
        return
    raise CaseError(_("这样处理要由承办部门、牵头部门或监督人员来做"))


def speaking(found: Opened, by: Actor) -> None:
    """Only people of the department itself enter what it decided. Raises CaseError for anybody else."""
    if by.kind != "staff" or by.department != found.item.department:
        raise CaseError(_("部门的决定只能由本部门的工作人员登记"))


def close_promises(sub: SubApplication, state: DeliveryState) -> int:
    """Take back what is still to be sent; returns how many. Raises WrongState while one is being sent right now."""
    due = Delivery.objects.select_for_update().filter(sub=sub, state=DeliveryState.DUE)
    if any(is_on_its_way(one) for one in due):
        raise WrongState(_("正在向部门发送，请等半分钟再试"))
    ids = [one.pk for one in due]
    return Delivery.objects.filter(pk__in=ids).update(state=state, next_at=None, closed_at=timezone.now())


def is_on_its_way(delivery: Delivery) -> bool:
    """Whether a try may be running: its lease has not run out."""
    return delivery.lease_until is not None and delivery.lease_until > timezone.now()


# ---- acts that move nothing -------------------------------------------------------------------------------------


def note(attention_id: UUID, text: str, *, by: Actor) -> AttentionAct:
    """Leave a remark for whoever looks next. Raises NotReady without one."""
    text = needed(text, "note.text", "请写备注")
    with opened(attention_id) as found:
        return write(found, Kind.NOTED, by=by, text=text)


def take(attention_id: UUID, *, by: Actor) -> None:
    """It is mine: colleagues see who looks after it."""
    with opened(attention_id) as found:
        if found.attention.assigned_to_id == person_id(by):
            return
        found.attention.assigned_to_id = person_id(by)
        found.attention.save(update_fields=["assigned_to"])
        write(found, Kind.ASSIGNED, by=by)


def snooze(attention_id: UUID, until: datetime, text: str, *, by: Actor) -> None:
    """Put it off, with the reason; it comes back by itself. Raises NotReady for a time that is past or too far."""
    text = needed(text, "snooze.text", "请写明在等什么")
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        message = f"请选一个以后的时间，最多 {LONGEST_SNOOZE.days} 天"
        raise NotReady(message, (("snooze.until", message),))
    with opened(attention_id) as found:
        found.attention.snoozed_until = found.attention.next_at = until
        found.attention.save(update_fields=["snoozed_until", "next_at"])
        write(found, Kind.SNOOZED, by=by, text=text, until=until.isoformat())


def dismiss(attention_id: UUID, reason: str, *, by: Actor) -> None:
    """Close it with a reason where nothing depends on it. Raises WrongState where the item would be left stuck."""
    reason = needed(reason, "dismiss.reason", "请写明为什么可以关闭")
    with opened(attention_id) as found:
        if not may_be_dismissed(found.attention.reason, found.sub):
            raise WrongState(_("关了这一条，这件事就没有人管了；请先重送、转人工、登记决定或终止"))
        write(found, Kind.DISMISSED, by=by, text=reason)
        close(found, Kind.DISMISSED, by=by)


def unmasked(attention_id: UUID, purpose: str, *, by: Actor) -> None:
    """Somebody asked to see in full what was sent, for a stated purpose; an open and a closed one alike."""
    AttentionAct.objects.create(
        attention_id=attention_id, kind=Kind.UNMASKED, text=purpose, by_id=person_id(by), at=timezone.now()
    )
