"""Attentions that nobody settles come back by themselves: a reminder, then the leading department, then supervision.

So a person's inattention is never the end of it: every open one has a next moment, and each step up is on record.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import queries
from cases.actions.deadlines import limits
from cases.actions.desk import posts, staff_mail
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.models import Attention, AttentionAct, Case, StaffMail
from cases.ports import SYSTEM

BATCH = 100
# From so many working days on: the leading department sees it too, then supervision too.
WATCHED_AFTER, SUPERVISED_AFTER = 2, 4
OWNER, LEAD, SUPERVISION = 0, 1, 2
MORNING = time(8, 30)
Kind = AttentionAct.Kind


def look_round() -> int:
    """Look at every open attention whose time has come (ON_SWEEP); returns how many."""
    due = Attention.objects.filter(closed_at=None, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("desk.attention_rounds.look_round", due, _look_at, "case_id", limit=BATCH)


@transaction.atomic
def _look_at(attention_id: UUID, case_id: UUID) -> int:
    case = lock_case(case_id)
    now = timezone.now()
    one = Attention.objects.select_for_update().filter(pk=attention_id, closed_at=None, next_at__lte=now).first()
    if one is None:
        return 0
    level = max(one.level, _level(case, one, now))
    _write(case, one, level, now)
    one.level, one.snoozed_until, one.next_at = level, None, next_morning(case, now)
    one.save(update_fields=["level", "watched_by", "snoozed_until", "next_at"])
    return 1


def _level(case: Case, one: Attention, now: datetime) -> int:
    days = _working_days(case, one.since, now)
    if days >= SUPERVISED_AFTER:
        return SUPERVISION
    return LEAD if days >= WATCHED_AFTER else OWNER


def _working_days(case: Case, since: datetime, now: datetime) -> int:
    """Working days after the one it was raised on, up to `SUPERVISED_AFTER`: more makes no difference."""
    calendar, first, today = limits.calendar_of(case), timezone.localdate(since), timezone.localdate(now)
    count = 0
    for n in range(1, min((today - first).days, 60) + 1):
        count += calendar.is_working_day(first + timedelta(days=n))
    return count


def _write(case: Case, one: Attention, level: int, now: datetime) -> None:
    """A reminder is a row of the desk; a step up is on the record of the case too."""
    if level > one.level:
        one.watched_by = one.watched_by or queries.version(case.bundle_version_id).spec.lead
        record(case, "attention.handed_up", by=SYSTEM, sub=one.sub, department=one.watched_by, level=level)
        kind, facts = Kind.HANDED_UP, {"level": level, "department": one.watched_by}
        _mail(case, one, level)
    else:
        kind, facts = Kind.REMINDED, {"level": level}
    AttentionAct.objects.create(attention=one, kind=kind, facts=facts, at=now)


def _mail(case: Case, one: Attention, level: int) -> None:
    """Whoever has to look from now on hears of it by e-mail: the heads of the lead, then supervision too."""
    people = posts.present(posts.heads_of(one.watched_by) + (posts.supervisors() if level == SUPERVISION else []))
    spec, sub = queries.version(case.bundle_version_id).spec, one.sub
    department = queries.registry().departments.get(one.owner)
    number = (sub.number if sub else case.number) or ""
    days = SUPERVISED_AFTER if level == SUPERVISION else WATCHED_AFTER
    why = f"“{Attention.Reason(one.reason).label}”满 {days} 个工作日没有处理"
    words = {
        "department": department.short if department else spec.zh,
        "why": why,
        "item": spec.item(sub.item_id).zh if sub else spec.zh,
        "number": number,
        "bundle": spec.zh,
        "due": sub.due_on.isoformat() if sub and sub.due_on else "",
        "is_taken": one.assigned_to_id is not None,
        "place": f"/desk/attention/{one.pk}/",
    }
    staff_mail.write(people, StaffMail.Kind.ESCALATION, f"attention:{one.pk}:{level}", f"督办：{number}，{why}", words)


def next_morning(case: Case, now: datetime) -> datetime:
    """When to look again: the morning of the next working day."""
    day = limits.calendar_of(case).add_working_days(timezone.localdate(now), 1)
    return timezone.make_aware(datetime.combine(day, MORNING))
