from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.ports import Reason
from integrations.departments.wire import STATUSES, ForeignAnswer, NotInContract, answer_of, callback_of, read_answer

SUB = UUID("7b0c2f8e-6c1f-4a36-9a53-2f8f0d6b1c11")
REASONS = [{"code": "S01", "about": "M_HUKOU_BOOK", "text": "缺户主页"}]


def document(**more: Any) -> dict[str, Any]:
    return {"receipt_no": "GA-00000012", "sub_application_id": str(SUB), "status": "accepted", **more}


def raw(**more: Any) -> bytes:
    return json.dumps(document(**more), ensure_ascii=False).encode()


def test_an_answer_is_turned_into_our_words() -> None:
    answer = read_answer(
        raw(
            status="supplement",
            due="2026-11-26",
            result={"cert_no": "R350000001"},
            reasons=REASONS,
            seq=2,
            occurred_at="2026-11-21T09:30:00+08:00",
        ),
        about=SUB,
    )
    assert (answer.status, answer.receipt_no, answer.due) == ("supplement", "GA-00000012", date(2026, 11, 26))
    assert answer.reasons == (Reason("S01", "M_HUKOU_BOOK", "缺户主页"),)
    assert answer.occurred_at == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    assert (answer.result, answer.seq, answer.in_clock) == ({"cert_no": "R350000001"}, 2, None)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_of_the_contract_is_understood(status: str) -> None:
    more = {"procedure": "听证", "expected_days": 20, "in_clock": False} if status == "special_procedure" else {}
    assert answer_of(document(status=status, reasons=REASONS, **more)).status == status


def test_keys_that_version_1_does_not_know_are_ignored() -> None:
    assert read_answer(raw(contract=1, colour="red"), about=SUB).status == "accepted"


def test_an_answer_about_somebody_else_is_told_apart() -> None:
    with pytest.raises(ForeignAnswer):
        read_answer(raw(), about=uuid4())


def test_a_supplement_without_a_point_is_nothing_to_ask_for() -> None:
    with pytest.raises(NotInContract, match="reasons"):
        answer_of(document(status="supplement", reasons=[]))


@pytest.mark.parametrize("status", ["rejected", "not_accepted"])
def test_a_decision_is_not_dropped_because_its_reasons_are_missing(status: str) -> None:
    assert answer_of(document(status=status)).reasons == ()


@pytest.mark.parametrize(
    "more",
    [
        {"status": "done"},
        {"status": None},
        {"status": ["approved"]},
        {"status": True},
        {"sub_application_id": None},
        {"sub_application_id": "1"},
        {"sub_application_id": 7},
        {"receipt_no": 12},
        {"receipt_no": "x" * 65},
        {"due": "26/11/2026"},
        {"due": "20261126"},
        {"due": "2026-02-30"},
        {"due": "9999-12-31"},
        {"due": 20261126},
        {"result": []},
        {"result": "ok"},
        {"result": {"a b": 1}},
        {"result": {f"f{n}": 1 for n in range(201)}},
        {"reasons": {}},
        {"reasons": ["text"]},
        {"reasons": [{"text": 1}]},
        {"reasons": [{"text": "x" * 2001}]},
        {"reasons": REASONS * 51},
        {"status": "special_procedure"},
        {"status": "special_procedure", "procedure": "x" * 65},
        {"expected_days": -1},
        {"expected_days": "20"},
        {"expected_days": True},
        {"in_clock": "no"},
        {"seq": -1},
        {"seq": 1.5},
        {"seq": 2**31},
        {"occurred_at": "2026-11-21T09:30:00"},
        {"occurred_at": "yesterday"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": 1700000000},
    ],
)
def test_what_the_contract_does_not_allow_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(NotInContract):
        answer_of(document(**more))


def test_nothing_has_happened_in_the_future() -> None:
    with pytest.raises(NotInContract, match="occurred_at"):
        answer_of(document(occurred_at=(timezone.now() + timedelta(hours=2)).isoformat()))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"status": NaN}', b"{" * 200_000])
def test_a_body_that_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(NotInContract):
        read_answer(body, about=SUB)


def callback(**more: Any) -> bytes:
    return raw(dept="GA", event_id="e1", idempotency_key="k1", seq=1, **more)


def test_a_callback_names_the_filing_it_is_about() -> None:
    answer, key = callback_of(callback(), department="GA", event_id="e1")
    assert (answer.sub_application_id, key) == (SUB, "k1")


@pytest.mark.parametrize(("department", "event_id"), [("RS", "e1"), ("GA", "e2")])
def test_address_and_header_must_be_those_of_the_signed_body(department: str, event_id: str) -> None:
    with pytest.raises(NotInContract):
        callback_of(callback(), department=department, event_id=event_id)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*document(), "due", "result", "reasons", "seq", "occurred_at"]), json_values))
def test_any_document_is_an_answer_or_refused(more: dict[str, Any]) -> None:
    try:
        assert answer_of(document(**more)).status in STATUSES
    except NotInContract as refused:
        assert str(refused)
