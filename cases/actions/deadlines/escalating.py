"""Escalation (催办升级): whoever handles a task is told, then the head of the department, then supervision.

Rules are rows of the administration and count in working days; each tells once for every time a task comes to the
department. Who waits for somebody else is left alone: while the clock stands still nothing is escalated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import queries
from cases.actions.deadlines import pauses
from cases.actions.deciding.document_words import day_in_full
from cases.actions.desk import attention, posts, staff_mail
from cases.actions.engine import daily, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.models import Attention, Case, EscalationRule, EscalationStep, StaffMail, SubApplication
from cases.ports import SYSTEM
from cases.queries.alarms import Deadline, days_left
from cases.queries.reckoning import calendar_of
from cases.queries.wording import department_short
from cases.states import SUB_WITH_DEPARTMENT, SubState

PIECE = 500
Level, Trigger = EscalationRule.Level, EscalationRule.Trigger
ORDER = [Level.HANDLER, Level.HEAD, Level.SUPERVISOR]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a task has waited, in working days; `percent` is what was used of its limit."""

    unreceived: int
    unanswered: int
    percent: float
    overdue: int


def escalate() -> int:
    """ON_SWEEP: go on with today's round over all open tasks of people."""
    return daily.go_on("escalation", _piece)


def _piece(cursor: str, today: date) -> str | None:
    tasks = SubApplication.objects.filter(connect="manual", state__in=SUB_WITH_DEPARTMENT).order_by("pk")
    if cursor:
        tasks = tasks.filter(pk__gt=cursor)
    slim = list(tasks.select_related("case").only(*READ, *(f"case__{name}" for name in READ_OF_CASE))[:PIECE])
    rules = list(EscalationRule.objects.filter(enabled=True))
    told = _told_before(slim)
    for sub in slim:
        fitting = [rule for rule in rules if _fits(rule, sub) and (sub.pk, rule.pk, sub.dispatched_at) not in told]
        waiting = waiting_of(sub, today)
        due = [rule for rule in fitting if is_due(rule, sub, waiting)]
        if due:
            tell = partial(_tell, sub.pk, [rule.pk for rule in due], today)
            rounds.one("deadlines.escalating.escalate", sub.pk, tell, about=sub.case_id)
    return str(slim[-1].pk) if len(slim) == PIECE else None


READ = (
    "id", "case_id", "item_id", "department", "state", "dispatched_at", "received_at", "accepted_at", "due_on",
    "statutory_due_on",
)  # fmt: skip
READ_OF_CASE = ("region", "bundle_code")


def _told_before(slim: Sequence[SubApplication]) -> set[tuple[Any, ...]]:
    steps = EscalationStep.objects.filter(sub__in=[sub.pk for sub in slim])
    return set(steps.values_list("sub_id", "rule_id", "came_at"))


def _fits(rule: EscalationRule, sub: SubApplication) -> bool:
    wanted = (
        (rule.department, sub.department),
        (rule.bundle_code, sub.case.bundle_code),
        (rule.item_id, sub.item_id),
    )
    return all(asked in ("", found) for asked, found in wanted)


def waiting_of(sub: SubApplication, today: date) -> Waiting:
    """How a task stands on a day."""
    calendar = calendar_of(sub.case.region)
    since = {name: timezone.localdate(at) for name in ("dispatched_at", "received_at") if (at := getattr(sub, name))}
    start = timezone.localdate(sub.accepted_at) if sub.accepted_at else since.get("dispatched_at", today)
    stands = Deadline(today, start, sub.due_on, sub.statutory_due_on, None, calendar)
    waited = {name: days_left(day, today, calendar) if day < today else 0 for name, day in since.items()}
    return Waiting(
        unreceived=waited.get("dispatched_at", 0) if sub.state == SubState.DISPATCHED else 0,
        unanswered=waited.get("received_at", 0),
        percent=100.0 - stands.percent_left,
        overdue=-stands.working_days_left if sub.due_on is not None and sub.due_on < today else 0,
    )


