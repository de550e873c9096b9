"""What every DepartmentGateway keeps to, whichever way the parcels travel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID, uuid4

import pytest

from cases.ports import NEVER_SEEN, DepartmentGateway, Outcome, Parcel, Reason
from integrations.departments.gateway import HttpGateway
from tests.factories.doubles import FakeDepartments
from tests.factories.mock_process import MockProcess


class Departments(Protocol):
    """The gateway under test, and the departments behind it as the test needs them."""

    gateway: DepartmentGateway

    def decide_at_once(self) -> None: ...
    def keep_silent(self) -> None: ...
    def ask_for_a_supplement(self) -> None: ...
    def hide_the_next_answer(self) -> None: ...
    def be_down(self) -> None: ...
    def be_back(self) -> None: ...
    def filings_of(self, key: str) -> int: ...


class InMemory:
    def __init__(self) -> None:
        self.gateway = self.double = FakeDepartments()

    def decide_at_once(self) -> None:
        self.double.say("approved")

    def keep_silent(self) -> None:
        self.double.say("received")

    def ask_for_a_supplement(self) -> None:
        self.double.say_once("supplement", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))

    def hide_the_next_answer(self) -> None:
        self.double.fail("lost_answer")

    def be_down(self) -> None:
        self.double.fail("down", times=100)

    def be_back(self) -> None:
        self.double._faults.clear()

    def filings_of(self, key: str) -> int:
        return self.double.effects.get(key, 0)


class OverTheWire:
    def __init__(self, process: MockProcess) -> None:
        self.gateway = HttpGateway()
        self.process = process

    def _behave(self, **settings: Any) -> None:
        self.process.control("behaviour", dept="GA", **settings)

    def decide_at_once(self) -> None:
        self._behave(connect="api-sync", decide="approve", accept_s=0, decide_s=0)

    def keep_silent(self) -> None:
        self._behave(decide="silence", connect="api-callback")

    def ask_for_a_supplement(self) -> None:
        self._behave(connect="api-sync", decide="supplement", accept_s=0, decide_s=0, times=1)

    def hide_the_next_answer(self) -> None:
        self._behave(faults={"exec_500": True}, times=1)

    def be_down(self) -> None:
        self.process.control("outage", dept="GA", seconds=60)

    def be_back(self) -> None:
        self.process.control("outage", dept="GA", seconds=0)

    def filings_of(self, key: str) -> int:
        record = self.process.get(f"/_control/record?dept=GA&key={key}")
        return sum(one["effect_counts"].get("filed", 0) for one in record["applications"])


@pytest.fixture(params=["double", "wire"])
def departments(request: pytest.FixtureRequest) -> Iterator[Departments]:
    if request.param == "double":
        yield InMemory()
        return
    process = request.getfixturevalue("connected")
    yield OverTheWire(process)
    process.control("outage", dept="GA", seconds=0)


def filing(**more: Any) -> Parcel:
    """The household registration of 林晓岚's child, on its way to the police."""
    sub_id, key = uuid4(), str(uuid4())
    body = {
        "contract": 1,
        "sub_application_id": str(sub_id),
        "sub_case_no": "350200-XSECS-20261121-000001-J-01",
        "case_no": "350200-XSECS-20261121-000001-J",
        "bundle": {"code": "XSECS", "version": 1},
        "item": {"id": "HUKOU", "matter": "hukou_birth", "code": "11350200MB9X0002323350702001000", "instance": None},
        "purpose": "申报出生登记",
        "channel": "mobile",
        "submitted_at": "2026-11-21T10:00:00+08:00",
        "due": "2026-11-26",
        "applicant": {"kind": "person", "name": "林晓岚", "id_kind": "ID", "id_no": "350203199603150041"},
        "fields": {"child_name": "陈一诺"},
        "upstream": {},
        "materials": [],
        "callback_url": "http://127.0.0.1:9/callbacks/GA",
    }
    given: dict[str, Any] = {
        "delivery_id": 1,
        "department": "GA",
        "purpose": "file",
        "key": key,
        "target_key": key,
        "body": json.dumps(body, ensure_ascii=False).encode(),
        "sub_application_id": sub_id,
        "ask_first": False,
    }
    return Parcel(**{**given, **more})


def about(first: Parcel, purpose: str, **body: Any) -> Parcel:
    """A later parcel about a filing, under a key of its own."""
    document = {"contract": 1, "sub_application_id": str(first.sub_application_id), **body}
    return replace(first, purpose=purpose, key=str(uuid4()), body=json.dumps(document).encode())  # type: ignore[arg-type]


def deliver(departments: Departments, parcel: Parcel) -> Outcome:
    (outcome,) = departments.gateway.deliver([parcel])
    return outcome


def status_of(outcome: Outcome) -> str:
    assert outcome.kind == "done" and outcome.answer is not None, outcome
    return outcome.answer.status


def test_a_filing_is_answered_about_itself(departments: Departments) -> None:
    departments.decide_at_once()
    parcel = filing(delivery_id=42)
    outcome = deliver(departments, parcel)
    assert (outcome.delivery_id, status_of(outcome)) == (42, "approved")
    assert outcome.answer is not None and outcome.answer.sub_application_id == parcel.sub_application_id
    assert outcome.answer.receipt_no.startswith("GA-")


