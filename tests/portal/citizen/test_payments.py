"""The pay page: what is due, one payment for all, back from the channel, asking for relief."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from cases.actions.delivery import dispatch
from cases.models import Case, PaymentOrder
from portal.accounts.models import Account
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments, FakePayments, FakeRegister

pytestmark = pytest.mark.django_db
FEE = {"kind": "fixed", "amount": 400, "zh": "个人缴费标准", "when": "before_decision"}
LOW_INCOME = 'fact("api:LOW_INCOME_INFO@owner.kind") != None'


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def page(lin: Account, client: Client) -> Client:
    client.force_login(lin)
    return client


def filed(lin: Account, fee: object = FEE) -> Case:
    toll.publish(fee)
    case = toll.filed(lin)
    dispatch.pump()
    return case


def text(client: Client, path: str) -> str:
    return str(client.get(path).content.decode())


def test_the_case_page_says_what_to_pay_and_leads_there(
    page: Client, lin: Account, departments: FakeDepartments
) -> None:
    case = filed(lin)
    shown = text(page, f"/cases/{case.pk}/")
    assert "请缴费 400.00 元" in shown and f"/cases/{case.pk}/pay/" in shown


def test_paying_on_the_page_carries_the_case_on(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    case = filed(lin)
    assert "¥400.00" in text(page, f"/cases/{case.pk}/pay/")
    assert page.post(f"/cases/{case.pk}/pay/").status_code == 302
    order = PaymentOrder.objects.get()
    assert order.page_url in text(page, f"/cases/{case.pk}/pay/")
    payments.pay(order.reference)
    back = page.get(f"/cases/{case.pk}/pay/return/", follow=True)
    assert "已收到您的付款" in back.content.decode()
    shown = text(page, f"/cases/{case.pk}/pay/")
    assert "现在没有要缴的" in shown and f"支付单号 {order.reference}" in shown


def test_coming_back_without_paying_believes_nothing(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    case = filed(lin)
    page.post(f"/cases/{case.pk}/pay/")
    back = page.get(f"/cases/{case.pk}/pay/return/?status=paid", follow=True)
    assert "还没有收到付款" in back.content.decode()
    assert toll.charge(case).state == "due"


def test_a_channel_that_is_down_is_said_in_words(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    case = filed(lin)
    payments.is_down = True
    answer = page.post(f"/cases/{case.pk}/pay/")
    assert answer.status_code == 409 and "没有扣款" in answer.content.decode()


def test_relief_is_asked_for_on_the_page_and_decided_at_the_desk(
    page: Client, lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    register.silent.add("LOW_INCOME_INFO")
    case = filed(lin, {**FEE, "waive": LOW_INCOME})
    assert "可以申请减免" in text(page, f"/cases/{case.pk}/pay/")
    page.post(f"/cases/{case.pk}/pay/{toll.charge(case).pk}/relief/", {"reason": "低保"})
    assert toll.charge(case).relief == "asked" and "减免审核中" in text(page, f"/cases/{case.pk}/pay/")
    desk = Client()
    desk.force_login(clerk_of("SW"))
    assert "低保" in text(desk, "/desk/charges/")
    other = Client()
    other.force_login(clerk_of("GA"))
    assert "低保" not in text(other, "/desk/charges/")
    act = f"/desk/charges/{toll.charge(case).pk}/"
    assert other.post(act, {"act": "grant"}).status_code == 404
    assert desk.post(act, {"act": "grant"}).status_code == 302
    assert toll.charge(case).state == "waived"


def clerk_of(department: str) -> Account:
    """A member of staff of a department."""
    return Account.objects.create_user(
        f"staff-{uuid4().hex[:6]}", "a-long-password", role="staff", name="工作人员", department=department
    )


def test_before_submitting_a_fee_is_paid_from_the_check_page(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish({**FEE, "when": "before_submit"})
    case = toll.draft(lin)
    refused = page.post(f"/apply/{case.pk}/check/", {"declared": "1", "client_key": uuid4().hex})
    assert refused.status_code == 422 and f"/cases/{case.pk}/pay/" in refused.content.decode()
    page.get(f"/cases/{case.pk}/pay/")
    page.post(f"/cases/{case.pk}/pay/")
    payments.pay(PaymentOrder.objects.get().reference)
    assert page.get(f"/cases/{case.pk}/pay/return/").headers["Location"] == f"/apply/{case.pk}/check/"
    done = page.post(f"/apply/{case.pk}/check/", {"declared": "1", "client_key": uuid4().hex})
    assert done.status_code == 302


def test_a_withheld_result_is_not_handed_out_before_it_is_paid(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    departments.say(item="FIRST", result={"voucher_no": "V-SECRET"})
    case = filed(lin, {**FEE, "when": "before_delivery"})
    shown = text(page, f"/cases/{case.pk}/results/")
    assert "缴费后领取" in shown and "V-SECRET" not in shown


def test_nobody_pays_or_sees_the_fees_of_somebody_else(
    lin: Account, client: Client, departments: FakeDepartments
) -> None:
    case = filed(lin)
    client.force_login(newborn.account(newborn.CHEN, "chen"))
    for path in ("pay/", "pay/return/"):
        assert client.get(f"/cases/{case.pk}/{path}").status_code == 404
    assert client.post(f"/cases/{case.pk}/pay/").status_code == 404


def test_machines_read_and_pay_the_same_fees(
    page: Client, lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    case = filed(lin)
    listed = page.get(f"/api/v1/cases/{case.pk}/charges/").json()
    assert (listed["total_due"], listed["charges"][0]["state"]) == ("400.00", "due")
    opened = page.post(f"/api/v1/cases/{case.pk}/charges/pay/").json()
    assert opened["amount"] == "400.00" and opened["page_url"].startswith("https://")
    payments.pay(PaymentOrder.objects.get().reference)
    listed = page.get(f"/api/v1/cases/{case.pk}/charges/").json()
    assert (listed["total_due"], listed["charges"][0]["state"]) == ("0.00", "paid")
