"""What every PaymentGateway keeps to: one order per key, paid only by the payer, money back once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Protocol
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.ports import BilledLine, GatewayError, Order, PaymentGateway
from integrations.payments.http import HttpPaymentGateway
from tests.factories.doubles import FakePayments
from tests.factories.mock_process import MockProcess


class Channel(Protocol):
    port: PaymentGateway

    def pay(self, reference: str) -> None: ...
    def fail(self, reference: str) -> None: ...
    def go_down(self) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.port = self.double = FakePayments()

    def pay(self, reference: str) -> None:
        self.double.pay(reference)

    def fail(self, reference: str) -> None:
        self.double.fail(reference)

    def go_down(self) -> None:
        self.double.is_down = True


class OverTheWire:
    def __init__(self, process: MockProcess) -> None:
        self.port = HttpPaymentGateway()
        self.process = process

    def pay(self, reference: str) -> None:
        self.process.form(f"/pay/{reference}", act="pay")

    def fail(self, reference: str) -> None:
        self.process.form(f"/pay/{reference}", act="fail")

    def go_down(self) -> None:
        self.process.control("outage", dept="PAY", seconds=30, mode="503")


@pytest.fixture(params=["double", "wire"])
def channel(request: pytest.FixtureRequest) -> Channel:
    return InMemory() if request.param == "double" else OverTheWire(request.getfixturevalue("connected"))


def order(**changes: object) -> Order:
    made: dict[str, object] = {
        "key": str(uuid4()),
        "title": "新生儿出生一件事 350200-XSECS-20261121-000001-J",
        "amount": Decimal("480.50"),
        "lines": (BilledLine("城乡居民医保缴费", Decimal("400.00")), BilledLine("登记费", Decimal("80.50"))),
        "return_url": "http://127.0.0.1:9/cases/1/pay/return/",
        "callback_url": "http://127.0.0.1:9/callbacks/payments/",
        "expires_at": timezone.now() + timedelta(minutes=15),
    }
    return Order(**{**made, **changes})  # type: ignore[arg-type]


def refused(act: Callable[[], object]) -> bool:
    """Whether the channel says no for good."""
    with pytest.raises(GatewayError) as error:
        act()
    return error.value.permanent


def test_an_opened_order_is_open_and_has_a_page(channel: Channel) -> None:
    asked = order()
    page = channel.port.open(asked)
    assert page.url.startswith("http") and page.reference in page.url
    state = channel.port.ask(page.reference)
    assert (state.key, state.status, state.amount, state.currency) == (asked.key, "open", Decimal("480.50"), "CNY")


def test_the_same_key_is_the_same_order(channel: Channel) -> None:
    asked = order()
    assert channel.port.open(asked) == channel.port.open(asked)


def test_the_same_key_with_another_amount_is_refused(channel: Channel) -> None:
    asked = order()
    channel.port.open(asked)
    dearer = order(key=asked.key, amount=Decimal("500.00"), lines=(BilledLine("登记费", Decimal("500.00")),))
    assert refused(lambda: channel.port.open(dearer))


def test_what_the_payer_does_is_what_asking_says(channel: Channel) -> None:
    paid, failed = channel.port.open(order()).reference, channel.port.open(order()).reference
    channel.pay(paid)
    channel.fail(failed)
    assert (channel.port.ask(paid).status, channel.port.ask(failed).status) == ("paid", "failed")


def test_a_closed_order_takes_no_money(channel: Channel) -> None:
    reference = channel.port.open(order()).reference
    assert channel.port.close(reference).status == "closed"
    assert channel.port.close(reference).status == "closed"


def test_closing_a_paid_order_says_that_it_is_paid(channel: Channel) -> None:
    reference = channel.port.open(order()).reference
    channel.pay(reference)
    assert channel.port.close(reference).status == "paid"


def test_an_unknown_order_is_refused_for_good(channel: Channel) -> None:
    assert refused(lambda: channel.port.ask("PAY-99999999"))


def test_money_goes_back_once_per_key_and_never_more_than_came(channel: Channel) -> None:
    reference = channel.port.open(order()).reference
    channel.pay(reference)
    channel.port.refund(reference, Decimal("400.00"), "refund-1")
    channel.port.refund(reference, Decimal("400.00"), "refund-1")
    assert refused(lambda: channel.port.refund(reference, Decimal("400.00"), "refund-2"))
    channel.port.refund(reference, Decimal("80.50"), "refund-3")


def test_nothing_is_given_back_for_an_unpaid_order(channel: Channel) -> None:
    reference = channel.port.open(order()).reference
    assert refused(lambda: channel.port.refund(reference, Decimal("1.00"), "refund-9"))


def test_a_channel_that_is_down_is_no_answer(channel: Channel) -> None:
    channel.go_down()
    assert not refused(lambda: channel.port.open(order()))
