"""Escalation by rule: handler, head, supervision; once a coming; never while the clock stands still."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
import time_machine
from django.utils import timezone

from cases.actions.deadlines import escalating, limits
from cases.actions.desk import worklist
from cases.models import Attention, DeskRound, EscalationRule, EscalationStep, Event, Pause, StaffMail, SubApplication
from cases.queries.task_history import history_of
from portal.accounts.models import Account, Role
from tests.factories.desk import current, hukou_task, worker
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 11, 23, 10, tzinfo=timezone.get_fixed_timezone(480))  # a Monday


@pytest.fixture
def sub(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    """Sent on Monday, promised for Friday of the week after; nobody has taken it."""
    task = hukou_task(lin, chen, register, licences, departments)
    SubApplication.objects.filter(pk=task.pk).update(dispatched_at=SENT, due_on=date(2026, 12, 4))
    EscalationRule.objects.all().delete()
    return current(task)


def rule(level: str, trigger: str, threshold: int, **where: str) -> EscalationRule:
    return EscalationRule.objects.create(level=level, trigger=trigger, threshold=threshold, **where)


def on(day: date) -> None:
    """All sweeps of one morning."""
    with time_machine.travel(timezone.make_aware(datetime.combine(day, time(9))), tick=True):
        while escalating.escalate():
            pass


def told(sub: SubApplication) -> list[tuple[str, str]]:
    return list(Event.objects.filter(sub=sub, kind="item.escalated").values_list("facts__level", "facts__rule"))


def mailed(kind: str = "escalation") -> set[str]:
    return set(StaffMail.objects.filter(kind=kind).values_list("account__username", flat=True))


def test_it_goes_up_step_by_step(sub: SubApplication) -> None:
    worker("officer", email="o@example.gov.cn")
    worker("chief", email="c@example.gov.cn", head=True)
    Account.objects.create_user("watch", "a-long-password", role=Role.SUPERVISOR, name="督查")
    rule("handler", "not_received", 1)
    rule("head", "not_received", 2)
    rule("supervisor", "not_received", 4)
    on(date(2026, 11, 23))
    assert told(sub) == []
    on(date(2026, 11, 24))
    assert told(sub) == [("handler", "not_received")] and mailed() == {"officer", "chief"}  # nobody has it: all
    StaffMail.objects.all().delete()
    on(date(2026, 11, 25))
    assert told(sub)[1:] == [("head", "not_received")] and mailed() == {"chief"}
    on(date(2026, 11, 26))
    on(date(2026, 11, 27))
    assert told(sub)[2:] == [("supervisor", "not_received")]
    raised = Attention.objects.get(sub=sub, reason="silent", closed_at=None)
    assert raised.owner == "WJ" and raised.detail == "送到 4 个工作日没有接件"
    assert any("催办升级：送到后几个工作日没有接件，告诉监督人员" in line.text for line in history_of(sub))


def test_weekends_do_not_count_and_nobody_is_told_on_them(sub: SubApplication) -> None:
    rule("handler", "not_received", 5)
    for day in (28, 29):  # Saturday, Sunday
        on(date(2026, 11, day))
    assert not DeskRound.objects.exists()
    on(date(2026, 11, 30))
    assert told(sub) == [("handler", "not_received")]


def test_each_rule_speaks_once_for_a_coming(sub: SubApplication) -> None:
    rule("handler", "not_received", 1)
    on(date(2026, 11, 24))
    on(date(2026, 11, 25))
    assert len(told(sub)) == 1 and EscalationStep.objects.count() == 1
    again = datetime(2026, 11, 26, 9, tzinfo=timezone.get_fixed_timezone(480))
    SubApplication.objects.filter(pk=sub.pk).update(dispatched_at=again)  # it came back after a supplement
    on(date(2026, 11, 27))
    assert len(told(sub)) == 2


def test_while_the_clock_stands_still_nobody_is_told(sub: SubApplication) -> None:
    rule("handler", "not_received", 1)
    rule("head", "overdue", 1)
    limits.pause(sub.case, [sub], sub, Pause.Kind.OUTSIDE, about="x", reason="等外部条件")
    SubApplication.objects.filter(pk=sub.pk).update(due_on=date(2026, 11, 23))
    on(date(2026, 11, 25))
    assert told(sub) == []
    limits.resume(sub.case, [sub], sub, Pause.Kind.OUTSIDE, about="x")
    SubApplication.objects.filter(pk=sub.pk).update(due_on=date(2026, 11, 23))
    on(date(2026, 11, 26))
    assert {level for level, _ in told(sub)} == {"handler", "head"}


def test_who_has_taken_it_is_told_and_whoever_stands_in_while_he_is_away(sub: SubApplication) -> None:
    officer = worker("officer", email="o@example.gov.cn")
    stand_in = worker("stand-in", email="s@example.gov.cn")
    worker("other", email="x@example.gov.cn")
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    SubApplication.objects.filter(pk=sub.pk).update(due_on=date(2026, 12, 4))
    rule("handler", "percent_used", 50)
    on(date(2026, 11, 26))
    assert told(sub) == []  # three of nine working days
    on(date(2026, 11, 30))
    assert mailed() == {"officer"}
    officer.desk_post.away_from, officer.desk_post.away_until = date(2026, 12, 1), date(2026, 12, 9)
    officer.desk_post.substitute = stand_in
    officer.desk_post.save(update_fields=["away_from", "away_until", "substitute"])
    rule("handler", "overdue", 1)
    StaffMail.objects.all().delete()
    on(date(2026, 12, 7))
    assert mailed() == {"stand-in"}


def test_a_rule_for_one_item_or_department_leaves_the_others_alone(sub: SubApplication) -> None:
    rule("handler", "not_received", 1, department="JY")
    rule("handler", "not_received", 1, bundle_code="QYPC")
    rule("handler", "not_received", 1, item_id="SBK")
    on(date(2026, 11, 25))
    assert told(sub) == []
    rule("head", "not_received", 1, department="GA", bundle_code="XSECS", item_id="HUKOU")
    on(date(2026, 11, 26))
    assert told(sub) == [("head", "not_received")]


def test_a_decided_task_and_one_of_a_system_are_nobodys_delay(sub: SubApplication) -> None:
    rule("handler", "not_received", 1)
    SubApplication.objects.filter(pk=sub.pk).update(connect="api-sync")
    on(date(2026, 11, 25))
    assert told(sub) == []


def test_a_round_that_died_in_the_middle_goes_on_where_it_was(
    sub: SubApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule("handler", "not_received", 1)
    monkeypatch.setattr(escalating, "PIECE", 1)
    on(date(2026, 11, 25))
    row = DeskRound.objects.get(kind="escalation")
    assert row.done_at is not None and row.cursor == str(sub.pk)
    DeskRound.objects.update(done_at=None, cursor="")  # a death before the piece was noted
    on(date(2026, 11, 25))
    assert len(told(sub)) == 1


def test_a_new_installation_has_rules_for_each_level() -> None:
    assert {one.level for one in EscalationRule.objects.filter(enabled=True)} == {"handler", "head", "supervisor"}
