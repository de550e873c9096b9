from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from cases.ports import Outcome, Parcel
from integrations.departments import gateway as module
from integrations.departments.gateway import HttpGateway
from integrations.models import DepartmentSystem
from tests.factories.outside import Outside

pytestmark = pytest.mark.django_db

SUB = UUID("7b0c2f8e-6c1f-4a36-9a53-2f8f0d6b1c11")
KEY = "4f1f2a52-0a0a-4a6e-8b1a-3f5d4a4b0f01"
REASONS = [{"code": "R01", "about": "M_HUKOU_BOOK", "text": "与登记不一致"}]


def answer(status: str = "received", **more: Any) -> dict[str, Any]:
    return {"receipt_no": "GA-1", "sub_application_id": str(SUB), "status": status, "result": {}, **more}


def parcel(**more: Any) -> Parcel:
    given: dict[str, Any] = {
        "delivery_id": 1,
        "department": "GA",
        "purpose": "file",
        "key": KEY,
        "target_key": KEY,
        "body": b'{"contract": 1}',
        "sub_application_id": SUB,
        "ask_first": False,
    }
    return Parcel(**{**given, **more})


def delivered(outside: Outside, **more: Any) -> Outcome:
    DepartmentSystem.objects.exists() or outside.system("GA")
    (outcome,) = HttpGateway().deliver([parcel(**more)])
    return outcome


def asked(outside: Outside, **more: Any) -> Outcome:
    DepartmentSystem.objects.exists() or outside.system("GA")
    (outcome,) = HttpGateway().ask([parcel(**more)])
    return outcome


@pytest.mark.parametrize(
    ("purpose", "path"),
    [
        ("file", "/departments/GA/applications"),
        ("supplement", f"/departments/GA/applications/{KEY}/supplements"),
        ("withdraw", f"/departments/GA/applications/{KEY}/withdraw"),
        ("change", f"/departments/GA/applications/{KEY}/changes"),
    ],
)
def test_each_purpose_has_its_address_and_its_own_key(outside: Outside, purpose: str, path: str) -> None:
    outside.answer(202, answer())
    key = KEY if purpose == "file" else "5f1f2a52-0a0a-4a6e-8b1a-3f5d4a4b0f01"
    assert delivered(outside, purpose=purpose, key=key).kind == "done"
    (seen,) = outside.seen
    assert (seen.method, seen.path, seen.headers["Idempotency-Key"]) == ("POST", path, key)
    assert seen.headers["Content-Type"] == "application/json" and seen.body == b'{"contract": 1}'


@pytest.mark.parametrize("status", [200, 202, 409])
def test_an_answer_with_a_status_of_the_contract_is_done(outside: Outside, status: int) -> None:
    outside.answer(status, answer("approved"))
    outcome = delivered(outside)
    assert outcome.kind == "done" and outcome.answer is not None and outcome.answer.status == "approved"


@pytest.mark.parametrize("status", [400, 401, 403, 413, 422])
def test_a_refusal_for_good_is_refused_and_quotes_no_body(outside: Outside, status: int) -> None:
    outside.answer(status, {"message": "350203199003152843 不符"})
    assert delivered(outside) == Outcome(1, "refused", detail=f"HTTP {status}", contact="alive")


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 404, 405, 408, 418, 425, 500, 502, 504, 599])
def test_any_other_status_is_unknown(outside: Outside, status: int) -> None:
    outside.answer_raw(json.dumps(answer("approved")).encode(), status)
    assert delivered(outside).kind == "unknown"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("1e9", 3600.0), ("nan", None), ("soon", None), ("", None)],
)
def test_a_busy_department_says_when_to_come_again(
    outside: Outside, status: int, said: str, seconds: float | None
) -> None:
    outside.answer(status, {}, **{"Retry-After": said})
    outcome = delivered(outside)
    assert (outcome.kind, outcome.retry_after_s) == ("unknown", seconds)


def test_a_date_to_come_again_is_understood(outside: Outside) -> None:
    outside.answer(503, {}, **{"Retry-After": "Fri, 31 Dec 2199 23:59:59 GMT"})
    assert delivered(outside).retry_after_s == 3600.0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"status": "approved"}',
        b"[" * 100_000,
        b" " * (16 * 1024 * 1024),
        json.dumps(answer("done")).encode(),
        json.dumps(answer("supplement")).encode(),
        json.dumps({**answer("approved"), "sub_application_id": "11111111-1111-4111-8111-111111111111"}).encode(),
        json.dumps(answer("approved")).encode()[:-3],
    ],
)
def test_an_answer_that_is_not_in_the_contract_is_unknown(outside: Outside, body: bytes) -> None:
    outside.answer_raw(body, 200)
    assert delivered(outside).kind == "unknown"


def test_an_answer_that_does_not_call_itself_json_is_unknown(outside: Outside) -> None:
    outside.answer_raw(json.dumps(answer("approved")).encode(), 200, "text/html")
    assert delivered(outside).kind == "unknown"


def test_a_cut_connection_is_unknown(outside: Outside) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    outside.handler = cut
    assert delivered(outside).detail == "no answer: connection"


