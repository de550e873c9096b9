"""Orders: one at a time, over everything that is due, believed only when the channel says so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.fees import payments as payments_of
from cases.errors import WrongState
from cases.models import Attention, Case, Charge, PaymentOrder
from cases.ports import PaymentNotice
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments, FakePayments

pytestmark = pytest.mark.django_db
FEE = {"kind": "fixed", "amount": 400, "when": "before_decision"}


@pytest.fixture
def case(lin: Account, departments: FakeDepartments) -> Case:
    toll.publish(FEE)
    filed = toll.filed(lin)
    dispatch.pump()
    return filed


def test_two_presses_open_one_order(case: Case, lin: Account, payments: FakePayments) -> None:
    first, second = (payments_of.begin(case.pk, by=lin.actor) for _ in range(2))
    assert first.pk == second.pk and len(payments.orders) == 1


def test_the_database_holds_one_open_order_a_case(case: Case, lin: Account, payments: FakePayments) -> None:
    payments_of.begin(case.pk, by=lin.actor)
    now = timezone.now()
    more = PaymentOrder(case=case, amount=1, created_at=now, expires_at=now, next_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        more.save()


def test_coming_back_unpaid_pays_nothing(case: Case, lin: Account, payments: FakePayments) -> None:
    payments_of.begin(case.pk, by=lin.actor)
    assert payments_of.settle_open(case.pk) == "open"
    assert toll.charge(case).state == "due"


def test_nobody_has_to_come_back(case: Case, lin: Account, payments: FakePayments) -> None:
    order = payments_of.begin(case.pk, by=lin.actor)
    payments.pay(order.reference)
    with time_machine.travel(timezone.now() + timedelta(seconds=15)):
        sweep()
    assert toll.charge(case).state == "paid"


def test_a_channel_that_is_down_takes_nothing_and_the_same_order_is_opened_later(
    case: Case, lin: Account, payments: FakePayments
) -> None:
    payments.is_down = True
    with pytest.raises(WrongState, match="没有扣款"):
        payments_of.begin(case.pk, by=lin.actor)
    made = PaymentOrder.objects.get()
    payments.is_down = False
    assert payments_of.begin(case.pk, by=lin.actor).pk == made.pk


def test_an_order_that_has_run_out_is_closed_and_made_anew(case: Case, lin: Account, payments: FakePayments) -> None:
    old = payments_of.begin(case.pk, by=lin.actor)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        new = payments_of.begin(case.pk, by=lin.actor)
    assert payments.statuses == {old.reference: "closed", new.reference: "open"}


def test_money_that_comes_in_by_a_closed_order_counts_and_nothing_is_paid_twice(
    case: Case, lin: Account, payments: FakePayments
) -> None:
    """A late payment of the first order, after the second was paid: one pays the fee, the other goes back."""
    old = payments_of.begin(case.pk, by=lin.actor)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        new = payments_of.begin(case.pk, by=lin.actor)
        payments.pay(new.reference)
        assert payments_of.settle_open(case.pk) == "paid"
        payments.pay_late(old.reference)
        with transaction.atomic():
            payments_of.receive_notice(notice_of(payments, old.reference))
        dispatch.pump()
    assert toll.charge(case).state == "paid"
    assert list(payments.refunds.values()) == [(old.reference, Decimal("400.00"))]


def notice_of(payments: FakePayments, reference: str) -> PaymentNotice:
    return PaymentNotice("late-1", b"{}", payments.ask(reference))


def test_a_channel_that_stays_silent_is_shown_to_a_person(case: Case, lin: Account, payments: FakePayments) -> None:
    payments_of.begin(case.pk, by=lin.actor)
    payments.is_down = True
    for minutes in range(1, 30, 5):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            payments_of.ask_open_orders()
    assert Attention.objects.filter(case=case, reason="charge", closed_at=None).exists()


def test_nothing_due_opens_no_order(lin: Account, departments: FakeDepartments, payments: FakePayments) -> None:
    toll.publish("none")
    case = toll.filed(lin)
    assert not Charge.objects.filter(case=case).exists()
    with pytest.raises(WrongState):
        payments_of.begin(case.pk, by=lin.actor)


def test_the_channel_learns_no_name_and_no_number_of_a_person(case: Case, lin: Account, payments: FakePayments) -> None:
    payments_of.begin(case.pk, by=lin.actor)
    told = repr(payments.orders["PAY-00000001"])
    assert lin.name not in told and lin.id_no not in told and "缴费事项" in told
