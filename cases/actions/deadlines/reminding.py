"""Reminders of answers that people owe (催办): before the day, each working day after it, in the end to the lead.

A bundle says so with `reply.remind: {before, overdue: {every, to}}`; `to` names the steps upwards, the last of them
is the leading department.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bundles import queries
from bundles.spec import Remind
from cases.actions.deadlines import limits, pauses
from cases.actions.desk import attention
from cases.actions.engine import rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.models import Attention, Case, Event, SubApplication
from cases.ports import SYSTEM
from cases.states import SUB_WITH_DEPARTMENT

REMINDED = "item.reminded"
BATCH = 50
LOOK_AHEAD = timedelta(days=30)
STEPS = 3  # contact, head, lead: where the bundle does not name the steps


def remind_round() -> int:
    """Remind of every answer whose day is near or past, once a working day (ON_SWEEP)."""
    today = timezone.localdate()
    owing = SubApplication.objects.filter(pk__in=_candidates(today)).order_by("due_on")
    return rounds.each("deadlines.reminding.remind_round", owing, partial(_remind, today), limit=BATCH)


def _candidates(today: date) -> list[UUID]:
    """Tasks on worklists of bundles with reminders, due soon or late, of which nobody was reminded today."""
    said = Event.objects.filter(sub=OuterRef("pk"), kind=REMINDED, facts__day=today.isoformat())
    open_ones = SubApplication.objects.filter(
        connect="manual", state__in=SUB_WITH_DEPARTMENT, due_on__lte=today + LOOK_AHEAD
    )
    versions = open_ones.order_by().values_list("case__bundle_version_id", flat=True).distinct()
    reminding = [one for one in versions if _rule(one) is not None]
    if not reminding:
        return []
    mine = open_ones.filter(case__bundle_version_id__in=reminding).exclude(Exists(said))
    near = mine.select_related("case").order_by("due_on").iterator()
    return [sub.pk for sub in near if _is_time(sub.case, sub, today)]


def _rule(version_id: UUID) -> Remind | None:
    reply = queries.version(version_id).spec.reply
    return reply.remind if reply else None


def _is_time(case: Case, sub: SubApplication, today: date) -> bool:
    """Whether today is a day to remind of it: so many working days before, or any working day late."""
    rule, calendar = _rule(case.bundle_version_id), limits.calendar_of(case)
    if rule is None or sub.due_on is None or not calendar.is_working_day(today):
        return False
    if today > sub.due_on:
        every = max(int(rule.overdue.every.n), 1) if rule.overdue else 0
        return every > 0 and _working_days_late(case, sub.due_on, today) % every == 0
    return rule.before is not None and calendar.add_working_days(today, int(rule.before.n)) == sub.due_on


def _working_days_late(case: Case, due_on: date, today: date) -> int:
    calendar = limits.calendar_of(case)
    days = (due_on + timedelta(days=n) for n in range(1, (today - due_on).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


@transaction.atomic
def _remind(today: date, sub_id: UUID) -> int:
    case, sub = lock_case_of(sub_id)
    known = Event.objects.filter(sub=sub, kind=REMINDED)
    is_open = sub.state in SUB_WITH_DEPARTMENT and not pauses.is_stopped(sub)
    if not is_open or not _is_time(case, sub, today) or known.filter(facts__day=today.isoformat()).exists():
        return 0
    late = _working_days_late(case, sub.due_on, today) if sub.due_on and today > sub.due_on else 0
    times = known.filter(facts__late__gt=0).count() + 1 if late else 0
    record(case, REMINDED, by=SYSTEM, sub=sub, day=today.isoformat(), late=late)
    if late:
        _hand_up(case, sub, times)
    return 1


def _hand_up(case: Case, sub: SubApplication, times: int) -> None:
    """Late: first the department's own attention; once its own steps are used up, the leading department's."""
    raised = attention.raise_attention(case, Attention.Reason.SILENT, sub=sub)
    spec, rule = queries.version(case.bundle_version_id).spec, _rule(case.bundle_version_id)
    steps = len(rule.overdue.to) if rule and rule.overdue and rule.overdue.to else STEPS
    if times >= steps and raised.owner != spec.lead:
        raised.owner = spec.lead
        raised.save(update_fields=["owner"])
        record(case, "attention.handed_up", by=SYSTEM, sub=sub, department=spec.lead)