def is_due(rule: EscalationRule, sub: SubApplication, waiting: Waiting) -> bool:
    """Whether a rule speaks of a task that has waited so long."""
    if rule.trigger == Trigger.PERCENT_USED:
        return sub.due_on is not None and waiting.percent >= rule.threshold
    measured: Mapping[str, int] = {
        Trigger.NOT_RECEIVED: waiting.unreceived,
        Trigger.NOT_ANSWERED: waiting.unanswered,
        Trigger.OVERDUE: waiting.overdue,
    }
    return measured[rule.trigger] >= max(rule.threshold, 1)


@transaction.atomic
def _tell(sub_id: UUID, rule_ids: Sequence[int], today: date) -> None:
    """Under the lock of its case: is it still so, and does the clock run? Then tell, once for each rule."""
    case, sub = lock_case_of(sub_id)
    if sub.state not in SUB_WITH_DEPARTMENT or pauses.is_stopped(sub) or sub.dispatched_at is None:
        return
    waiting = waiting_of(sub, today)
    rules = [rule for rule in EscalationRule.objects.filter(pk__in=rule_ids) if is_due(rule, sub, waiting)]
    for rule in sorted(rules, key=lambda one: ORDER.index(Level(one.level))):
        people = _people(rule.level, sub)
        step, is_new = EscalationStep.objects.get_or_create(
            sub=sub, rule=rule, came_at=sub.dispatched_at,
            defaults={"level": rule.level, "at": timezone.now(), "told": len(people)},
        )  # fmt: skip
        if is_new:
            record(case, "item.escalated", by=SYSTEM, sub=sub, level=step.level, rule=rule.trigger, told=len(people))
            _write(case, sub, rule, people, today)


def _people(level: str, sub: SubApplication) -> list[UUID]:
    if level == Level.HANDLER:
        return posts.present([sub.assigned_to_id] if sub.assigned_to_id else posts.people_of(sub.department))
    return posts.present(posts.heads_of(sub.department)) if level == Level.HEAD else posts.supervisors()


def _write(case: Case, sub: SubApplication, rule: EscalationRule, people: Sequence[UUID], today: date) -> None:
    """By e-mail to those who have an address; supervision finds it among the attentions as well."""
    spec = queries.version(case.bundle_version_id).spec
    item = spec.item(sub.item_id).zh
    place = f"/desk/tasks/{sub.pk}/" if rule.level != Level.SUPERVISOR else "/desk/attention/"
    words: dict[str, Any] = {
        "department": department_short(sub.department),
        "why": reason_in_words(rule),
        "item": item,
        "number": sub.number,
        "bundle": spec.zh,
        "due": day_in_full(sub.due_on),
        "is_taken": sub.assigned_to_id is not None,
        "place": place,
    }
    about = f"escalation:{sub.pk}:{today.isoformat()}:{rule.level}"
    staff_mail.write(people, StaffMail.Kind.ESCALATION, about, f"催办：{item}，{words['why']}", words)
    if rule.level == Level.SUPERVISOR:
        raised = attention.raise_attention(case, Attention.Reason.SILENT, sub=sub, detail=words["why"])
        if raised.owner != spec.lead:
            raised.owner = spec.lead
            raised.save(update_fields=["owner"])


def reason_in_words(rule: EscalationRule) -> str:
    """Why somebody is told, by the condition of the rule."""
    texts = {
        Trigger.PERCENT_USED: f"时限已用到 {rule.threshold}%",
        Trigger.NOT_RECEIVED: f"送到 {rule.threshold} 个工作日没有接件",
        Trigger.NOT_ANSWERED: f"接件 {rule.threshold} 个工作日没有办结",
        Trigger.OVERDUE: f"超过承诺时限 {rule.threshold} 个工作日",
    }
    return texts[Trigger(rule.trigger)]
