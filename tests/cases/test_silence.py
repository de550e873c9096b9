"""Nothing is silently stuck: every table with a clock is watched, every alarm rings (D15, D27)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.desk import attention_rounds
from cases.actions.engine import heartbeats, sweep
from cases.actions.mending import desk
from cases.errors import NotReady
from cases.models import (
    Attention,
    AttentionAct,
    Case,
    Circuit,
    Delivery,
    DeskPost,
    Event,
    Heartbeat,
    StaffMail,
    SubApplication,
)
from cases.queries import health_now, silent_rows
from cases.queries.silence import Watched, late_rows, watched
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.factories.received import by_staff, sub_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def case(lin: Account, chen: Account, known_family: None, departments: FakeDepartments) -> Case:
    departments.say("received")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return case


@pytest.fixture
def raised(case: Case) -> Attention:
    sub = sub_of(case, "BIRTH_CERT")
    return Attention.objects.create(case=case, sub=sub, reason="silent", owner="WJ", since=timezone.now())


def raised_on(raised: Attention, moment: datetime) -> None:
    Attention.objects.filter(pk=raised.pk).update(since=moment, next_at=moment + timedelta(hours=20))


def overdue(**more: Any) -> dict[str, Any]:
    return {"next_at": timezone.now() - HOUR, **more}


# ---- every table ------------------------------------------------------------------------------------------------


def test_every_table_with_a_clock_is_watched() -> None:
    clocks = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "next_at" for field in model._meta.get_fields())
    }
    assert clocks - {one.label for one in watched() if one.when == "next_at"} == set()


@pytest.mark.parametrize("one", watched(), ids=lambda one: f"{one.label}.{one.when}")
def test_a_watched_table_is_looked_through_by_an_index(one: Watched) -> None:
    """At a million cases the watch may read what is open and late, never the whole table."""
    rows = late_rows(one, timezone.now()).order_by(one.when)[:100]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()
        cursor.execute("SET LOCAL enable_seqscan = on")
    table = apps.get_model(one.label)._meta.db_table
    assert f"Seq Scan on {table}" not in plan, plan


def test_what_is_in_time_is_not_silent(case: Case) -> None:
    assert silent_rows() == ()


def test_a_row_of_any_kind_past_its_time_is_named(case: Case) -> None:
    sub = sub_of(case, "BIRTH_CERT")
    SubApplication.objects.filter(pk=sub.pk).update(**overdue())
    Case.objects.filter(pk=case.pk).update(**overdue())
    assert {(row.kind, row.id) for row in silent_rows()} == {("case", str(case.pk)), ("sub_application", str(sub.pk))}


def test_what_somebody_was_told_of_is_not_silent_but_the_telling_must_not_fall_asleep(raised: Attention) -> None:
    SubApplication.objects.filter(pk=raised.sub_id).update(**overdue())
    assert silent_rows() == ()
    Attention.objects.filter(pk=raised.pk).update(**overdue())
    assert [(row.kind, row.id) for row in silent_rows()] == [("attention", str(raised.pk))]


def test_a_letter_refused_for_good_of_which_nobody_knows_is_silent(case: Case) -> None:
    sub = sub_of(case, "BIRTH_CERT")
    SubApplication.objects.filter(pk=sub.pk).update(state="dispatched")
    Delivery.objects.filter(sub=sub).update(state="refused", next_at=None, closed_at=timezone.now())
    assert [row.kind for row in silent_rows()] == ["dead_letter"]
    Attention.objects.create(case=case, sub=sub, reason="refused_by_system", owner="WJ", since=timezone.now())
    assert silent_rows() == ()


def test_what_waits_for_a_line_that_rests_is_told_by_the_line(case: Case) -> None:
    sub = sub_of(case, "BIRTH_CERT")
    Delivery.objects.filter(sub=sub).update(state="due", **overdue())
    assert [row.kind for row in silent_rows()] == ["delivery"]
    now = timezone.now()
    Circuit.objects.create(department=sub.department, opened_at=now, probe_at=now + HOUR)
    assert silent_rows() == ()


# ---- an attention comes back ------------------------------------------------------------------------------------


def test_an_attention_nobody_settles_goes_up_by_working_days(raised: Attention, time_machine: Any) -> None:
    lead = raised.case.bundle_version.document["lead"]
    raised_on(raised, MONDAY)
    for days, level in ((1, 0), (2, 1), (4, 2), (7, 2)):  # Tuesday, Wednesday, Friday, the Monday after
        time_machine.move_to(MONDAY + timedelta(days=days), tick=False)
        assert attention_rounds.look_round() == 1
        now = Attention.objects.get(pk=raised.pk)
        assert now.level == level, days
        assert now.next_at > timezone.now()
    assert Attention.objects.get(pk=raised.pk).watched_by == lead
    steps = list(AttentionAct.objects.filter(attention=raised).values_list("kind", flat=True))
    assert steps == ["reminded", "handed_up", "handed_up", "reminded"]
    assert Event.objects.filter(case=raised.case, kind="attention.handed_up").count() == 2


def test_each_step_up_is_mailed_once_to_whoever_has_to_look_now_without_a_name(
    raised: Attention, time_machine: Any
) -> None:
    raised_on(raised, MONDAY)
    lead = raised.case.bundle_version.document["lead"]
    people = {"head": (Role.STAFF, lead), "watch": (Role.SUPERVISOR, "")}
    for name, (role, department) in people.items():
        account = Account.objects.create_user(name, "a-long-password", role=role, name=name, department=department)
        DeskPost.objects.create(account=account, email=f"{name}@example.gov", is_head=True)
    for days, told in ((1, []), (2, ["head"]), (4, ["head", "head", "watch"]), (7, ["head", "head", "watch"])):
        time_machine.move_to(MONDAY + timedelta(days=days), tick=False)
        attention_rounds.look_round()
        found = StaffMail.objects.filter(key__startswith="attention:")
        assert sorted(found.values_list("account__username", flat=True)) == told, days
    assert all("林晓岚" not in mail.body and raised.sub.number in mail.body for mail in StaffMail.objects.all())


def test_what_was_put_off_comes_back_by_itself_and_still_goes_up(raised: Attention, time_machine: Any) -> None:
    raised_on(raised, MONDAY)
    time_machine.move_to(MONDAY, tick=False)
    desk.snooze(raised.pk, MONDAY + timedelta(days=8), "等部门升级系统", by=by_staff("WJ"))
    time_machine.move_to(MONDAY + timedelta(days=4), tick=False)
    assert attention_rounds.look_round() == 0
    time_machine.move_to(MONDAY + timedelta(days=9), tick=False)
    assert attention_rounds.look_round() == 1
    now = Attention.objects.get(pk=raised.pk)
    assert (now.snoozed_until, now.level) == (None, 2)


@pytest.mark.parametrize("days", [-1, 0, 15, 400])
def test_nobody_puts_off_into_the_past_or_for_ever(days: int, raised: Attention) -> None:
    with pytest.raises(NotReady):
        desk.snooze(raised.pk, timezone.now() + timedelta(days=days), "等", by=by_staff("WJ"))


# ---- the alarms of D27, each rung by its fault ------------------------------------------------------------------


@pytest.fixture
def well(case: Case) -> None:
    """Swept and heard a moment ago."""
    now = timezone.now()
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=now) for name in ("sweep", "nudge")])


def test_all_is_well(well: None) -> None:
    found = health_now()
    assert (found.alarms, found.silent_rows, found.attentions) == ((), 0, {})
    assert found.audit_events == Event.objects.latest("pk").pk


def test_a_silent_row_rings(well: None, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(**overdue())
    assert health_now().alarms == ("silent_rows",)


def test_a_delivery_that_nobody_carries_rings(well: None, raised: Attention) -> None:
    Delivery.objects.filter(sub=raised.sub).update(state="due", **overdue())
    found = health_now()
    assert (found.due_deliveries, found.oldest_due_s >= 3600, found.alarms) == (1, True, ("due_late",))


def test_a_sweep_that_stopped_rings(well: None) -> None:
    Heartbeat.objects.filter(name="sweep").update(at=timezone.now() - HOUR)
    assert health_now().alarms == ("sweep_late",)


def test_a_sweep_that_never_ran_rings_once_something_waits(case: Case) -> None:
    assert health_now().alarms == ()
    Case.objects.filter(pk=case.pk).update(next_at=timezone.now() - timedelta(seconds=5))
    assert health_now().alarms == ("sweep_late",)


def test_a_worker_that_is_deaf_rings(well: None, settings: Any) -> None:
    settings.NUDGE_THROUGH_BROKER = True
    assert health_now().alarms == ()
    Heartbeat.objects.filter(name="nudge").update(at=timezone.now() - HOUR)
    assert health_now().alarms == ("nudge_late",)


def test_a_worker_that_never_listened_rings(well: None, settings: Any) -> None:
    settings.NUDGE_THROUGH_BROKER = True
    Heartbeat.objects.filter(name="nudge").delete()
    assert health_now().nudge_age_s is None
    Heartbeat.objects.create(name="rung", at=timezone.now() - HOUR)
    assert health_now().alarms == ("nudge_late",)


def test_a_history_whose_end_was_cut_off_rings(well: None, case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # as the owner of the database could
        cursor.execute("DELETE FROM cases_event WHERE id = (SELECT max(id) FROM cases_event)")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert health_now().alarms == ("audit_broken",)


def test_the_sweep_gives_a_sign_of_life(case: Case) -> None:
    heartbeats.forget()
    sweep.sweep()
    assert Heartbeat.objects.get(name="sweep").at <= timezone.now()


def test_whoever_takes_a_nudge_says_so(case: Case) -> None:
    heartbeats.forget()
    heartbeats.nudge_taken()
    assert Heartbeat.objects.filter(name="nudge").exists()


def test_the_page_says_figures_and_no_ids(client: Any, well: None, raised: Attention) -> None:
    answer = client.get(reverse("healthz"))
    found = answer.json()
    assert (answer.status_code, found["ok"], found["alarms"]) == (200, True, [])
    assert found["attentions"] == {"silent": 1}
    assert str(raised.case_id) not in answer.content.decode()
    assert (raised.case.number or "-") not in answer.content.decode()
