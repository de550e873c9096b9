"""Coming once, at a time kept free; departments coming together once. The days until then are nobody's working time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from bundles import queries
from cases.actions.delivery import dispatch
from cases.actions.engine import sweep
from cases.actions.scheduling import appointments, joint_visits
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Document, Pause, SubApplication, Visit
from cases.ports import Actor
from portal.accounts.models import Account
from tests.cases.test_query_mode import file
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = [pytest.mark.django_db]
COUNTER = Actor("staff", "1", "CRJ")
LEAD = Actor("staff", "2", "SC")
MONDAY = "2026-11-23T10:00:00+08:00"


@pytest.fixture
def waiting(administrator: Account, departments: FakeDepartments) -> SubApplication:
    """A foreigner's application that has come as far as the visit."""
    with time_machine.travel(MONDAY, tick=True):
        guidance = {"where": "z_entered", "category": "B", "qualify": "degree", "family": "no", "extra": []}
        case = file(administrator, "WGRGZ", guidance, {"stay_months": 12})
        return SubApplication.objects.get(case=case, item_id="VERIFY_VISIT")


def test_the_clock_waits_for_the_visitor_and_runs_on_at_arrival(waiting: SubApplication) -> None:
    assert waiting.state == "dispatched"
    pause = Pause.objects.get(sub=waiting, kind="visit")
    with time_machine.travel("2026-11-24T10:00:00+08:00", tick=True):
        slot = _slots(waiting)[0]
        visit = appointments.book(waiting.pk, slot.begins_at, by=COUNTER)
        appointments.note_arrival(visit.pk, True, by=COUNTER)
    pause.refresh_from_db()
    assert pause.ended_at is not None


def _slots(sub: SubApplication) -> tuple[appointments.Slot, ...]:
    rule = queries.version(sub.case.bundle_version_id).spec.appointment(sub.item_id)
    assert rule is not None
    return appointments.offered(sub, rule)


def test_only_open_hours_of_working_days_are_offered(waiting: SubApplication) -> None:
    with time_machine.travel("2026-11-27T16:00:00+08:00", tick=False):  # a Friday afternoon
        first = _slots(waiting)[0]
    assert timezone.localtime(first.begins_at).strftime("%a %H:%M") == "Fri 16:10"
    with time_machine.travel("2026-11-27T17:00:00+08:00", tick=False):
        first = _slots(waiting)[0]
    assert timezone.localtime(first.begins_at).strftime("%a %H:%M") == "Mon 09:00"


def test_the_last_place_of_a_slot_goes_to_one_person_only(
    waiting: SubApplication, administrator: Account, departments: FakeDepartments
) -> None:
    with time_machine.travel("2026-11-24T08:00:00+08:00", tick=True):
        slot = _slots(waiting)[0]
        for number in range(6):
            case = waiting.case
            other = SubApplication.objects.create(
                case=case, seq=100 + number, number=f"X-{number}", item_id="VERIFY_VISIT", instance_key=f"x{number}",
                department="CRJ", connect="manual", next_at=timezone.now(),
            )  # fmt: skip
            Visit.objects.create(
                case=case, sub=other, items=["VERIFY_VISIT"], department="CRJ", begins_at=slot.begins_at,
                ends_at=slot.ends_at, booked_at=timezone.now(),
            )  # fmt: skip
        with pytest.raises(WrongState, match="换一个时段"):
            appointments.book(waiting.pk, slot.begins_at, by=administrator.actor)


def test_a_booking_moves_three_times_and_no_more(waiting: SubApplication, administrator: Account) -> None:
    with time_machine.travel("2026-11-24T08:00:00+08:00", tick=True):
        slots = _slots(waiting)
        for slot in slots[:4]:
            appointments.book(waiting.pk, slot.begins_at, by=administrator.actor)
        with pytest.raises(CaseError, match="已经改约 3 次"):
            appointments.book(waiting.pk, slots[5].begins_at, by=administrator.actor)
    assert Visit.objects.filter(sub=waiting, state="booked").count() == 1


def test_who_never_comes_is_not_waited_for_without_end_and_hears_of_it(
    waiting: SubApplication, notifier: RecordingNotifier
) -> None:
    with time_machine.travel("2026-12-10T10:00:00+08:00", tick=True):
        appointments.tend()
        waiting.refresh_from_db()
        assert waiting.state == "dispatched"
    with time_machine.travel("2026-12-24T10:00:00+08:00", tick=True):
        appointments.tend()
        waiting.refresh_from_db()
        assert waiting.state == "lapsed"
    assert Document.objects.filter(sub=waiting, kind="lapse").count() == 1
    assert [m.template for m in notifier.messages].count("visit_lapsed") == 1


@pytest.fixture
def restaurant(administrator: Account, departments: FakeDepartments) -> Case:
    departments.say("accepted")
    departments.say(item="ENT_VERIFY", result={"status": "正常"})
    guidance = {
        "has_licence": "yes", "shop_kind": "restaurant", "area_band": "s150", "foods": ["hot"], "smoke": "yes",
        "building": "flue", "drain": "net", "sign_kind": "none",
    }  # fmt: skip
    return file(administrator, "CYKB", guidance, {})


def _at(days: int) -> tuple[datetime, datetime]:
    begins = timezone.now() + timedelta(days=days)
    return begins, begins + timedelta(hours=2)


def test_departments_come_once_and_the_clock_of_each_stands_until_then(restaurant: Case) -> None:
    begins, ends = _at(2)
    visit = joint_visits.arrange(restaurant.pk, begins, ends, "示例路1号", by=LEAD)
    assert set(visit.items) == {"FOOD", "FUME", "DRAIN"}
    assert Pause.objects.filter(sub__case=restaurant, kind="visit", ended_at=None).count() == 3
    opinion = {"FOOD": ("passed", ""), "FUME": ("to_fix", "加装净化器"), "DRAIN": ("passed", "")}
    joint_visits.conclude(visit.pk, opinion, by=LEAD)
    still = Pause.objects.filter(sub__case=restaurant, kind="visit", ended_at=None)
    assert [pause.sub.item_id for pause in still] == ["FUME"]
    joint_visits.note_fixed(restaurant.pk, "FUME", by=Actor("staff", "3", "CG"))
    assert not still.all().exists()


def test_one_opinion_leaves_no_item_out_and_only_the_lead_gives_it(restaurant: Case) -> None:
    begins, ends = _at(2)
    with pytest.raises(CaseError, match="牵头部门"):
        joint_visits.arrange(restaurant.pk, begins, ends, "", by=COUNTER)
    visit = joint_visits.arrange(restaurant.pk, begins, ends, "", by=LEAD)
    with pytest.raises(NotReady) as refusal:
        joint_visits.conclude(visit.pk, {"FOOD": ("passed", "")}, by=LEAD)
    assert {item for item, _ in refusal.value.faults} == {"FUME", "DRAIN"}


def test_a_sweep_carries_on_with_visits_open(restaurant: Case) -> None:
    begins, ends = _at(2)
    joint_visits.arrange(restaurant.pk, begins, ends, "", by=LEAD)
    sweep.sweep()
    dispatch.pump()
    restaurant.refresh_from_db()
    assert restaurant.state == "in_progress"
