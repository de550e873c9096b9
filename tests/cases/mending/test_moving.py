"""From a broken system to its people, to another department, or to an end in writing."""

from __future__ import annotations

import pytest

from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.actions.mending import asking, ending, moving
from cases.actions.mending.asking import Heard
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Delivery, Document, Event
from portal.accounts.models import Account
from tests.cases.mending.conftest import Stuck, birth, make_due
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = pytest.mark.django_db


def test_what_a_system_refused_is_decided_by_its_people(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    moving.to_people(raised.pk, "系统升级，先人工办", by=doctor.actor)
    sub = birth(raised.case)
    assert (sub.connect, sub.state, sub.department) == ("manual", "dispatched", "WJ")
    assert not Attention.objects.filter(sub=sub, closed_at=None).exists()
    dispatch.pump()
    assert not Delivery.objects.filter(sub=sub, state="due").exists()
    taken = worklist.take(sub.pk, by=doctor.actor, version=sub.version)
    assert taken.state == "received"
    assert Event.objects.filter(case=raised.case, kind="item.moved_to_people").count() == 1


def test_what_the_system_has_after_all_stays_with_the_system(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    departments.say("received", item="BIRTH_CERT")
    raised = stuck("down", 5)
    departments.fail("lost_answer", department="WJ")
    make_due(birth(raised.case))
    dispatch.pump()
    with pytest.raises(WrongState, match="已经收到"):
        moving.to_people(raised.pk, "系统坏了", by=doctor.actor)
    assert (birth(raised.case).connect, birth(raised.case).state) != ("manual", "dispatched")


def test_a_system_that_never_saw_it_gives_it_up_without_a_word(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("down", 5)
    moving.to_people(raised.pk, "系统停机一周", by=doctor.actor)
    assert birth(raised.case).connect == "manual"
    assert [one.state for one in Delivery.objects.filter(sub=raised.sub)] == ["cancelled"]


def test_an_operator_and_another_department_move_nothing(stuck: Stuck, operator: Account, policeman: Account) -> None:
    raised = stuck("refused", 1)
    lead = birth(raised.case).case.bundle_version.document["lead"]
    others = [operator] if lead == "GA" else [operator, policeman]
    for stranger in others:
        with pytest.raises(CaseError):
            moving.to_people(raised.pk, "转人工", by=stranger.actor)
        with pytest.raises(CaseError):
            ending.give_up(raised.pk, "不办了", by=stranger.actor)


def test_what_a_department_never_saw_stays_open(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("down", 5)
    assert asking.ask_now(raised.pk, by=doctor.actor) is Heard.NEVER_SEEN
    assert Attention.objects.get(pk=raised.pk).closed_at is None


def test_what_a_department_forgot_and_finds_again_closes_by_itself(
    case: Case, doctor: Account, departments: FakeDepartments
) -> None:
    departments.say("received", item="BIRTH_CERT")
    dispatch.pump()
    sub = birth(case)
    raised = Attention.objects.create(case=case, sub=sub, reason="forgotten", owner="WJ", since=case.submitted_at)
    assert asking.ask_now(raised.pk, by=doctor.actor) is Heard.ANSWERED
    assert Attention.objects.get(pk=raised.pk).closed_at is not None


def test_giving_up_ends_the_item_in_writing_with_the_remedy(
    stuck: Stuck, supervisor: Account, notifier: RecordingNotifier
) -> None:
    raised = stuck("refused", 1)
    ending.give_up(raised.pk, "部门系统无法受理这一类情形，请到窗口办理", by=supervisor.actor)
    sub = birth(raised.case)
    assert sub.state == "lapsed"
    values = Document.objects.get(sub=sub, kind="lapse").values
    assert values["why"] == "部门系统无法受理这一类情形，请到窗口办理"
    assert "复议" in values["remedy"]
    assert [message.template for message in notifier.messages].count("item_given_up") == 1
    assert not Delivery.objects.filter(sub=sub, state="due").exists()


def test_who_gives_up_what_may_have_arrived_tells_the_department(
    stuck: Stuck, supervisor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("down", 5)
    ending.give_up(raised.pk, "请到窗口办理", by=supervisor.actor)
    assert Delivery.objects.filter(sub=raised.sub, purpose="withdraw", state="due").exists()
    assert not Delivery.objects.filter(sub=raised.sub, purpose="file", state="due").exists()


def test_without_a_reason_for_the_applicant_nothing_is_given_up(stuck: Stuck, supervisor: Account) -> None:
    raised = stuck("refused", 1)
    with pytest.raises(NotReady):
        ending.give_up(raised.pk, "  ", by=supervisor.actor)
    assert birth(raised.case).state == "dispatched"
