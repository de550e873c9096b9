"""Who owes an answer is reminded: a working day before, each working day after; in the end the lead sees to it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.deadlines import limits, reminding
from cases.models import Attention, Case, Event, Pause, SubApplication
from cases.queries.task_history import history_of
from portal.accounts.models import Account, Role
from tests.cases.test_query_mode import FIELDS, GUIDANCE, answer, file
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def owed(administrator: Account, departments: FakeDepartments) -> SubApplication:
    """The land office's answer, due on Thursday 2026-12-10."""
    Account.objects.create_user("clerk", "a-long-password", role=Role.STAFF, name="职员", department="RH")
    with time_machine.travel("2026-12-07T10:00:00+08:00", tick=True):
        case: Case = file(administrator, "QYPC", GUIDANCE, FIELDS)
        answer(case, "ADMIN_VERIFY", {"case_ok": True, "status": "在审"})
    sub = SubApplication.objects.get(case=case, item_id="LAND_CHECK")
    SubApplication.objects.filter(case=case).exclude(pk=sub.pk).update(due_on=date(2027, 12, 1))
    assert sub.due_on == date(2026, 12, 10)
    return sub


def on(day: date) -> int:
    """A sweep's round at noon of a day."""
    with time_machine.travel(timezone.make_aware(datetime.combine(day, time(12))), tick=True):
        return reminding.remind_round()


def reminded(sub: SubApplication) -> list[tuple[str, int]]:
    events = Event.objects.filter(sub=sub, kind="item.reminded").order_by("seq")
    return [(event.facts["day"], event.facts["late"]) for event in events]


def test_a_reminder_comes_the_working_day_before_and_every_working_day_late(owed: SubApplication) -> None:
    for offset in range(-3, 6):
        on(date(2026, 12, 10) + timedelta(days=offset))
    said = [("2026-12-09", 0), ("2026-12-11", 1), ("2026-12-14", 2), ("2026-12-15", 3)]  # no Saturday, no Sunday
    assert reminded(owed) == said
    texts = [line.text for line in history_of(owed)]
    assert "催办：就要到期" in texts and "催办：已超期 3 个工作日" in texts


def test_nobody_is_reminded_twice_a_day(owed: SubApplication) -> None:
    assert (on(date(2026, 12, 11)), on(date(2026, 12, 11))) == (1, 0)


def test_after_the_second_reminder_the_lead_sees_to_it(owed: SubApplication) -> None:
    for day in (11, 14):
        on(date(2026, 12, day))
    raised = Attention.objects.get(sub=owed, reason="silent", closed_at=None)
    assert raised.owner == owed.department
    on(date(2026, 12, 15))
    raised.refresh_from_db()
    assert raised.owner == "SJ"
    assert any(line.kind == "attention.handed_up" for line in history_of(owed))


def test_who_waits_for_somebody_else_or_has_answered_is_left_alone(owed: SubApplication) -> None:
    limits.pause(owed.case, [owed], owed, Pause.Kind.OUTSIDE, about="x", reason="等外部条件")
    assert on(date(2026, 12, 11)) == 0
    limits.resume(owed.case, [owed], owed, Pause.Kind.OUTSIDE, about="x")
    SubApplication.objects.filter(pk=owed.pk).update(due_on=date(2026, 12, 10))
    with time_machine.travel("2026-12-11T09:00:00+08:00", tick=True):
        answer(owed.case, "LAND_CHECK", {"conclusion": "none", "rows": []})
    on(date(2026, 12, 11))
    assert reminded(owed) == []


def test_a_bundle_that_says_nothing_of_reminders_reminds_nobody(
    administrator: Account, departments: FakeDepartments
) -> None:
    departments.say("accepted")
    case = file(administrator, "CYKB", {"has_licence": "yes", "shop_kind": "restaurant", "area_band": "s150"}, {})
    SubApplication.objects.filter(case=case).update(connect="manual", due_on=date(2026, 12, 1))
    assert on(date(2026, 12, 2)) == 0
