"""The door for the payment channel: only what it has signed counts, once; nothing else makes a charge paid."""

from __future__ import annotations

import json
import secrets
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.fees import payments as payments_of
from cases.models import Attention, Case, Event, PaymentEvent, PaymentOrder
from integrations.http import SigningKey
from integrations.http.signing import canonical, signature
from integrations.models import DepartmentKey, DepartmentSystem
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments, FakePayments
from tests.factories.outside import SECRET

pytestmark = pytest.mark.django_db
PATH = "/callbacks/payments/"
FEE = {"kind": "fixed", "amount": 400, "when": "before_decision"}


@pytest.fixture(autouse=True)
def channel_is_configured() -> None:
    for code in ("PAY", "GA"):
        system = DepartmentSystem.objects.create(department=code, base_url=f"http://127.0.0.1:1/{code}")
        DepartmentKey.objects.create(system=system, key_id=f"{code}-1", secret=f"{SECRET}{code}")


@pytest.fixture
def order(departments: FakeDepartments, payments: FakePayments) -> PaymentOrder:
    """An order that is open: a fee of 400 yuan is due, and 林晓岚 has pressed the button."""
    toll.publish(FEE)
    lin = newborn.account(newborn.LIN, "lin")
    case = toll.filed(lin)
    dispatch.pump()
    return payments_of.begin(case.pk, by=lin.actor)


def notice(order: PaymentOrder, **changes: Any) -> dict[str, Any]:
    said = {"event_id": uuid4().hex, "key": str(order.pk), "reference": order.reference, "status": "paid"}
    return {**said, "amount": "400.00", "currency": "CNY", **changes}


def post(client: Client, document: Any, *, sender: str = "PAY", secret: str = "", **more: str) -> int:
    """Send a message, signed with the sender's own key unless told otherwise."""
    body = json.dumps(document).encode()
    key = SigningKey(f"{sender}-1", secret or f"{SECRET}{sender}", "hmac-sha256", timezone.now(), None, None)
    at, nonce = more.get("at") or str(int(time.time())), more.get("nonce") or secrets.token_hex(8)
    signed = signature(key, canonical("POST", PATH, at, nonce, body))
    headers = {"X-Dept-Id": sender, "X-Event-Id": str(document["event_id"]), "X-Key-Id": key.key_id}
    headers |= {"X-Timestamp": at, "X-Nonce": nonce, "X-Signature": signed}
    answer = client.post(PATH, body, content_type="application/json", headers=headers)
    return int(answer.status_code)


def stands(order: PaymentOrder) -> tuple[str, str]:
    fresh = PaymentOrder.objects.get(pk=order.pk)
    return str(fresh.state), str(toll.charge(fresh.case).state)


def test_a_signed_message_makes_it_paid_and_the_item_goes_on(client: Client, order: PaymentOrder) -> None:
    assert post(client, notice(order)) == 200
    assert stands(order) == ("paid", "paid")
    dispatch.pump()
    assert toll.states(order.case)["FIRST"] == "approved"


def test_the_same_message_again_has_no_second_effect(client: Client, order: PaymentOrder) -> None:
    told = notice(order)
    assert [post(client, told), post(client, told)] == [200, 200]
    assert PaymentEvent.objects.count() == 1
    assert Event.objects.filter(case=order.case, kind="charge.paid").count() == 1


def test_a_late_failure_does_not_undo_a_payment(client: Client, order: PaymentOrder) -> None:
    post(client, notice(order))
    assert post(client, notice(order, status="failed")) == 200
    assert stands(order) == ("paid", "paid")


@pytest.mark.parametrize(
    "forged",
    [{"secret": "0" * 64}, {"sender": "GA"}, {"at": "1000000000"}],
    ids=["another key", "another department", "an old time"],
)
def test_a_forged_message_is_refused(client: Client, order: PaymentOrder, forged: dict[str, str]) -> None:
    assert post(client, notice(order), **forged) == 401
    assert stands(order) == ("open", "due") and not PaymentEvent.objects.exists()


def test_a_nonce_counts_once(client: Client, order: PaymentOrder) -> None:
    assert post(client, notice(order, status="open"), nonce="n1") == 200
    assert post(client, notice(order), nonce="n1") == 401
    assert stands(order) == ("open", "due")


def test_an_unsigned_message_is_refused(client: Client, order: PaymentOrder) -> None:
    assert client.post(PATH, notice(order), content_type="application/json").status_code == 401


def test_an_order_that_is_not_ours_is_unknown(client: Client, order: PaymentOrder) -> None:
    assert post(client, notice(order, key=str(uuid4()))) == 404
    assert post(client, notice(order, reference="PAY-OTHER")) == 404
    assert stands(order) == ("open", "due")


@pytest.mark.parametrize("wrong", [{"amount": 400}, {"amount": "4e2"}, {"status": "paid!"}, {"currency": "YUAN"}])
def test_what_is_not_in_the_contract_is_not_taken(client: Client, order: PaymentOrder, wrong: dict[str, Any]) -> None:
    assert post(client, notice(order, **wrong)) == 400
    assert stands(order) == ("open", "due")


def test_another_amount_pays_nothing_and_a_person_is_told(client: Client, order: PaymentOrder) -> None:
    assert post(client, notice(order, amount="4.00")) == 200
    assert stands(order) == ("open", "due")
    assert Attention.objects.filter(case=order.case, reason="charge", closed_at=None).exists()


def test_a_failed_payment_leaves_the_fee_due_and_may_be_tried_anew(
    client: Client, order: PaymentOrder, payments: FakePayments
) -> None:
    assert post(client, notice(order, status="failed")) == 200
    assert stands(order) == ("failed", "due")
    case = Case.objects.select_related("applicant").get(pk=order.case_id)
    again = payments_of.begin(case.pk, by=case.applicant.actor)
    assert again.pk != order.pk and again.amount == Decimal("400.00")
