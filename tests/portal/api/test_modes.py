"""Live plans and visits over the API."""

from __future__ import annotations

import pytest
import time_machine

from cases.actions.delivery import dispatch
from cases.models import SubApplication
from portal.accounts.models import Account
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.api.conftest import Caller, caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db: None) -> Account:
    return modes.company()


def test_a_plan_is_read_and_changed(owner: Account, departments: FakeDepartments, chen: Caller) -> None:
    case = modes.port_call(owner, departments)
    firm, address = caller(owner), f"/cases/{case.pk}/plan/"
    plan = firm.get(address).json()
    assert (plan["holds"], plan["versions"]) == (1, [])
    assert {one["id"]: one["act"] for one in plan["changes"]} == {"T1": "change", "T3": "change", "T7": "withdraw"}
    assert set(plan["changes"][0]["values"]) == {"plan_time"}
    wrong = firm.post(address, {"change": "T1", "fields": {"plan_time": modes.hours_on(-3)}})
    assert wrong.status_code == 422
    assert firm.post(address, {"change": "T2", "fields": {"berth_code": "B2"}}).status_code == 400
    assert firm.post(address, {"fields": {}}).status_code == 400
    made = firm.post(address, {"change": "T1", "fields": {"plan_time": modes.hours_on(36)}, "reason": "装货推迟"})
    assert made.status_code == 201
    assert [(one["number"], one["state"]) for one in made.json()["versions"]] == [(2, "proposed")]
    dispatch.pump()
    assert firm.get(address).json()["holds"] == 2
    assert chen.get(address).status_code == 404
    assert Caller().get(address).status_code == 401


def test_a_case_without_a_plan_has_no_such_address(owner: Account, departments: FakeDepartments) -> None:
    case = modes.restaurant(owner, departments)
    assert caller(owner).get(f"/cases/{case.pk}/plan/").status_code == 404


def test_a_visit_is_booked_among_the_free_times(owner: Account, departments: FakeDepartments, chen: Caller) -> None:
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=True):
        case = modes.foreigner(owner)
        sub = SubApplication.objects.get(case=case, item_id="VERIFY_VISIT")
        firm, address = caller(owner), f"/cases/{case.pk}/visits/"
        [visit] = firm.get(address).json()
        assert visit["sub_id"] == str(sub.pk) and visit["begins_at"] is None and visit["bring"]
        slot = visit["slots"][0]
        assert slot["free"] == 6
        taken = firm.post(address, {"sub_id": str(sub.pk), "begins_at": "2026-11-23T03:00:00+08:00"})
        assert taken.status_code == 409
        made = firm.post(address, {"sub_id": str(sub.pk), "begins_at": slot["begins_at"], "language": "ja"})
        assert made.status_code == 201 and made.json()[0]["begins_at"] == slot["begins_at"]
        other = SubApplication.objects.filter(case=case).exclude(pk=sub.pk)[0]
        nowhere = firm.post(address, {"sub_id": str(other.pk), "begins_at": slot["begins_at"]})
        assert nowhere.status_code == 404
        assert chen.get(address).status_code == 404
