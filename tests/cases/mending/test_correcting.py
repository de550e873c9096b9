"""A refused promise with corrected values: four eyes, a new key, and never while the department may have acted."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from cases.actions.delivery import dispatch
from cases.actions.mending import correcting
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Correction, Delivery, Event
from portal.accounts.models import Account
from tests.cases.mending.conftest import Stuck, birth, make_due
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


def filings(raised: Attention) -> list[Delivery]:
    return list(Delivery.objects.filter(sub=raised.sub, purpose="file").order_by("round"))


def first_text(raised: Attention) -> str:
    """A path of the body that holds a text a person may correct."""
    body = json.loads(filings(raised)[0].body)
    return next(f"fields.{name}" for name, value in body["fields"].items() if isinstance(value, str))


def test_corrected_values_go_out_under_a_new_key_once_a_second_person_confirmed(
    stuck: Stuck, doctor: Account, second_doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("refused", 1)
    path = first_text(raised)
    correction = correcting.propose(raised.pk, {path: "改正后的值"}, "部门的代码表改了", by=doctor.actor)
    dispatch.pump()
    assert len(filings(raised)) == 1
    sent = correcting.confirm(correction.pk, by=second_doctor.actor)
    old, new = filings(raised)
    assert (old.state, new.pk) == ("superseded", sent.pk)
    assert old.key != new.key
    assert json.loads(new.body)["fields"][path.removeprefix("fields.")] == "改正后的值"
    dispatch.pump()
    assert birth(raised.case).state == "approved"
    assert departments.effects == {**departments.effects, str(new.key): 1}
    assert str(old.key) not in departments.effects


def test_who_proposes_does_not_confirm(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    correction = correcting.propose(raised.pk, {first_text(raised): "值"}, "代码表", by=doctor.actor)
    with pytest.raises(CaseError, match="另一个人"):
        correcting.confirm(correction.pk, by=doctor.actor)
    assert len(filings(raised)) == 1


def test_the_database_itself_wants_two_people(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    correction = correcting.propose(raised.pk, {first_text(raised): "值"}, "代码表", by=doctor.actor)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(
            state="sent", decided_by=doctor, decided_at=correction.proposed_at, sent=correction.refused
        )


@pytest.mark.parametrize("path", ["sub_application_id", "callback_url", "contract", "applicant.id_no", "nothing.here"])
def test_identity_and_addresses_of_a_promise_are_nobodys_to_change(path: str, stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    with pytest.raises(NotReady) as refused:
        correcting.propose(raised.pk, {path: "x"}, "试试", by=doctor.actor)
    assert refused.value.faults[0][0] == f"value.{path}"


def test_without_a_reason_or_a_change_nothing_is_proposed(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("refused", 1)
    for changes, reason in (({}, "理由"), ({first_text(raised): "值"}, " ")):
        with pytest.raises(NotReady):
            correcting.propose(raised.pk, changes, reason, by=doctor.actor)


def test_a_proposal_that_is_declined_leaves_the_letter_where_it_was(
    stuck: Stuck, doctor: Account, second_doctor: Account
) -> None:
    raised = stuck("refused", 1)
    correction = correcting.propose(raised.pk, {first_text(raised): "值"}, "代码表", by=doctor.actor)
    correcting.decline(correction.pk, "值不对", by=second_doctor.actor)
    with pytest.raises(WrongState):
        correcting.confirm(correction.pk, by=second_doctor.actor)
    assert [one.state for one in filings(raised)] == ["refused"]
    assert Attention.objects.get(pk=raised.pk).closed_at is None


def test_what_the_department_did_and_hid_is_never_sent_under_a_new_key(
    stuck: Stuck, doctor: Account, second_doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("down", 5)
    correction = correcting.propose(raised.pk, {first_text(raised): "值"}, "代码表", by=doctor.actor)
    departments.fail("lost_answer", department="WJ")
    make_due(birth(raised.case))
    dispatch.pump()
    with pytest.raises(WrongState, match="已经收到"):
        correcting.confirm(correction.pk, by=second_doctor.actor)
    assert [str(one.key) for one in filings(raised)] == list(
        {key for key in departments.effects if key == str(filings(raised)[0].key)}
    )
    assert departments.effects[str(filings(raised)[0].key)] == 1
    assert birth(raised.case).state == "approved"


def test_a_department_that_never_saw_it_gets_the_same_values_under_a_new_key(
    stuck: Stuck, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("down", 5)
    sent = correcting.send_anew(raised.pk, "部门换了系统，旧编号作废", by=doctor.actor)
    old, new = filings(raised)
    assert (old.state, new.pk, old.key != new.key) == ("superseded", sent.pk, True)
    dispatch.pump()
    assert birth(raised.case).state == "approved"
    assert sum(departments.effects.get(str(one.key), 0) for one in (old, new)) == 1
    assert Event.objects.filter(case=raised.case, kind="attention.sent_anew").count() == 1


def test_nobody_sends_again_while_a_try_is_on_its_way(stuck: Stuck, doctor: Account) -> None:
    raised = stuck("down", 5)
    one = filings(raised)[0]
    one.lease_until = raised.since.replace(year=raised.since.year + 1)
    one.save(update_fields=["lease_until"])
    with pytest.raises(WrongState, match="正在"):
        correcting.send_anew(raised.pk, "再送", by=doctor.actor)
