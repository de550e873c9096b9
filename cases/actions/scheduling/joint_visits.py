"""Joint visits (联合踏勘、合并上门): departments that must see the place come on one occasion and give one opinion.

The department that leads arranges it; the days until it is over stop the clock of every item concerned, with notice
(行政许可法 第四十五条). What can be put right at once is; the rest gets a term of its own, off the clock too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import JointVisit
from cases import clock, notices
from cases.actions.deadlines import limits
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Pause, SubApplication, Visit
from cases.ports import Actor
from cases.states import SUB_FINAL

ABOUT, FIX = "joint_visit", "joint_visit_fix"
PASSED, TO_FIX, FAILED = "passed", "to_fix", "failed"
VERDICTS = (PASSED, TO_FIX, FAILED)


def rule_of(case: Case) -> JointVisit | None:
    return queries.version(case.bundle_version_id).spec.joint_visit


def concerned(rule: JointVisit, subs: list[SubApplication]) -> list[SubApplication]:
    """The items that are to be inspected and not decided yet."""
    return [sub for sub in subs if sub.item_id in rule.items and sub.state not in SUB_FINAL and sub.dispatched_at]


@transaction.atomic
def arrange(case_id: UUID, begins_at: datetime, ends_at: datetime, place: str, *, by: Actor) -> Visit:
    """Set or move the occasion. Raises CaseError for another than the leading department, NotReady for a wrong time."""
    case = lock_case(case_id)
    subs = lock_subs(case)
    rule = rule_of(case)
    if rule is None or by.department != rule.lead:
        raise CaseError(_("合并上门由牵头部门安排"))
    judged = _judged(case)
    found = [sub for sub in concerned(rule, subs) if sub.item_id not in judged]
    if not found:
        raise WrongState(_("没有需要上门的事项了"))
    if begins_at <= timezone.now() or ends_at <= begins_at:
        raise NotReady(_("请选一个以后的时间"), (("begins_at", _("请选一个以后的时间，结束晚于开始")),))
    Visit.objects.filter(case=case, sub=None, state=Visit.State.BOOKED).update(
        state=Visit.State.CANCELLED, settled_at=timezone.now()
    )
    visit = Visit.objects.create(
        case=case, items=[sub.item_id for sub in found], department=rule.lead, begins_at=begins_at, ends_at=ends_at,
        place=place[:200], booked_at=timezone.now(),
    )  # fmt: skip
    record(case, "joint_visit.arranged", by=by, items=visit.items, at=begins_at.isoformat())
    day = timezone.localdate(begins_at)
    for sub in found:
        limits.pause(case, subs, sub, Pause.Kind.VISIT, about=ABOUT, reason="合并上门", expected_on=day, by=by)
    notices.joint_visit_arranged(case, begins_at, place)
    progress.settle(case, subs)
    return visit


def _judged(case: Case) -> set[str]:
    """Items about which an earlier occasion left nothing to see again."""
    done = Visit.objects.filter(case=case, sub=None, state=Visit.State.DONE)
    return {item for visit in done for item, found in (visit.findings or {}).items() if found[0] != TO_FIX}


@transaction.atomic
def conclude(visit_id: UUID, findings: Mapping[str, tuple[str, str]], *, by: Actor) -> Visit:
    """One opinion: for every item a verdict and a remark. Raises NotReady naming each item without one.

    `to_fix` gives the bundle's term to put it right, off the clock; the departments then decide for themselves.
    """
    found = Visit.objects.get(pk=visit_id)
    case = lock_case(found.case_id)
    subs = lock_subs(case)
    visit = Visit.objects.select_for_update().get(pk=visit_id)
    rule = rule_of(case)
    if rule is None or by.department != rule.lead:
        raise CaseError(_("合并上门由牵头部门安排"))
    if visit.state != Visit.State.BOOKED:
        raise WrongState(_("这次上门已经处理过了"))
    lacking = tuple((item, "请填写结论") for item in visit.items if findings.get(item, ("", ""))[0] not in VERDICTS)
    if lacking:
        raise NotReady(_("还有 %(count)s 项没有结论") % {"count": len(lacking)}, lacking)
    visit.state, visit.settled_at = Visit.State.DONE, timezone.now()
    visit.findings = {item: list(findings[item]) for item in visit.items}
    visit.save(update_fields=["state", "settled_at", "findings"])
    record(case, "joint_visit.done", by=by, verdicts={item: findings[item][0] for item in visit.items})
    for sub in subs:
        if sub.item_id in visit.items and sub.state not in SUB_FINAL:
            _follow(case, subs, sub, rule, findings[sub.item_id][0], by)
    progress.settle(case, subs)
    return visit


def _follow(
    case: Case, subs: list[SubApplication], sub: SubApplication, rule: JointVisit, verdict: str, by: Actor
) -> None:
    limits.resume(case, subs, sub, Pause.Kind.VISIT, about=ABOUT, by=by)
    if verdict == TO_FIX and rule.fix_within is not None:
        until = clock.due(timezone.localtime(), rule.fix_within, limits.calendar_of(case)).on
        limits.pause(case, subs, sub, Pause.Kind.VISIT, about=FIX, reason="整改", expected_on=until, by=by)


@transaction.atomic
def note_fixed(case_id: UUID, item_id: str, *, by: Actor) -> int:
    """What was to be put right is: the clock of the item runs on."""
    case = lock_case(case_id)
    subs = lock_subs(case)
    mine = [sub for sub in subs if sub.item_id == item_id and by.department in (sub.department, _lead(case))]
    ended = sum(limits.resume(case, subs, sub, Pause.Kind.VISIT, about=FIX, by=by) for sub in mine)
    if not ended:
        raise WrongState(_("这一项没有在整改"))
    progress.settle(case, subs)
    return ended


def _lead(case: Case) -> str:
    rule = rule_of(case)
    return rule.lead if rule else ""
