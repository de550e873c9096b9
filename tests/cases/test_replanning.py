"""A live plan is changed on the same case: what must be decided anew is, the rest is only told, the old plan holds
until those who must agree have agreed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.scheduling import plan_pauses, replanning
from cases.errors import CaseError, NotReady
from cases.models import Case, Delivery, Pause, PlanVersion, Result, SubApplication
from cases.ports import Actor, Reason
from portal.accounts.models import Account
from tests.cases.test_query_mode import file
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db]
GUIDANCE = {"move_kind": "arrive", "voyage": "coastal", "pilot_need": "request", "tug_need": "none", "cargo_flag": []}


def at(hours: float) -> str:
    return (timezone.localtime() + timedelta(hours=hours)).replace(microsecond=0).isoformat()


@pytest.fixture
def fields() -> dict[str, Any]:
    return {
        "imo_no": "9990014", "ship_name_en": "EXAMPLE", "plan_time": at(30), "berth_code": "B1", "loa": "120",
        "draft_fore": "8", "draft_aft": "8.5", "cargo_ton": "1000", "voyage_no": "V1", "from_pos": "A", "to_pos": "B",
    }  # fmt: skip


@pytest.fixture
def agent(administrator: Account) -> Account:
    return administrator


@pytest.fixture
def case(agent: Account, fields: dict[str, Any], departments: FakeDepartments) -> Case:
    departments.say(item="BERTH", result={"berth_name": "1号泊位", "berth_from": at(30), "berth_to": at(40)})
    departments.say(item="MSA_REPORT", result={"report_no": "MSA-1"})
    departments.say(item="DISPATCH", result={"plan_no": "P-1", "version": 1, "board_time": at(29)})
    return file(agent, "CBJCG", GUIDANCE, fields)


def states(case: Case) -> dict[str, str]:
    return dict(SubApplication.objects.filter(case=case).values_list("item_id", "state"))


def test_what_a_new_time_touches_is_decided_anew_and_the_rest_only_told(
    case: Case, agent: Account, departments: FakeDepartments
) -> None:
    assert states(case) == dict.fromkeys(("BERTH", "PILOT", "MSA_REPORT", "DISPATCH"), "approved")
    version = replanning.change_plan(case.pk, "T1", {"plan_time": at(36)}, by=agent.actor)
    assert states(case)["MSA_REPORT"] == "approved"
    assert states(case)["DISPATCH"] == "waiting"
    dispatch.pump()
    case.refresh_from_db()
    version.refresh_from_db()
    assert (case.state, version.state) == ("concluded", "effective")
    told = Delivery.objects.filter(sub__case=case, purpose="change").values_list("sub__item_id", flat=True)
    assert sorted(told) == ["BERTH", "DISPATCH", "MSA_REPORT", "PILOT"]
    assert Result.objects.filter(sub__case=case, sub__item_id="BERTH").count() == 2
    assert Result.objects.filter(sub__case=case, sub__item_id="MSA_REPORT").count() == 1


def test_only_the_fields_of_the_change_go_to_those_who_may_see_them(
    case: Case, agent: Account, departments: FakeDepartments
) -> None:
    replanning.change_plan(case.pk, "T3", {"draft_fore": "9", "draft_aft": "9", "cargo_ton": "1200"}, by=agent.actor)
    dispatch.pump()
    changes = Delivery.objects.filter(sub__case=case, purpose="change")
    sent = {one.sub.item_id: set(json.loads(one.body)["fields"]) for one in changes}
    assert sent["BERTH"] == {"draft_fore", "draft_aft", "cargo_ton"}
    assert sent["PILOT"] == {"draft_fore", "draft_aft"}
    assert sent["DISPATCH"] == set()


def test_where_one_department_refuses_the_plan_of_before_holds(
    case: Case, agent: Account, departments: FakeDepartments, fields: dict[str, Any]
) -> None:
    departments.say_once("rejected", department="YHZ", item="change", reasons=(Reason("X", "", "引航员不足"),))
    version = replanning.change_plan(case.pk, "T1", {"plan_time": at(36)}, by=agent.actor)
    dispatch.pump()
    case.refresh_from_db()
    version.refresh_from_db()
    assert version.state == "refused"
    assert states(case) == dict.fromkeys(("BERTH", "PILOT", "MSA_REPORT", "DISPATCH"), "approved")
    assert case.answers["fields"]["plan_time"] == fields["plan_time"]
    assert all(result.replaced_at is None for result in Result.objects.filter(sub__case=case))


def test_nobody_changes_what_is_not_his(case: Case, agent: Account) -> None:
    with pytest.raises(CaseError, match="不由您提出"):
        replanning.change_plan(case.pk, "T2", {"berth_code": "B2"}, by=agent.actor)
    with pytest.raises(CaseError, match="只能改"):
        replanning.change_plan(case.pk, "T1", {"berth_code": "B2"}, by=agent.actor)
    with pytest.raises(CaseError, match="不由您提出"):
        replanning.change_plan(case.pk, "T5", {}, by=Actor("staff", "1", "HG"))


def test_a_time_that_has_passed_is_refused_at_the_field(case: Case, agent: Account) -> None:
    with pytest.raises(NotReady) as refusal:
        replanning.change_plan(case.pk, "T1", {"plan_time": at(-3)}, by=agent.actor)
    assert refusal.value.faults[0][0] == "plan_time"
    assert not PlanVersion.objects.filter(case=case).exists()


def test_a_department_may_ask_for_a_new_plan_when_its_people_are_not_there(
    case: Case, departments: FakeDepartments
) -> None:
    replanning.change_plan(case.pk, "T5", {}, by=Actor("staff", "1", "YHZ"), reason="引航员临时不可用")
    dispatch.pump()
    assert PlanVersion.objects.get(case=case).state == "effective"


def test_a_closed_port_stops_what_is_planned_for_that_time_and_nobody_loses_his_place(
    agent: Account, fields: dict[str, Any], departments: FakeDepartments
) -> None:
    departments.say("accepted")
    first = file(agent, "CBJCG", GUIDANCE, fields)
    second = file(agent, "CBJCG", GUIDANCE, {**fields, "imo_no": "9990026", "plan_time": at(31)})
    later = file(agent, "CBJCG", GUIDANCE, {**fields, "imo_no": "9990038", "plan_time": at(90)})
    lead = Actor("staff", "1", "GK")
    begins, ends = timezone.now() + timedelta(hours=20), timezone.now() + timedelta(hours=48)
    with pytest.raises(CaseError, match="牵头部门"):
        plan_pauses.close("CBJCG", "T4", begins, ends, "大风", by=Actor("staff", "2", "HG"))
    with pytest.raises(NotReady, match="原因"):
        plan_pauses.close("CBJCG", "T4", begins, ends, " ", by=lead)
    assert plan_pauses.close("CBJCG", "T4", begins, ends, "大风", by=lead) == (first.pk, second.pk)
    stopped = Pause.objects.filter(kind="outside", ended_at=None)
    assert {pause.sub.item_id for pause in stopped} == {"PILOT", "DISPATCH"}
    assert later.pk not in set(stopped.values_list("sub__case_id", flat=True))
    assert plan_pauses.reopen("CBJCG", "T4", by=lead) == (first.pk, second.pk)
    assert not Pause.objects.filter(kind="outside", ended_at=None).exists()
