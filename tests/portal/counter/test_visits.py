"""Bookings and joint visits at the desk: who comes today, one occasion for all departments, one opinion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bundles import queries
from cases.actions.scheduling import appointments
from cases.models import Case, Pause, SubApplication, Visit
from portal.accounts.models import Account, Role
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.counter.conftest import staff

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]
MONDAY = "2026-11-23T10:00:00+08:00"


@pytest.fixture
def owner(db: None) -> Account:
    return modes.company()


@pytest.fixture
def waiting(owner: Account, departments: FakeDepartments) -> SubApplication:
    with time_machine.travel(MONDAY, tick=True):
        return SubApplication.objects.get(case=modes.foreigner(owner), item_id="VERIFY_VISIT")


@pytest.fixture
def restaurant(owner: Account, departments: FakeDepartments) -> Case:
    return modes.restaurant(owner, departments)


@pytest.fixture
def counter(db: None) -> Account:
    return staff("exit-entry", Role.STAFF, "CRJ")


@pytest.fixture
def lead(db: None) -> Account:
    return staff("market", Role.STAFF, "SC")


@pytest.fixture
def visit(waiting: SubApplication, owner: Account) -> Visit:
    with time_machine.travel(MONDAY, tick=True):
        rule = queries.version(waiting.case.bundle_version_id).spec.appointment(waiting.item_id)
        assert rule is not None
        slot = appointments.offered(waiting, rule)[0]
        return appointments.book(waiting.pk, slot.begins_at, by=owner.actor, language="en")


def test_the_counter_sees_who_comes_today_and_the_clock_runs_on_at_arrival(
    visit: Visit, counter: Account, officer: Account, at: SignIn
) -> None:
    with time_machine.travel(visit.begins_at, tick=True):
        client = at(counter)
        page = client.get("/desk/visits/").content.decode()
        assert visit.sub.number in page and "到场" in page
        task = client.get(f"/desk/tasks/{visit.sub_id}/").content.decode()
        assert "已约好到场" in task
        assert at(officer).post(f"/desk/visits/{visit.pk}/", {"came": "yes"}).status_code == 404
        assert client.post(f"/desk/visits/{visit.pk}/", {"came": "perhaps"}).status_code == 404
        assert client.post(f"/desk/visits/{visit.pk}/", {"came": "yes"}).status_code == 302
        assert "已到场" in client.get("/desk/visits/").content.decode()
        again = client.post(f"/desk/visits/{visit.pk}/", {"came": "no"}, follow=True).content.decode()
    assert "已经处理过" in again
    visit.refresh_from_db()
    assert visit.state == "done"
    assert not Pause.objects.filter(sub=visit.sub, kind="visit", ended_at=None).exists()


def test_who_did_not_come_may_book_anew(visit: Visit, counter: Account, at: SignIn) -> None:
    with time_machine.travel(visit.begins_at, tick=True):
        at(counter).post(f"/desk/visits/{visit.pk}/", {"came": "no"})
    visit.refresh_from_db()
    assert visit.state == "missed"
    assert Pause.objects.filter(sub=visit.sub, kind="visit", ended_at=None).exists()


def test_a_day_that_does_not_exist_shows_today(counter: Account, at: SignIn) -> None:
    assert at(counter).get("/desk/visits/?day=2026-02-31").status_code == 200
    assert at(counter).get("/desk/visits/?day=x").status_code == 200


def _times(days: int) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=days)
    return {"act": "arrange", "day": day.isoformat(), "from_time": "09:00", "to_time": "11:00", "place": "示例路1号"}


def test_the_lead_arranges_one_occasion_and_writes_one_opinion(restaurant: Case, lead: Account, at: SignIn) -> None:
    client = at(lead)
    page = client.get("/desk/joint-visits/").content.decode()
    assert restaurant.number in page and "待约时间" in page and "前约好" in page
    address = f"/desk/joint-visits/{restaurant.pk}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {**_times(2), "day": ""}).status_code == 422
    assert client.post(address, _times(-2)).status_code == 422
    assert client.post(address, _times(2)).status_code == 302
    booked = Visit.objects.get(case=restaurant, sub=None)
    assert (booked.state, booked.place) == ("booked", "示例路1号")
    lacking = client.post(address, {"act": "conclude", "verdict.FOOD": "passed"})
    assert lacking.status_code == 422 and lacking.content.decode().count("请填写结论") == 2
    said = {
        "act": "conclude", "verdict.FOOD": "passed", "verdict.FUME": "to_fix", "remark.FUME": "加装净化器",
        "verdict.DRAIN": "passed",
    }  # fmt: skip
    assert client.post(address, said).status_code == 302
    page = client.get("/desk/joint-visits/").content.decode()
    assert "整改中" in page and "加装净化器" in page
    assert client.post(f"{address}fixed/", {"item": "FUME"}).status_code == 302
    assert not Pause.objects.filter(sub__case=restaurant, about="joint_visit_fix", ended_at=None).exists()
    assert restaurant.number not in client.get("/desk/joint-visits/").content.decode()


def test_the_other_departments_see_the_occasion_on_their_task_and_say_what_is_put_right(
    restaurant: Case, lead: Account, at: SignIn
) -> None:
    client = at(lead)
    address = f"/desk/joint-visits/{restaurant.pk}/"
    client.post(address, _times(2))
    fume = SubApplication.objects.get(case=restaurant, item_id="FUME")
    city = at(staff("city", Role.STAFF, fume.department))
    assert "示例路1号" in city.get(f"/desk/tasks/{fume.pk}/").content.decode()
    assert city.get(address).status_code == 404
    said = {"act": "conclude", "verdict.FOOD": "passed", "verdict.FUME": "to_fix", "verdict.DRAIN": "passed"}
    client.post(address, {**said, "remark.FUME": "加装净化器"})
    task = city.get(f"/desk/tasks/{fume.pk}/").content.decode()
    assert "加装净化器" in task and "已整改" in task
    assert city.post(f"{address}fixed/", {"item": "FOOD"}).status_code == 404
    back = city.post(f"{address}fixed/", {"item": "FUME", "back": "task"})
    assert (back.status_code, back["Location"]) == (302, f"/desk/tasks/{fume.pk}/")


def test_what_was_found_in_order_is_not_visited_again(restaurant: Case, lead: Account, at: SignIn) -> None:
    client, address = at(lead), f"/desk/joint-visits/{restaurant.pk}/"
    client.post(address, _times(2))
    said = {f"verdict.{item}": "passed" for item in ("FOOD", "FUME", "DRAIN")}
    client.post(address, {"act": "conclude", **said})
    assert client.post(address, _times(3)).status_code == 409
