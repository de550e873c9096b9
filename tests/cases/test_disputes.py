"""数据异议 (政务数据共享条例): looked into at the source; a disputed value refuses nobody and stops nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import access
from cases.actions.applying import drafting, filing, parties
from cases.actions.deadlines import limits
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.registers import disputes
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, DataDispute, Party, SubApplication
from cases.queries.disputes import disputes_at, disputes_of
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="王警官", department="GA")


@pytest.fixture
def disputed(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    """林晓岚 says that her name is written wrongly in the source of her ID card; she has handed it in."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.draft(lin)
    drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    disputes.add_evidence(case.pk, "mother_name", newborn.scan(), by=lin.actor)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        if party.id_no == newborn.CHEN["id_no"]:
            parties.agree(party.pk, account=chen)
    return Case.objects.get(pk=case.pk)


def the_one(case: Case) -> DataDispute:
    return DataDispute.objects.get(case=case)


def test_filing_brings_the_dispute_before_the_department_of_the_source(disputed: Case, officer: Account) -> None:
    row = the_one(disputed)
    assert (row.department, row.state, row.held_value, row.stated_value) == ("GA", "open", "林晓岚", "林晓兰")
    (shown,) = disputes_at(officer)
    assert shown.applicant != "林晓岚" and shown.evidence_id is not None
    assert access.material_for(officer, shown.evidence_id) is not None


def test_a_dispute_is_to_be_answered_within_ten_working_days(disputed: Case) -> None:
    """政务数据共享条例 (国令809号): data found wrong is checked and corrected at its source, in time."""
    row = the_one(disputed)
    asked_on = timezone.localdate(row.asked_at)
    assert row.due_on == limits.calendar_of(disputed).add_working_days(asked_on, 10)
    assert row.next_at is not None and timezone.localdate(row.next_at) == row.due_on + timedelta(days=1)


def test_evidence_is_nobody_else_s_to_read(disputed: Case) -> None:
    other = Account.objects.create_user("doctor", "a-long-password", role=Role.STAFF, name="李", department="WJ")
    evidence = the_one(disputed).evidence
    assert evidence is not None and access.material_for(other, evidence.pk) is None


def test_the_items_that_need_the_value_go_to_a_person_and_the_others_do_not_wait(
    disputed: Case, departments: FakeDepartments
) -> None:
    dispatch.pump()
    judged = {
        sub.item_id: sub.case.events.filter(kind="item.judged", sub=sub).values_list("facts", flat=True)
        for sub in SubApplication.objects.filter(case=disputed).select_related("case")
    }
    verdicts = {item: found[0]["verdict"] for item, found in judged.items() if found}
    assert verdicts["MI_JOIN"] == "manual"
    told = {body["item"]["id"]: body.get("disputed") for body in departments.filings()}
    assert told["BIRTH_CERT"] == [{"field": "mother_name", "stated": "林晓兰", "reason": "身份证已更名"}]
    untouched = [item for item, about in told.items() if about is None]
    assert untouched and all(
        SubApplication.objects.get(case=disputed, item_id=i).state == "approved" for i in untouched
    )
    assert not SubApplication.objects.filter(case=disputed, state="rejected").exists()


def test_upheld_the_corrected_value_is_used_and_the_applicant_is_told(
    disputed: Case, officer: Account, notifier: RecordingNotifier, departments: FakeDepartments
) -> None:
    departments.say("accepted", item="BIRTH_CERT")
    dispatch.pump()
    disputes.uphold(the_one(disputed).pk, "已按派出所更名登记更正", by=officer.actor)
    case = Case.objects.get(pk=disputed.pk)
    assert case.answers["fields"]["mother_name"] == "林晓兰"
    assert case.answers["sources"]["mother_name"]["locked"] is True
    dispatch.pump()
    sent = [p for p in departments.parcels if p.purpose == "supplement"]
    assert sent and "林晓兰" in sent[0].body.decode() and b'"owed":true' in sent[0].body
    assert "dispute_answered" in [message.template for message in notifier.messages]
    assert disputes_of(case)[0].answer == "已按派出所更名登记更正"
    with pytest.raises(WrongState):
        disputes.refuse(the_one(disputed).pk, "晚了", by=officer.actor)


def test_upheld_after_the_decision_the_department_looks_again(disputed: Case, officer: Account) -> None:
    dispatch.pump()
    decided = SubApplication.objects.get(case=disputed, item_id="BIRTH_CERT")
    assert decided.state == "approved"
    disputes.uphold(the_one(disputed).pk, "", by=officer.actor)
    assert Attention.objects.filter(sub=decided, reason="outdated", closed_at=None).exists()


def test_refused_with_a_reason_the_register_s_value_stays(disputed: Case, officer: Account) -> None:
    with pytest.raises(NotReady, match="理由"):
        disputes.refuse(the_one(disputed).pk, " ", by=officer.actor)
    disputes.refuse(the_one(disputed).pk, "人口库姓名与身份证一致", by=officer.actor)
    assert the_one(disputed).state == "refused"
    assert Case.objects.get(pk=disputed.pk).answers["fields"]["mother_name"] == "林晓岚"


def test_what_is_no_value_of_the_field_cannot_be_put_in_its_place(disputed: Case, officer: Account) -> None:
    row = the_one(disputed)
    row.path, row.stated_value = "mother_ethnic", "火星族"
    row.save(update_fields=["path", "stated_value"])
    with pytest.raises(CaseError, match="有效格式"):
        disputes.uphold(row.pk, "", by=officer.actor)
    assert the_one(disputed).state == "open"


def test_a_dispute_that_nobody_answers_is_called_for(disputed: Case, time_machine: Any) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=30))
    sweep()
    assert Attention.objects.filter(case=disputed, reason="unchecked", closed_at=None).exists()
    assert the_one(disputed).next_at is not None


def test_whoever_raised_a_dispute_takes_it_back_and_what_waited_goes_on(disputed: Case, lin: Account) -> None:
    dispatch.pump()
    row = the_one(disputed)
    waiting = SubApplication.objects.filter(case=disputed, state="ready").count()
    disputes.withdraw(row.pk, by=lin.actor)
    (shown,) = disputes_of(disputed)
    assert (shown.state, shown.is_open, the_one(disputed).next_at) == ("withdrawn", False, None)
    assert Case.objects.get(pk=disputed.pk).answers["fields"]["mother_name"] == "林晓岚"
    assert not any(disputes.is_disputed(sub) for sub in SubApplication.objects.filter(case=disputed))
    dispatch.pump()
    assert SubApplication.objects.filter(case=disputed, state="ready").count() <= waiting
    for act in (disputes.withdraw, lambda pk, by: disputes.refuse(pk, "核对无误", by=by)):
        with pytest.raises(WrongState):
            act(row.pk, by=lin.actor)
