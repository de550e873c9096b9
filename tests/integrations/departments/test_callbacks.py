"""The door for departments under attack: every hostile message gets its status, none gets in, none ends in a 5xx."""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from cases.actions.delivery import arrivals
from cases.models import Arrival, InboxMessage, SubApplication
from cases.states import SubState
from integrations.http import SigningKey
from integrations.http.signing import canonical, signature
from integrations.models import DepartmentKey, DepartmentSystem, Nonce
from tests.factories.outside import SECRET
from tests.integrations.departments.conftest import filed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def systems() -> None:
    for code in ("GA", "RS"):
        system = DepartmentSystem.objects.create(department=code, base_url=f"http://127.0.0.1:1/departments/{code}")
        DepartmentKey.objects.create(system=system, key_id=f"{code}-1", secret=f"{SECRET}{code}")


@dataclass
class Letter:
    """A callback on its way: what is signed, and what may be changed after signing."""

    sub: SubApplication
    dept: str = "GA"
    document: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    key_id: str = ""
    secret: str = ""
    algorithm: str = "hmac-sha256"
    shift_s: int = 0
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    event_id: str = field(default_factory=lambda: uuid4().hex)
    sent_to: str = ""
    headers: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = int(time.time()) + self.shift_s
        self.document = {
            "event_id": self.event_id,
            "dept": self.dept,
            "receipt_no": "GA-00000012",
            "sub_application_id": str(self.sub.pk),
            "status": "received",
            "seq": 1,
            "occurred_at": timezone.now().isoformat(),
            "result": {},
            "reasons": [],
            **self.document,
        }
        if self.body is None:
            self.body = json.dumps(self.document).encode()

    def signed(self) -> dict[str, str]:
        key_id = self.key_id or f"{self.dept}-1"
        key = SigningKey(key_id, self.secret or f"{SECRET}{self.dept}", self.algorithm, timezone.now(), None, None)
        assert self.body is not None
        path = f"/callbacks/{self.sent_to or self.dept}"
        made: dict[str, str | None] = {
            "X-Dept-Id": self.dept,
            "X-Event-Id": self.event_id,
            "X-Key-Id": key_id,
            "X-Timestamp": str(self.at),
            "X-Nonce": self.nonce,
            "X-Signature": signature(key, canonical("POST", path, str(self.at), self.nonce, self.body)),
            **self.headers,
        }
        return {name: value for name, value in made.items() if value is not None}

    def post(self, body: bytes | None = None, client: Client | None = None) -> int:
        """The status it gets; what was stored has taken effect when this returns."""
        answer = (client or Client(enforce_csrf_checks=True)).post(
            f"/callbacks/{self.sent_to or self.dept}",
            self.body if body is None else body,
            content_type="application/json",
            headers=self.signed(),
        )
        arrivals.apply_arrived()
        return answer.status_code


@pytest.fixture
def nothing_gets_in(sub: SubApplication) -> Iterator[None]:
    yield
    assert not InboxMessage.objects.exists() and not Arrival.objects.exists()
    assert SubApplication.objects.get(pk=sub.pk).state == SubState.DISPATCHED


refused = pytest.mark.usefixtures("nothing_gets_in")


def state_of(sub: SubApplication) -> str:
    return str(SubApplication.objects.get(pk=sub.pk).state)


def test_what_a_department_signs_takes_effect(sub: SubApplication) -> None:
    assert Letter(sub).post() == 200
    assert state_of(sub) == SubState.RECEIVED
    message = InboxMessage.objects.get()
    assert (message.department, message.status, message.headers["X-Key-Id"]) == ("GA", "received", "GA-1")


def test_a_department_configured_for_sm3_is_understood(sub: SubApplication) -> None:
    system = DepartmentSystem.objects.get(department="GA")
    system.algorithm = "hmac-sm3"
    system.save()
    assert Letter(sub, algorithm="hmac-sm3").post() == 200


def test_the_key_id_may_be_left_out_and_both_keys_count_while_rotating(sub: SubApplication) -> None:
    system = DepartmentSystem.objects.get(department="GA")
    DepartmentKey.objects.create(system=system, key_id="GA-2", secret="n" * 64)
    assert Letter(sub, headers={"X-Key-Id": None}).post() == 200
    assert Letter(sub, headers={"X-Key-Id": None}, secret="n" * 64).post() == 200
    assert Letter(sub, key_id="GA-2", secret="n" * 64).post() == 200


