"""A fee that a department states with an answer: yuan with two places, or not in the contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from cases.ports import StatedFee
from integrations.departments.wire import NotInContract, answer_of


def answer(fee: Any) -> Any:
    return answer_of({"sub_application_id": str(uuid4()), "status": "accepted", "fee": fee})


@pytest.mark.parametrize(
    ("fee", "read"),
    [
        (None, None),
        ({"amount": "36.50", "label": "结清水费"}, StatedFee(Decimal("36.50"), "结清水费")),
        ({"amount": 36.5}, StatedFee(Decimal("36.50"))),
        ({"amount": 80}, StatedFee(Decimal("80.00"))),
        ({"label": "按实结算"}, StatedFee(None, "按实结算")),
    ],
)
def test_a_stated_fee_is_read(fee: Any, read: StatedFee | None) -> None:
    assert answer(fee).fee == read


@pytest.mark.parametrize("fee", [80, [], {"amount": "1e3"}, {"amount": -1}, {"amount": "1.234"}, {"amount": True}])
def test_what_is_no_amount_is_not_in_the_contract(fee: Any) -> None:
    with pytest.raises(NotInContract):
        answer(fee)
