"""Promises whose carrier dies each time: set apart, so that they stop no others, and told to a person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases import outbox
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.locking import lock_case_of
from cases.models import Attention, Delivery
from cases.states import DeliveryState

log = structlog.get_logger(__name__)

REST = timedelta(days=1)
BATCH = 20
WHY = "每次送出时处理进程都中断"


def set_apart() -> int:
    """ON_SWEEP: promises that lost more leases than tries explain rest for a day or until a person sends them."""
    due = Delivery.objects.filter(state=DeliveryState.DUE, lease_no__gt=F("tries") + outbox.MOST_LOST_LEASES)
    due = due.filter(lease_until__lt=timezone.now()).order_by("lease_until")
    columns = ("sub_id", "lease_no")
    return rounds.each("delivery.quarantine.set_apart", due, _set_apart, *columns, case="sub__case_id", limit=BATCH)


def _set_apart(pk: UUID, sub_id: UUID, lease_no: int) -> None:
    with transaction.atomic():
        case, sub = lock_case_of(sub_id)
        rested = Delivery.objects.filter(pk=pk, state=DeliveryState.DUE, lease_no=lease_no).update(
            next_at=timezone.now() + REST, lease_until=None, tries=lease_no, ask_first=True, last_error=WHY
        )
        if rested:
            log.error("delivery.set_apart", delivery=str(pk), leases=lease_no)
            attention.raise_attention(case, Attention.Reason.FAULT, sub=sub, detail=WHY)
