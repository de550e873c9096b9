"""A closed port, a storm (封航): everything planned for that time stands still and keeps its place in the queue.

One act of the department that leads; no limit runs meanwhile, and the order of filing is the order afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import Change
from cases import notices
from cases.actions.deadlines import limits
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import CaseError, NotReady
from cases.models import Case, Pause, SubApplication
from cases.ports import Actor
from cases.states import CASE_OPEN, SUB_FINAL

PAUSE = "pause"


def close(
    bundle_code: str, change_id: str, begins: datetime, ends: datetime, reason: str, *, by: Actor
) -> tuple[UUID, ...]:
    """Stop what is planned between two moments; the cases concerned, in the order of their filing.

    Raises CaseError for anybody but the department that leads, NotReady for a span or a reason that is missing.
    """
    change = _change(bundle_code, change_id, by)
    faults = [("ends", "结束要晚于开始")] if ends <= begins else []
    faults += [("reason", "请写明原因，申请人会看到")] if not reason.strip() else []
    if faults:
        raise NotReady(faults[0][1], tuple(faults))
    found = [case_id for case_id, at in _planned(bundle_code, change) if begins <= at <= ends]
    return tuple(case_id for case_id in found if _stop(case_id, change, ends, reason, by))


def reopen(bundle_code: str, change_id: str, *, by: Actor) -> tuple[UUID, ...]:
    """Let everything that this closure stopped go on, in the order of filing."""
    change = _change(bundle_code, change_id, by)
    stopped = Pause.objects.filter(
        kind=Pause.Kind.OUTSIDE, about=change.id, ended_at=None, sub__case__bundle_code=bundle_code
    )
    ids = stopped.order_by("sub__case__submitted_at").values_list("sub__case_id", flat=True)
    return tuple(case_id for case_id in dict.fromkeys(ids) if _go_on(case_id, change, by))


def closures_of(bundle_code: str) -> tuple[Change, ...]:
    """The changes of a bundle that close it for a time."""
    replan = queries.published(bundle_code).spec.replan
    return tuple(one for one in replan.triggers if one.act == PAUSE) if replan else ()


def _change(bundle_code: str, change_id: str, by: Actor) -> Change:
    spec = queries.published(bundle_code).spec
    change = next((one for one in closures_of(bundle_code) if one.id == change_id), None)
    if change is None or change.moment is None:
        raise CaseError(_("这件事没有这样的停办"))
    if by.kind != "system" and by.department != spec.lead:
        raise CaseError(_("停办由牵头部门宣布"))
    return change


def _planned(bundle_code: str, change: Change) -> Iterator[tuple[UUID, datetime]]:
    """Open cases and the moment each is planned for, in the order of filing."""
    open_ones = Case.objects.filter(bundle_code=bundle_code, state__in=CASE_OPEN, submitted_at__isnull=False)
    for case in open_ones.order_by("submitted_at").iterator():
        said = (case.answers.get("fields") or {}).get(change.moment)
        moment = parse_datetime(str(said)) if said else None
        if moment is not None:
            yield case.pk, moment if moment.tzinfo else timezone.make_aware(moment)


@transaction.atomic
def _stop(case_id: UUID, change: Change, ends: datetime, reason: str, by: Actor) -> bool:
    case = lock_case(case_id)
    subs = lock_subs(case)
    open_ones = _concerned(subs, change)
    for sub in open_ones:
        day = timezone.localdate(ends)
        limits.pause(
            case, subs, sub, Pause.Kind.OUTSIDE, about=change.id, reason=reason or change.zh, expected_on=day, by=by
        )
    if open_ones:
        record(case, "plan.stopped", by=by, change=change.id, until=ends.isoformat())
        notices.plan_stopped(case, change.zh, ends)
        progress.settle(case, subs)
    return bool(open_ones)


@transaction.atomic
def _go_on(case_id: UUID, change: Change, by: Actor) -> bool:
    case = lock_case(case_id)
    subs = lock_subs(case)
    ended = sum(limits.resume(case, subs, sub, Pause.Kind.OUTSIDE, about=change.id, by=by) for sub in subs)
    if ended:
        record(case, "plan.goes_on", by=by, change=change.id)
        notices.plan_goes_on(case)
        progress.settle(case, subs)
    return bool(ended)


def _concerned(subs: list[SubApplication], change: Change) -> list[SubApplication]:
    return [sub for sub in subs if sub.item_id in change.redo and sub.state not in SUB_FINAL]