def test_every_parcel_of_a_batch_has_one_outcome(departments: Departments) -> None:
    departments.keep_silent()
    parcels = [filing(delivery_id=n) for n in range(20)]
    outcomes = departments.gateway.deliver(parcels)
    assert sorted(outcome.delivery_id for outcome in outcomes) == list(range(20))
    answered = {o.delivery_id: o.answer.sub_application_id for o in outcomes if o.answer}
    assert answered == {parcel.delivery_id: parcel.sub_application_id for parcel in parcels}


def test_an_empty_batch_has_no_outcome(departments: Departments) -> None:
    assert list(departments.gateway.deliver([])) == [] and list(departments.gateway.ask([])) == []


def test_the_same_key_and_bytes_have_one_effect_and_one_receipt(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing()
    first, second = deliver(departments, parcel), deliver(departments, parcel)
    assert first.answer is not None and second.answer is not None
    assert first.answer.receipt_no == second.answer.receipt_no
    assert departments.filings_of(parcel.key) == 1


def test_the_same_key_with_other_bytes_is_refused(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing()
    deliver(departments, parcel)
    assert deliver(departments, replace(parcel, body=filing().body)).kind == "refused"
    assert departments.filings_of(parcel.key) == 1


def test_what_was_never_sent_is_refused_when_asked_for(departments: Departments) -> None:
    (outcome,) = departments.gateway.ask([filing()])
    assert (outcome.kind, outcome.answer, outcome.detail) == ("refused", None, NEVER_SEEN)


def test_what_was_sent_can_be_asked_for(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing()
    receipt = deliver(departments, parcel).answer
    (outcome,) = departments.gateway.ask([parcel])
    assert status_of(outcome) == "received"
    assert outcome.answer is not None and receipt is not None and outcome.answer.receipt_no == receipt.receipt_no


def test_after_a_lost_answer_asking_tells_and_nothing_is_done_twice(departments: Departments) -> None:
    departments.keep_silent()
    departments.hide_the_next_answer()
    parcel = filing()
    assert deliver(departments, parcel).kind == "unknown"
    assert status_of(deliver(departments, replace(parcel, ask_first=True))) == "received"
    assert status_of(deliver(departments, parcel)) == "received"
    assert departments.filings_of(parcel.key) == 1


def test_what_must_be_asked_for_first_is_sent_when_it_never_arrived(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing(ask_first=True)
    assert status_of(deliver(departments, parcel)) == "received"
    assert departments.filings_of(parcel.key) == 1


def test_a_department_that_is_down_makes_it_unknown_and_is_reached_later(departments: Departments) -> None:
    departments.keep_silent()
    departments.be_down()
    parcel = filing()
    assert deliver(departments, parcel).kind == "unknown"
    departments.be_back()
    assert status_of(deliver(departments, replace(parcel, ask_first=True))) == "received"
    assert departments.filings_of(parcel.key) == 1


def test_an_undecided_filing_can_be_withdrawn_and_stays_so(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing()
    deliver(departments, parcel)
    withdrawal = about(parcel, "withdraw", reason="不办了")
    assert status_of(deliver(departments, withdrawal)) == "withdrawn"
    assert status_of(deliver(departments, replace(withdrawal, ask_first=True))) == "withdrawn"
    (asked,) = departments.gateway.ask([parcel])
    assert status_of(asked) == "withdrawn"


def test_withdrawing_what_is_decided_is_answered_with_the_decision(departments: Departments) -> None:
    departments.decide_at_once()
    parcel = filing()
    deliver(departments, parcel)
    assert status_of(deliver(departments, about(parcel, "withdraw", reason="不办了"))) == "approved"


def test_a_withdrawal_of_what_was_never_sent_is_refused_as_never_seen(departments: Departments) -> None:
    outcome = deliver(departments, about(filing(), "withdraw", reason="不办了"))
    assert (outcome.kind, outcome.answer, outcome.detail) == ("refused", None, NEVER_SEEN)


def test_a_supplement_is_asked_for_with_reasons_and_answered_once(departments: Departments) -> None:
    departments.decide_at_once()
    departments.ask_for_a_supplement()
    parcel = filing()
    asked = deliver(departments, parcel)
    assert status_of(asked) == "supplement" and asked.answer is not None and asked.answer.reasons
    answer = about(parcel, "supplement", round=1, fields={"child_name": "陈一诺"}, materials=[])
    first, again = deliver(departments, answer), deliver(departments, answer)
    assert first.kind == again.kind == "done"
    assert status_of(first) in {"received", "accepted", "approved"}


def test_a_change_of_a_live_filing_is_taken(departments: Departments) -> None:
    departments.keep_silent()
    parcel = filing()
    deliver(departments, parcel)
    change = about(parcel, "change", round=1, fields={"child_name": "陈一一"})
    assert status_of(deliver(departments, change)) == "received"


def test_a_change_that_comes_too_late_is_answered_with_the_decision(departments: Departments) -> None:
    departments.decide_at_once()
    parcel = filing()
    deliver(departments, parcel)
    assert status_of(deliver(departments, about(parcel, "change", round=1, fields={}))) == "approved"


def test_ids_are_told_as_uuids(departments: Departments) -> None:
    departments.keep_silent()
    answer = deliver(departments, filing()).answer
    assert answer is not None and isinstance(answer.sub_application_id, UUID)