@refused
@pytest.mark.parametrize(
    "letter",
    [
        {"secret": "0" * 64},
        {"algorithm": "hmac-sm3"},
        {"key_id": "RS-1"},
        {"key_id": "RS-1", "secret": f"{SECRET}RS"},
        {"key_id": "NO-1"},
        {"headers": {"X-Signature": "AAAA"}},
        {"headers": {"X-Signature": "é"}},
        {"headers": {"X-Dept-Id": "RS"}},
        {"headers": {"X-Nonce": "another"}},
        {"headers": {"X-Timestamp": "1700000000"}},
        {"shift_s": -302},
        {"shift_s": 302},
        {"headers": {"X-Timestamp": "now"}},
        {"headers": {"X-Timestamp": "1" * 400}},
        {"nonce": "n" * 129},
        {"nonce": "a\u00e9b"},
        {"sent_to": "RS"},
        {"sent_to": "NOBODY"},
        {"dept": "RS", "sent_to": "GA"},
    ],
)
def test_what_is_not_signed_by_a_valid_key_of_that_department_is_401(
    sub: SubApplication, letter: dict[str, Any]
) -> None:
    assert Letter(sub, **letter).post() == 401


@refused
@pytest.mark.parametrize("name", ["X-Dept-Id", "X-Timestamp", "X-Nonce", "X-Signature"])
@pytest.mark.parametrize("value", [None, ""])
def test_without_any_of_the_signing_headers_it_is_401(sub: SubApplication, name: str, value: str | None) -> None:
    assert Letter(sub, headers={name: value}).post() == 401


@refused
def test_a_body_changed_on_the_way_is_401(sub: SubApplication) -> None:
    letter = Letter(sub, document={"status": "approved"})
    assert letter.post(letter.body.replace(b"approved", b"rejected") if letter.body else b"") == 401
    assert letter.post(json.dumps(letter.document, indent=1).encode()) == 401
    assert letter.post(b"") == 401


@refused
@pytest.mark.parametrize("change", [{"revoked_at": -1}, {"valid_to": -1}, {"valid_from": 60}])
def test_a_key_out_of_its_time_is_401(sub: SubApplication, change: dict[str, int]) -> None:
    key = DepartmentKey.objects.get(key_id="GA-1")
    for name, seconds in change.items():
        setattr(key, name, timezone.now() + timedelta(seconds=seconds))
    key.save()
    assert Letter(sub).post() == 401


def test_a_message_sent_twice_with_the_same_nonce_is_a_replay(sub: SubApplication) -> None:
    letter = Letter(sub)
    assert [letter.post(), letter.post()] == [200, 401]
    assert InboxMessage.objects.count() == 1


def test_the_same_event_sent_anew_is_200_and_has_no_second_effect(sub: SubApplication) -> None:
    assert Letter(sub, event_id="e-1").post() == 200
    assert Letter(sub, event_id="e-1", document={"status": "rejected"}).post() == 200
    assert (InboxMessage.objects.count(), state_of(sub)) == (1, SubState.RECEIVED)


def test_two_departments_may_use_the_same_nonce_and_the_same_event_id(sub: SubApplication) -> None:
    other = filed(department="RS", item="SBK")
    assert Letter(sub, nonce="n-1", event_id="e-1").post() == 200
    assert Letter(other, dept="RS", nonce="n-1", event_id="e-1").post() == 200


def test_a_contradiction_of_a_decision_is_409_and_kept(sub: SubApplication) -> None:
    decided = filed(state=SubState.APPROVED)
    reasons = [{"code": "R01", "about": "child_name", "text": "与登记不一致"}]
    assert Letter(decided, document={"status": "rejected", "seq": 9, "reasons": reasons}).post() == 409
    assert state_of(decided) == SubState.APPROVED
    assert InboxMessage.objects.get().verdict == InboxMessage.Verdict.CONTRADICTION


@refused
def test_somebody_else_s_case_and_nobody_s_look_the_same(sub: SubApplication) -> None:
    assert Letter(sub, dept="RS").post() == 404
    assert Letter(sub, document={"sub_application_id": str(uuid4())}).post() == 404
    assert Letter(sub, document={"idempotency_key": str(uuid4())}).post() == 404
    assert Letter(sub, document={"idempotency_key": "' OR 1=1 --"}).post() == 404


@refused
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml/>",
        b"null",
        b"[1]",
        b"\xff\xfe",
        b'{"status": NaN}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"dept": "GA", "dept": "GA"}',
        b" " * (1024 * 1024 + 1),
        b"{" + b" " * (3 * 1024 * 1024),
    ],
)
def test_a_signed_body_that_is_not_in_the_contract_is_400(sub: SubApplication, body: bytes) -> None:
    assert Letter(sub, body=body).post() == 400


