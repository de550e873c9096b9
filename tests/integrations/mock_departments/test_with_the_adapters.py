"""The portal's own adapters against the running process: both sides read the contract alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command

from cases.ports import Finding, Parcel, Query
from integrations.departments.gateway import HttpGateway
from integrations.departments.wire import callback_of
from integrations.http import systems
from integrations.licences.http import HttpLicenceLibrary
from integrations.registers.http import HttpRegister

from .process import MASTER, Departments, Inbox, application

pytestmark = pytest.mark.django_db
LIN_ID = "350203199403186286"


@pytest.fixture
def connected(departments: Departments, settings: Any) -> Iterator[Departments]:
    settings.MOCK_URL, settings.MOCK_MASTER_SECRET = f"http://127.0.0.1:{departments.port}", MASTER
    call_command("connect_mock_departments", verbosity=0)
    systems.forget()
    yield departments


def parcel(body: dict[str, Any], department: str, **more: Any) -> Parcel:
    key = str(uuid4())
    made = Parcel(
        delivery_id=uuid4(),
        department=department,
        purpose="file",
        key=key,
        target_key=key,
        body=json.dumps(body, ensure_ascii=False).encode(),
        sub_application_id=UUID(body["sub_application_id"]),
        ask_first=False,
    )
    return replace(made, **more)


def look_up(code: str, consent: str | None = "c-1", **inputs: str) -> Finding:
    query = Query("api", code, tuple(inputs.items()), "核验", case_no="350200-XSECS-1", consent_id=consent)
    return HttpRegister().look_up([query], budget_s=5)[0]


def test_a_filing_is_delivered_repeated_and_asked_for(connected: Departments, inbox: Inbox) -> None:
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields={"child_name": "陈一诺"})
    sent = parcel(body, "GA")
    first, again = HttpGateway().deliver([sent])[0], HttpGateway().deliver([sent])[0]
    assert (first.kind, again.kind) == ("done", "done")
    assert first.answer is not None and again.answer is not None
    assert (first.answer.status, first.answer.receipt_no) == ("received", again.answer.receipt_no)
    inbox.wait_for(sent.key, "approved")
    asked = HttpGateway().ask([sent])[0]
    assert asked.answer is not None and asked.answer.status == "approved"
    assert HttpGateway().ask([parcel(body, "MZ")])[0].kind == "refused"


def test_every_callback_reads_as_an_answer(connected: Departments, inbox: Inbox) -> None:
    special = {"procedure": "亲子鉴定", "expected_days": 30, "in_clock": False, "seconds": 0.05}
    connected.control("behaviour", {"dept": "GA", "special": special, "accept_s": 0, "decide_s": 0})
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
    sent = parcel(body, "GA")
    HttpGateway().deliver([sent])
    inbox.wait_for(sent.key, "approved")
    for post in inbox.posts:
        answer, key = callback_of(post["raw"], department="GA", event_id=post["headers"]["X-Event-Id"])
        assert (answer.sub_application_id, key) == (sent.sub_application_id, sent.key)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("error500", "unknown"), ("error400", "refused"), ("exec_garbage", "unknown"), ("exec_wrong_receipt", "unknown"),
     ("exec_cut", "unknown"), ("exec_big", "unknown"), ("exec_redirect", "unknown")],
)  # fmt: skip
def test_a_fault_ends_as_the_outcome_it_should(connected: Departments, inbox: Inbox, fault: str, kind: str) -> None:
    connected.control("behaviour", {"dept": "GA", "faults": {fault: True}, "times": 1})
    sent = parcel(application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA")), "GA")
    assert HttpGateway().deliver([sent])[0].kind == kind
    assert HttpGateway().deliver([replace(sent, ask_first=True)])[0].kind == "done"
    assert connected.record(sent.key)["effect_counts"]["filed"] == 1


def test_a_withdrawal_and_a_supplement_reach_the_filing(connected: Departments, inbox: Inbox) -> None:
    connected.control("behaviour", {"dept": "GA", "decide": "supplement", "accept_s": 0, "decide_s": 0})
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"))
    sent = parcel(body, "GA")
    HttpGateway().deliver([sent])
    inbox.wait_for(sent.key, "supplement")
    more = {"contract": 1, "sub_application_id": body["sub_application_id"], "round": 1, "fields": {}, "materials": []}
    answered = HttpGateway().deliver([replace(parcel(more, "GA", purpose="supplement"), target_key=sent.key)])[0]
    assert answered.kind == "done"
    inbox.wait_for(sent.key, "approved")
    back = {"sub_application_id": body["sub_application_id"], "reason": "不办了"}
    late = HttpGateway().deliver([replace(parcel(back, "GA", purpose="withdraw"), target_key=sent.key)])[0]
    assert late.answer is not None and late.answer.status == "approved"


def test_a_register_is_found_empty_refused_and_away(connected: Departments) -> None:
    found = look_up("HUKOU_INFO", id_no=LIN_ID)
    assert (found.outcome, found.records[0]["status"]) == ("found", "正常")
    assert look_up("HUKOU_INFO", id_no="110101199001011237").outcome == "empty"
    assert look_up("HUKOU_INFO", consent=None, id_no=LIN_ID).outcome == "unavailable"
    connected.control("outage", {"dept": "GA", "seconds": 30})
    assert look_up("HUKOU_INFO", id_no=LIN_ID).outcome == "unavailable"


def test_twins_are_two_records(connected: Departments) -> None:
    people = connected.control("people")["persons"]
    mother = next(person["id_no"] for person in people if person["name"] == "沈若溪")
    assert [record["order_no"] for record in look_up("DELIVERY_INFO", mother_id=mother).records] == [1, 2]


def test_a_licence_is_found_with_its_document(connected: Departments) -> None:
    query = Query("licence", "ID_CARD", (("id_no", LIN_ID),), "核验", consent_id="c-1")
    finding = HttpLicenceLibrary().search([query], budget_s=5)[0]
    assert (finding.outcome, finding.records[0]["data"]["name"]) == ("found", "林晓岚")
    document, media_type = HttpLicenceLibrary().fetch("GA", finding.records[0]["file_url"])
    assert media_type == "application/pdf"
    assert document.startswith(b"%PDF-")
