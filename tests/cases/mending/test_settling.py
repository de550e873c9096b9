"""The department's decision entered by its people, with evidence; a second word accepted or put aside."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bundles import queries
from cases.actions.delivery import dispatch
from cases.actions.mending import desk, settling
from cases.actions.mending.settling import Decided
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, AttentionAct, Case, Delivery, Document, InboxMessage, Result
from cases.ports import Reason
from cases.queries.declared import declared_fields
from portal.accounts.models import Account
from tests.cases.mending.conftest import Stuck, birth, make_due
from tests.cases.test_engine import callback
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db
STATEMENT = "与示例市妇幼保健院核实，决定书编号 R350000001"


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("决定书.pdf", newborn.SCAN, "application/pdf")


def approved(**more: Any) -> Decided:
    values = newborn.RESULTS["BIRTH_CERT"] | {name: "2026-10-30" for name in _wanted()}
    return Decided("approved", values | newborn.RESULTS["BIRTH_CERT"], statement=STATEMENT, **more)


def _wanted() -> list[str]:
    spec = queries.published("XSECS").spec
    return [name for result in spec.results_of("BIRTH_CERT") for name in declared_fields(result)]


def test_a_decision_entered_by_a_person_takes_effect_as_the_departments_own(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    settling.settle(raised.pk, approved(), paper(), by=doctor.actor)
    assert birth(raised.case).state == "approved"
    assert Result.objects.filter(sub=raised.sub).exists()
    closed = Attention.objects.get(pk=raised.pk)
    assert (closed.closed_as, closed.closed_by) == ("settled", doctor)
    dispatch.pump()
    assert birth(raised.case).state == "approved"
    assert not [key for key in departments.effects if key == str(Delivery.objects.get(sub=raised.sub).key)]


def test_the_evidence_is_kept_sealed_with_the_statement(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    settling.settle(raised.pk, approved(), paper(), by=doctor.actor)
    act = AttentionAct.objects.get(attention=raised, kind="settled")
    assert act.evidence is not None
    assert (act.text, act.evidence.file.read()) == (STATEMENT, newborn.SCAN)


@pytest.mark.parametrize("lacks", ["statement", "file", "result"])
def test_a_decision_without_statement_paper_or_result_is_not_entered(lacks: str, stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    decided = Decided("approved", {} if lacks == "result" else approved().values, statement=STATEMENT)
    if lacks == "statement":
        decided = Decided("approved", approved().values)
    with pytest.raises(NotReady):
        settling.settle(raised.pk, decided, None if lacks == "file" else paper(), by=doctor.actor)
    assert birth(raised.case).state == "dispatched"


def test_only_the_department_speaks_for_the_department(
    stuck: Stuck, policeman: Account, supervisor: Account, operator: Account
) -> None:
    raised = stuck("refused", 1)
    for stranger in (policeman, supervisor, operator):
        with pytest.raises(CaseError, match="本部门"):
            settling.settle(raised.pk, approved(), paper(), by=stranger.actor)
    assert birth(raised.case).state == "dispatched"


def test_a_refusal_entered_by_a_person_states_its_reasons_行政许可法_38(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    with pytest.raises(NotReady):
        settling.settle(raised.pk, Decided("rejected", statement=STATEMENT), paper(), by=doctor.actor)
    reasons = (Reason("", "", "出生医学证明信息与分娩记录不符"),)
    decided = Decided("rejected", reasons=reasons, statement=STATEMENT)
    settling.settle(raised.pk, decided, paper(), by=doctor.actor)
    assert birth(raised.case).state == "rejected"
    assert "复议" in Document.objects.get(sub=raised.sub, kind="rejection").values["remedy"]


def test_what_was_still_to_be_sent_is_not_sent_after_the_decision(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("down", 5)
    settling.settle(raised.pk, approved(), paper(), by=doctor.actor)
    make_due(birth(raised.case))
    dispatch.pump()
    assert Delivery.objects.get(sub=raised.sub).state == "superseded"
    assert str(Delivery.objects.get(sub=raised.sub).key) not in departments.effects


# ---- a second word ----------------------------------------------------------------------------------------------


@pytest.fixture
def contradicted(case: Case) -> Attention:
    """The birth certificate was approved; then the department says that it was refused."""
    dispatch.pump()
    sub = birth(case)
    called_back(callback(sub, "rejected", event_id="turned", reasons=(Reason("R1", "", "分娩记录查实为冒用"),)))
    return Attention.objects.get(sub=sub, reason="contradiction")


def test_a_later_refusal_accepted_by_the_department_takes_the_results_back_行政许可法_69(
    contradicted: Attention, doctor: Account
) -> None:
    message = InboxMessage.objects.get(sub=contradicted.sub, verdict="contradiction")
    assert settling.accept_later(contradicted.pk, message.pk, "与医院核实属实", by=doctor.actor) >= 1
    results = Result.objects.filter(sub=contradicted.sub)
    assert all(one.revoked_at for one in results)
    paper_ = Document.objects.filter(sub=contradicted.sub, kind="revocation").first()
    assert paper_ is not None
    assert paper_.values["article"] == "行政许可法 第六十九条"
    assert Attention.objects.get(pk=contradicted.pk).closed_as == "accepted"
    assert birth(contradicted.case).state == "approved"


def test_a_later_refusal_put_aside_changes_nothing_and_is_kept(contradicted: Attention, doctor: Account) -> None:
    desk.dismiss(contradicted.pk, "部门确认是误发", by=doctor.actor)
    assert not Result.objects.filter(sub=contradicted.sub, revoked_at__isnull=False).exists()
    assert InboxMessage.objects.filter(sub=contradicted.sub, verdict="contradiction").exists()
    assert AttentionAct.objects.get(attention=contradicted).text == "部门确认是误发"


def test_nobody_but_the_department_turns_its_decision(
    contradicted: Attention, policeman: Account, supervisor: Account
) -> None:
    message = InboxMessage.objects.get(sub=contradicted.sub, verdict="contradiction")
    for stranger in (policeman, supervisor):
        with pytest.raises(CaseError):
            settling.accept_later(contradicted.pk, message.pk, "核实", by=stranger.actor)


def test_a_refusal_is_not_turned_into_an_approval_by_a_press(
    case: Case, departments: FakeDepartments, doctor: Account
) -> None:
    departments.say("rejected", item="BIRTH_CERT", reasons=(Reason("R1", "", "不符"),))
    dispatch.pump()
    sub = birth(case)
    called_back(callback(sub, "approved", event_id="turned", result=newborn.RESULTS["BIRTH_CERT"]))
    raised = Attention.objects.get(sub=sub, reason="contradiction")
    message = InboxMessage.objects.get(sub=sub, verdict="contradiction")
    with pytest.raises(WrongState):
        settling.accept_later(raised.pk, message.pk, "核实", by=doctor.actor)
    assert birth(case).state == "rejected"
    assert Attention.objects.get(pk=raised.pk).closed_at is None
