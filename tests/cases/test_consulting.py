"""Asking another department for its opinion (征求意见): a deadline, and silence is no opinion."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cases.actions.deciding import consulting
from cases.actions.delivery import dispatch
from cases.actions.desk import proceedings, worklist
from cases.errors import CaseError, ChangedMeanwhile, NotReady, WrongState
from cases.models import Consultation, Event, SubApplication
from cases.ports import Answer, Callback, Reason
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments
from tests.factories.received import by_staff, filing_key, on_the_worklist, received, sub_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def task(lin: Account, chen: Account, known_family: None, departments: FakeDepartments) -> SubApplication:
    """A household registration with the people of the police, accepted."""
    departments.say(item="BIRTH_CERT", result=newborn.RESULTS["BIRTH_CERT"])
    case = newborn.submitted(lin, chen)
    on_the_worklist(case, "HUKOU")
    dispatch.pump()
    sub = sub_of(case, "HUKOU")
    return worklist.accept(sub.pk, by=by_staff("GA"), version=sub.version)


def ask(task: SubApplication, department: str = "ZJ", *, working_days: int = 3) -> Consultation:
    fresh = SubApplication.objects.get(pk=task.pk)
    return proceedings.consult(
        task.pk, department, "出生医学证明是否属实", working_days=working_days, by=by_staff("GA"), version=fresh.version
    )


def test_a_consultation_has_a_deadline_in_working_days_行政许可法_82(task: SubApplication) -> None:
    with time_machine.travel(MONDAY, tick=False):
        asked = ask(task, working_days=5)
    assert (asked.state, asked.due_on.isoformat()) == ("open", "2026-11-30")
    assert Event.objects.filter(kind="consultation.asked", sub=task).exists()


def test_the_consulted_department_answers_once_and_nobody_else_does(task: SubApplication) -> None:
    asked = ask(task)
    with pytest.raises(CaseError, match="不由您的部门"):
        consulting.answer(asked.pk, "agrees", "", by=by_staff("WJ"))
    with pytest.raises(NotReady, match="理由"):
        consulting.answer(asked.pk, "objects", " ", by=by_staff("ZJ"))
    said = consulting.answer(asked.pk, "objects", "编号与签发记录不一致", by=by_staff("ZJ"))
    assert (said.state, said.opinion, said.answer) == ("answered", "objects", "编号与签发记录不一致")
    with pytest.raises(WrongState):
        consulting.answer(asked.pk, "agrees", "", by=by_staff("ZJ"))


def test_silence_past_the_deadline_is_no_opinion_and_stops_nobody(task: SubApplication) -> None:
    with time_machine.travel(MONDAY, tick=False):
        asked = ask(task, working_days=1)
        assert consulting.close_overdue() == 0
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        assert consulting.close_overdue() == 1
    asked.refresh_from_db()
    assert (asked.state, asked.opinion) == ("silent", "none")


def test_one_department_is_asked_one_question_at_a_time(task: SubApplication) -> None:
    ask(task)
    with pytest.raises(NotReady, match="已经在征求"):
        ask(task)
    with pytest.raises(NotReady, match="部门"):
        ask(task, "GA")
    with pytest.raises(ChangedMeanwhile):
        proceedings.consult(task.pk, "WJ", "问", working_days=3, by=by_staff("GA"), version=task.version)


def test_a_decision_ends_open_questions(task: SubApplication) -> None:
    asked = ask(task)
    fresh = SubApplication.objects.get(pk=task.pk)
    worklist.reject(task.pk, [Reason("", "", "不符")], by=by_staff("GA"), version=fresh.version)
    asked.refresh_from_db()
    assert asked.state == "cancelled"


def test_a_declared_procedure_asks_whom_the_bundle_names(lin: Account, departments: FakeDepartments) -> None:
    departments.say("received", item="DESIGN_REVIEW")
    guidance = {"project_kind": "small", "land_kind": "own", "eia_class": "exempt"}
    case = received(lin, "GCJS", guidance)
    sub = sub_of(case, "DESIGN_REVIEW")
    answer = Answer(sub.pk, "special_procedure", procedure="SP2")
    called_back(Callback("ZG", "e1", filing_key(sub), b"{}", {}, answer))
    sub = sub_of(case, "DESIGN_REVIEW")
    asked = Consultation.objects.filter(sub=sub)
    assert sub.procedure == "联合审查征求部门意见"
    assert {one.department for one in asked} == {"ZJ", "RF", "CG", "ST", "JJ"}
    assert {one.due_on for one in asked} == {sub.pauses.get().expected_on}
    ended = Answer(sub.pk, "special_procedure_ended")
    called_back(Callback("ZG", "e2", filing_key(sub), b"{}", {}, ended))
    assert {one.state for one in Consultation.objects.filter(sub=sub)} == {"cancelled"}
