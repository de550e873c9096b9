"""Live plans at the desk: a department brings about its change, the lead closes the port and opens it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import AccessRecord, Case, Pause, PlanVersion
from portal.accounts.models import Account, Role
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.counter.conftest import staff

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]


@pytest.fixture
def agent(db: None) -> Account:
    return modes.company()


@pytest.fixture
def port_call(agent: Account, departments: FakeDepartments) -> Case:
    return modes.port_call(agent, departments)


@pytest.fixture
def pilots(db: None) -> Account:
    return staff("pilots", Role.STAFF, "YHZ")


@pytest.fixture
def harbour(db: None) -> Account:
    return staff("harbour", Role.STAFF, "GK")


def test_a_department_changes_the_plan_it_cannot_keep_and_says_why(
    port_call: Case, pilots: Account, at: SignIn
) -> None:
    client = at(pilots)
    page = client.get("/desk/plans/").content.decode()
    assert port_call.number in page and "引航员或拖轮临时不可用" in page and "船期提前或推迟" not in page
    address = f"/desk/plans/{port_call.pk}/T5/"
    assert client.get(address).status_code == 200
    refused = client.post(address, {"reason": " "})
    assert refused.status_code == 422 and "请写明原因" in refused.content.decode()
    assert not PlanVersion.objects.exists()
    assert client.post(address, {"reason": "引航员临时不可用"}).status_code == 302
    version = PlanVersion.objects.get(case=port_call)
    assert (version.change, version.reason, version.proposed_id) == ("T5", "引航员临时不可用", "YHZ")
    assert "等各方确认" in client.get("/desk/plans/").content.decode()
    dispatch.pump()
    version.refresh_from_db()
    assert version.state == "effective"
    assert AccessRecord.objects.filter(case=port_call, what="计划").exists()


def test_nobody_finds_the_plan_of_others_or_a_change_of_others(
    port_call: Case, pilots: Account, officer: Account, at: SignIn
) -> None:
    assert at(pilots).get(f"/desk/plans/{port_call.pk}/T1/").status_code == 404
    assert at(officer).get(f"/desk/plans/{port_call.pk}/T5/").status_code == 404
    assert port_call.number not in at(officer).get("/desk/plans/").content.decode()


def test_the_list_of_plans_asks_a_fixed_number_of_questions(
    port_call: Case, pilots: Account, at: SignIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = at(pilots)
    client.get("/desk/plans/")
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        client.get("/desk/plans/")


def test_the_lead_closes_the_port_and_opens_it_again(
    port_call: Case, harbour: Account, pilots: Account, at: SignIn, departments: FakeDepartments,
    agent: Account,
) -> None:  # fmt: skip
    departments.say("accepted")
    waiting = modes.filed(agent, "CBJCG", modes.SHIP, modes.ship_fields(imo_no="9990026", voyage_no="V2"))
    begins = timezone.localtime() + timedelta(hours=20)
    ends = begins + timedelta(days=1)
    times = {
        "from_day": f"{begins:%Y-%m-%d}", "from_time": f"{begins:%H:%M}",
        "to_day": f"{ends:%Y-%m-%d}", "to_time": f"{ends:%H:%M}",
    }  # fmt: skip
    client = at(harbour)
    assert "大风、大雾、封航" in client.get("/desk/closures/").content.decode()
    assert client.post("/desk/closures/CBJCG/T4/", {**times, "reason": ""}).status_code == 422
    assert client.post("/desk/closures/CBJCG/T4/", {"reason": "大风"}).status_code == 422
    assert at(pilots).post("/desk/closures/CBJCG/T4/", {**times, "reason": "大风"}).status_code == 404
    assert client.post("/desk/closures/CBJCG/T4/", {**times, "reason": "大风"}).status_code == 302
    page = client.get("/desk/closures/").content.decode()
    assert waiting.number in page and port_call.number not in page
    assert Pause.objects.filter(sub__case=waiting, kind="outside", ended_at=None).count() == 2
    assert client.post("/desk/closures/CBJCG/T4/reopen/").status_code == 302
    assert not Pause.objects.filter(kind="outside", ended_at=None).exists()
