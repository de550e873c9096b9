"""The plan of a live case on its page: changed in one place, agreed to by each, taken back from there."""

from __future__ import annotations

import pytest

from cases.actions.delivery import dispatch
from cases.models import Case, PlanVersion
from portal.accounts.models import Account
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db: None) -> Account:
    return modes.company()


@pytest.fixture
def port_call(agent: Account, departments: FakeDepartments) -> Case:
    return modes.port_call(agent, departments)


def test_a_new_time_is_entered_once_and_the_page_says_who_has_agreed(
    port_call: Case, agent: Account, as_person: SignIn
) -> None:
    client = as_person(agent)
    case_address, address = f"/cases/{port_call.pk}/", f"/cases/{port_call.pk}/plan/T1/"
    page = text_of(client.get(case_address))
    assert "计划（现行第 1 版）" in page and "船期提前或推迟" in page
    assert "换泊位" not in page and "大风、大雾、封航" not in page
    form = text_of(client.get(address))
    assert 'name="plan_time"' in form and 'name="draft_fore"' not in form
    assert "要重新安排的" in form and "只告知新时间" in form
    moment = modes.hours_on(36)[:16]
    answer = client.post(address, {"plan_time": moment, "reason": "装货推迟"})
    assert (answer.status_code, answer["Location"]) == (302, case_address)
    page = text_of(client.get(case_address))
    assert "等各方确认" in page and "待确认" in page and "装货推迟" in page
    dispatch.pump()
    page = text_of(client.get(case_address))
    assert "计划（现行第 2 版）" in page and "已生效" in page


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    port_call: Case, agent: Account, as_person: SignIn
) -> None:
    client, past = as_person(agent), modes.hours_on(-30)[:16]
    answer = client.post(f"/cases/{port_call.pk}/plan/T1/", {"plan_time": past, "reason": "装货推迟"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert past in page and "装货推迟" in page and "field--bad" in page
    assert not PlanVersion.objects.exists()


def test_nobody_changes_the_plan_of_somebody_else_or_what_is_not_his_to_change(
    port_call: Case, agent: Account, stranger: Account, as_person: SignIn
) -> None:
    assert as_person(stranger).get(f"/cases/{port_call.pk}/plan/T1/").status_code == 404
    assert as_person(agent).get(f"/cases/{port_call.pk}/plan/T2/").status_code == 404
    assert as_person(agent).get(f"/cases/{port_call.pk}/plan/T7/").status_code == 404


def test_taking_the_plan_back_leads_to_the_withdrawal(
    agent: Account, departments: FakeDepartments, as_person: SignIn
) -> None:
    departments.say("accepted")
    case = modes.filed(agent, "CBJCG", modes.SHIP, modes.ship_fields())
    page = text_of(as_person(agent).get(f"/cases/{case.pk}/"))
    assert 'href="#take-back">取消动态</a>' in page
    assert 'id="take-back"' in page
