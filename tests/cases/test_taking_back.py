"""Withdrawing what its department never saw: it ends, once, and nothing arrives afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.models import Attention, Case, Delivery, Event
from cases.queries import silent_rows
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.factories.received import sub_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Departments that approve with the results that flow on; the police takes in and decides later."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.say("received", item="HUKOU")
    return departments


def taken_back(lin: Account, chen: Account) -> Case:
    """A case whose household registration was tried, and is taken back now."""
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    withdrawal.withdraw_item(sub_of(case, "HUKOU").pk, by=lin.actor, reason="不办了")
    dispatch.pump()
    return case


def delivery(case: Case, purpose: str) -> Delivery:
    return Delivery.objects.get(sub=sub_of(case, "HUKOU"), purpose=purpose)


def later(case: Case, **time: int) -> None:
    """So much later the pump goes round."""
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        Delivery.objects.filter(sub__case=case, state="due").update(lease_until=None)
        dispatch.pump()


def test_a_filing_that_waits_for_its_next_try_is_not_sent_after_the_withdrawal(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="GA")
    case = taken_back(lin, chen)
    assert delivery(case, "file").state == "cancelled"
    later(case, hours=1)
    assert [parcel.purpose for parcel in departments.parcels if parcel.department == "GA"][-1] == "withdraw"
    assert [parcel.purpose for parcel in departments.parcels if parcel.department == "GA"].count("file") == 1


def test_that_it_is_unknown_right_after_the_filing_settles_nothing_yet(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="GA")
    case = taken_back(lin, chen)
    told = delivery(case, "withdraw")
    assert (told.state, told.last_error) == ("due", "never seen")
    assert told.next_at is not None and timedelta(seconds=50) < told.next_at - timezone.now() < timedelta(seconds=61)


def test_there_was_nothing_to_take_back_once_the_filing_cannot_arrive_any_more(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="GA")
    case = taken_back(lin, chen)
    later(case, minutes=2)
    assert delivery(case, "withdraw").state == "done"
    assert Event.objects.filter(case=case, kind="item.never_arrived").count() == 1
    assert not Attention.objects.filter(sub=sub_of(case, "HUKOU"), closed_at=None).exists()
    assert silent_rows() == ()


def test_an_attention_about_the_withdrawal_closes_with_it(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="GA", times=2)
    case = taken_back(lin, chen)
    Delivery.objects.filter(pk=delivery(case, "withdraw").pk).update(tries=8)
    departments.fail("down", department="GA")
    later(case, minutes=2)
    assert Attention.objects.get(case=case, reason="not_delivered").closed_at is None
    later(case, minutes=30)
    assert Attention.objects.get(case=case, reason="not_delivered").closed_at is not None


def test_a_filing_that_its_department_refused_leaves_nothing_to_take_back(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("refused", department="GA")
    case = taken_back(lin, chen)
    later(case, minutes=2)
    assert (delivery(case, "file").state, delivery(case, "withdraw").state) == ("refused", "done")


def test_a_department_that_gave_a_receipt_and_knows_nothing_now_is_told_to_a_person(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    departments.forget(str(delivery(case, "file").key))
    withdrawal.withdraw_item(sub_of(case, "HUKOU").pk, by=lin.actor, reason="不办了")
    dispatch.pump()
    assert delivery(case, "withdraw").state == "refused"
    assert Attention.objects.filter(case=case, sub=sub_of(case, "HUKOU"), closed_at=None).exists()


def test_a_filing_on_its_way_is_given_up_only_when_its_outcome_comes(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="GA")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    flying = delivery(case, "file")
    Delivery.objects.filter(pk=flying.pk).update(lease_until=timezone.now() + timedelta(seconds=20), lease_no=2)
    withdrawal.withdraw_item(sub_of(case, "HUKOU").pk, by=lin.actor, reason="不办了")
    assert delivery(case, "file").state == "due"
    dispatch.pump()
    assert delivery(case, "withdraw").state == "due"