def test_a_slow_department_delays_nobody_else(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow_for_rs(request: web.Request) -> web.StreamResponse:
        if "/RS/" in request.path:
            await asyncio.sleep(1.0)
        return web.json_response(answer())

    outside.handler = slow_for_rs
    outside.system("GA")
    outside.system("RS")
    parcels = [parcel(delivery_id=1, department="RS"), *(parcel(delivery_id=n) for n in range(2, 8))]
    started = time.monotonic()
    came = [(outcome.delivery_id, time.monotonic() - started) for outcome in HttpGateway().deliver_each(parcels)]
    assert {delivery for delivery, _ in came} == set(range(1, 8))
    assert came[-1][0] == 1 and max(at for delivery, at in came if delivery != 1) < 0.9


def test_a_department_without_a_system_is_refused_so_that_a_person_is_told(outside: Outside) -> None:
    outside.system("GA")
    assert delivered(outside, department="RF").kind == "refused"


def test_a_system_that_is_switched_off_is_tried_later(outside: Outside) -> None:
    outside.system("GA", enabled=False)
    outcome = delivered(outside)
    assert (outcome.kind, outcome.retry_after_s, outside.seen) == ("unknown", 60.0, [])


def test_asking_is_a_get_by_the_key_of_the_filing(outside: Outside) -> None:
    outside.answer(200, answer("approved"))
    outcome = asked(outside, purpose="supplement", key="other")
    assert outcome.kind == "done" and outcome.answer is not None and outcome.answer.status == "approved"
    (seen,) = outside.seen
    assert (seen.method, seen.path) == ("GET", f"/departments/GA/applications/{KEY}")
    assert "Idempotency-Key" not in seen.headers and seen.headers["X-Signature"]


def test_what_a_department_never_saw_is_refused_when_asked(outside: Outside) -> None:
    outside.answer(404, {})
    assert asked(outside) == Outcome(1, "refused", detail="never seen", contact="alive")


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_asking_in_vain_is_unknown_and_never_means_that_it_was_not_seen(outside: Outside, status: int) -> None:
    outside.answer(status, {})
    assert asked(outside).kind == "unknown"


def test_a_department_that_cannot_be_asked_is_not_asked(outside: Outside) -> None:
    outside.system("GA", supports_query=False)
    assert asked(outside).kind == "unknown" and outside.seen == []


def ask_first(outside: Outside, got: tuple[int, Any], **more: Any) -> tuple[Outcome, list[str]]:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.json_response(got[1], status=got[0])
        return web.json_response(answer("accepted"), status=202)

    outside.handler = handler
    outcome = delivered(outside, ask_first=True, **more)
    return outcome, [seen.method for seen in outside.seen]


def test_what_may_have_arrived_is_asked_for_and_sent_when_it_has_not(outside: Outside) -> None:
    outcome, methods = ask_first(outside, (404, {}))
    assert (outcome.kind, methods) == ("done", ["GET", "POST"])


def test_what_has_arrived_is_not_sent_again(outside: Outside) -> None:
    outcome, methods = ask_first(outside, (200, answer("approved")))
    assert methods == ["GET"] and outcome.answer is not None and outcome.answer.status == "approved"


def test_while_asking_fails_nothing_is_sent(outside: Outside) -> None:
    outcome, methods = ask_first(outside, (500, {}))
    assert (outcome.kind, methods) == ("unknown", ["GET"])


def test_a_withdrawal_is_sent_again_while_the_department_has_not_decided(outside: Outside) -> None:
    outcome, methods = ask_first(outside, (200, answer("accepted")), purpose="withdraw", key="w")
    assert (outcome.kind, methods) == ("done", ["GET", "POST"])


@pytest.mark.parametrize("status", ["withdrawn", "approved"])
def test_a_withdrawal_ends_with_what_the_department_has_decided(outside: Outside, status: str) -> None:
    outcome, methods = ask_first(outside, (200, answer(status)), purpose="withdraw", key="w")
    assert methods == ["GET"] and outcome.answer is not None and outcome.answer.status == status


def test_a_supplement_is_sent_again_under_its_key_because_a_state_does_not_show_it(outside: Outside) -> None:
    _, methods = ask_first(outside, (200, answer("supplement", reasons=REASONS)), purpose="supplement", key="s")
    assert methods == ["POST"]


def test_a_whole_batch_ends_well_before_a_lease_of_twenty_seconds() -> None:
    assert module.BEGIN_WITHIN_S < module.BATCH_BUDGET_S < 15


@pytest.mark.parametrize(
    ("purpose", "supports_query", "is_sent"),
    [("file", False, False), ("file", True, True), ("supplement", True, False), ("withdraw", False, True)],
)
def test_what_may_have_arrived_goes_to_a_person_where_a_department_does_everything_twice(
    outside: Outside, purpose: str, supports_query: bool, is_sent: bool
) -> None:
    """Departments without keys: never a blind resend. A filing may still be asked about first."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, status=404) if request.method == "GET" else web.json_response(answer())

    outside.handler = handler
    outside.system("GA", supports_keys=False, supports_query=supports_query)
    outcome = delivered(outside, purpose=purpose, ask_first=True)
    assert outcome.kind == ("done" if is_sent else "refused")
    assert bool(outside.seen) is is_sent
    assert is_sent or "a person" in outcome.detail
    assert delivered(outside, purpose=purpose, ask_first=False).kind == "done", "the first try goes anyway"