@refused
@pytest.mark.parametrize(
    "document",
    [
        {"status": "done"},
        {"status": {"$ne": ""}},
        {"sub_application_id": "1"},
        {"dept": "RS"},
        {"event_id": "another"},
        {"receipt_no": "\x00"},
        {"receipt_no": "\ud800"},
        {"receipt_no": "x" * 5000},
        {"seq": 2**63},
        {"reasons": "none"},
        {"result": {"\x00": 1}},
        {"occurred_at": "9999-12-31T23:59:59+00:00"},
        {"status": "supplement"},
        {"due": "0000-00-00"},
    ],
)
def test_a_signed_message_that_breaks_the_contract_is_400(sub: SubApplication, document: dict[str, Any]) -> None:
    assert Letter(sub, document=document).post() == 400


@refused
@pytest.mark.parametrize("event_id", ["", "e" * 101, "a\x7fb"])
def test_an_event_needs_an_id_that_can_be_kept(sub: SubApplication, event_id: str) -> None:
    assert Letter(sub, event_id=event_id).post() == 400


@refused
@pytest.mark.parametrize("claimed", ["99999999999", "-1", "abc", "1048577"])
def test_a_length_that_cannot_be_is_400(sub: SubApplication, claimed: str) -> None:
    letter = Letter(sub)
    status = Client().post(
        "/callbacks/GA", letter.body, content_type="application/json", headers=letter.signed(), CONTENT_LENGTH=claimed
    )
    assert status.status_code in {400, 401}


@refused
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_only_post_is_a_callback(sub: SubApplication, method: str) -> None:
    letter = Letter(sub)
    answer = getattr(Client(), method)("/callbacks/GA", headers=letter.signed())
    assert answer.status_code == 405


@refused
def test_a_signed_in_person_is_not_a_department(sub: SubApplication) -> None:
    client = Client()
    client.force_login(sub.case.applicant)
    assert Letter(sub, secret="0" * 64).post(client=client) == 401


@refused
def test_while_the_database_is_away_it_is_503_and_may_come_again(
    sub: SubApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = Letter(sub)

    def away(*_: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        answer = Client().post("/callbacks/GA", letter.body, content_type="application/json", headers=letter.signed())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not Nonce.objects.exists()


def test_after_a_503_the_very_same_message_is_taken(sub: SubApplication) -> None:
    """The nonce is stored with the message: what was rolled back was not used."""
    letter = Letter(sub)

    def fails_at_the_store(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "cases_arrival" in sql and sql.startswith("EXECUTE with"):
            raise OperationalError("connection lost")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fails_at_the_store):
        assert letter.post() == 503
    assert (state_of(sub), Nonce.objects.count()) == (SubState.DISPATCHED, 0)
    assert letter.post() == 200
    assert state_of(sub) == SubState.RECEIVED


def test_nonces_are_forgotten_after_a_day(sub: SubApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    Nonce.objects.create(department="GA", nonce="old", seen_at=timezone.now() - timedelta(hours=25))
    Nonce.objects.create(department="GA", nonce="new", seen_at=timezone.now() - timedelta(hours=23))
    monkeypatch.setattr("integrations.incoming._tidied", float("-inf"))
    assert Letter(sub).post() == 200
    assert set(Nonce.objects.values_list("nonce", flat=True)) >= {"new"}
    assert not Nonce.objects.filter(nonce="old").exists()


def test_a_thousand_forgeries_are_all_refused(sub: SubApplication) -> None:
    """Promise P5: bits of true letters flipped, cut, swapped, at random but the same every time."""

    luck = random.Random(20261121)
    answers = []
    for _ in range(1000):
        letter = Letter(sub, document={"status": "received"})
        headers, body = letter.signed(), bytearray(letter.body or b"")
        if luck.random() < 0.5:
            body[luck.randrange(len(body))] ^= 1 << luck.randrange(8)
        else:
            name = luck.choice(["X-Signature", "X-Nonce", "X-Timestamp"])
            place = luck.randrange(len(headers[name]))
            other = luck.choice([c for c in "0123456789abcdefABCDEF+/=" if c != headers[name][place]])
            headers[name] = headers[name][:place] + other + headers[name][place + 1 :]
        answers.append(
            Client().post("/callbacks/GA", bytes(body), content_type="application/json", headers=headers).status_code
        )
    assert set(answers) == {401}
    assert not InboxMessage.objects.exists() and not Nonce.objects.exists()
