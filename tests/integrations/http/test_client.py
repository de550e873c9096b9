from __future__ import annotations

import asyncio
import gzip
import os
import time
from typing import Any

import pytest
from aiohttp import web
from django.core.exceptions import ValidationError
from pytest_django import Settings

from integrations.http import Call, Failure, Reply, call_all, system_of
from integrations.http.signing import canonical, is_signed_by
from integrations.models import DepartmentSystem
from tests.factories.outside import Outside

pytestmark = pytest.mark.django_db


def call_to(outside: Outside, **more: Any) -> Call:
    DepartmentSystem.objects.filter(department="GA").exists() or outside.system("GA")
    system = system_of("GA")
    assert system is not None
    return Call(**{"system": system, "method": "POST", "path": "/applications", "route": "test", "body": b"{}", **more})


def one(call: Call, budget_s: float = 5.0) -> Reply | Failure:
    return call_all([call], budget_s=budget_s)[0]


def test_a_request_arrives_as_it_was_made_and_is_signed(outside: Outside) -> None:
    outside.answer(202, {"ok": True})
    reply = one(call_to(outside, body="林晓岚".encode(), headers={"Idempotency-Key": "k1"}))
    assert isinstance(reply, Reply) and (reply.status, reply.media_type) == (202, "application/json")
    (seen,) = outside.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/departments/GA/applications", "林晓岚".encode())
    assert seen.headers["Idempotency-Key"] == "k1"
    message = canonical("POST", seen.path, seen.headers["X-Timestamp"], seen.headers["X-Nonce"], seen.body)
    system = system_of("GA")
    assert system is not None and seen.headers["X-Key-Id"] == "GA-1"
    assert is_signed_by(system.keys[0], message, seen.headers["X-Signature"])


def test_results_come_in_the_order_of_the_calls(outside: Outside) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2 if request.path.endswith("/0") else 0)
        return web.Response(text=request.path)

    outside.handler = echo
    calls = [call_to(outside, method="GET", path=f"/{n}", body=b"") for n in range(6)]
    replies = call_all(calls, budget_s=5)
    assert [r.body.decode()[-2:] for r in replies if isinstance(r, Reply)] == ["/0", "/1", "/2", "/3", "/4", "/5"]


def test_a_redirect_is_handed_back_and_not_followed(outside: Outside) -> None:
    outside.answer(302, None, Location=f"http://127.0.0.1:{outside.port}/inner")
    reply = one(call_to(outside))
    assert isinstance(reply, Reply) and reply.status == 302
    assert len(outside.seen) == 1


def test_the_whole_exchange_has_one_deadline_even_when_bytes_keep_dripping(outside: Outside) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    outside.handler = drip
    started = time.monotonic()
    assert one(call_to(outside, deadline_s=0.5)) == Failure("deadline", True, pytest.approx(500, abs=300))
    assert time.monotonic() - started < 1.5


def test_an_answer_over_the_limit_is_dropped(outside: Outside) -> None:
    outside.answer_raw(b" " * (1024 * 1024 + 1))
    ended = one(call_to(outside))
    assert isinstance(ended, Failure) and ended.kind == "too_large"


def test_a_compressed_answer_is_never_unpacked(outside: Outside) -> None:
    outside.answer_raw(gzip.compress(b"0" * 10_000_000), **{"Content-Encoding": "gzip"})
    ended = one(call_to(outside))
    assert isinstance(ended, Failure) and ended.kind == "encoding"
    assert outside.seen[0].headers["Accept-Encoding"] == "identity"


def test_an_address_outside_the_listed_networks_is_not_even_connected_to(outside: Outside, settings: Settings) -> None:
    settings.OUTBOUND_NETWORKS = []
    ended = one(call_to(outside))
    assert isinstance(ended, Failure) and (ended.kind, ended.was_sent) == ("address", False)
    assert outside.seen == []


def test_a_proxy_of_the_environment_is_ignored(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    outside.answer(200, {})
    assert isinstance(one(call_to(outside)), Reply)


def test_a_closed_port_is_known_not_to_have_received_anything(outside: Outside) -> None:
    call = call_to(outside)
    outside.close()
    ended = one(call)
    assert isinstance(ended, Failure) and (ended.kind, ended.was_sent) == ("connection", False)


def test_a_connection_cut_in_the_answer_may_have_been_received(outside: Outside) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    outside.handler = cut
    ended = one(call_to(outside))
    assert isinstance(ended, Failure) and (ended.kind, ended.was_sent) == ("connection", True)


def test_no_more_calls_run_at_once_than_the_quota_of_the_department(outside: Outside) -> None:
    running, most = 0, 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return web.json_response({})

    outside.handler = count
    outside.system("GA", quota=3)
    replies = call_all([call_to(outside) for _ in range(12)], budget_s=5)
    assert all(isinstance(reply, Reply) for reply in replies) and most == 3


def test_what_does_not_get_its_turn_in_time_is_known_as_not_sent(outside: Outside) -> None:
    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    outside.handler = hang
    outside.system("GA", quota=1)
    started = time.monotonic()
    ended = call_all([call_to(outside) for _ in range(3)], budget_s=0.6)
    assert sorted((e.kind, e.was_sent) for e in ended if isinstance(e, Failure)) == [
        ("deadline", True),
        ("queue", False),
        ("queue", False),
    ]
    assert time.monotonic() - started < 1.5


def test_a_department_without_a_valid_key_is_not_called(outside: Outside) -> None:
    call = call_to(outside)
    DepartmentSystem.objects.get().keys.all().delete()
    system = system_of("GA")
    assert system is not None and system.valid_keys() == ()
    ended = one(Call(system, call.method, call.path, call.route))
    assert isinstance(ended, Failure) and ended.kind == "no_key"


def test_a_forked_process_makes_calls_of_its_own(outside: Outside) -> None:
    outside.answer(200, {"who": "child"})
    call = call_to(outside)
    assert isinstance(one(call), Reply)
    child = os.fork()
    if child == 0:
        ended = one(call)
        os._exit(0 if isinstance(ended, Reply) else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert isinstance(one(call), Reply)


def test_the_log_holds_ids_and_no_values(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    outside.answer_raw(b'{"name": "SECRETNAME"}', status=500)
    one(call_to(outside, body=b'{"id_no": "350203199003152843"}', reference="42"))
    assert "outbound.answered" in caplog.text and "42" in caplog.text
    assert "SECRETNAME" not in caplog.text and "350203199003152843" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x",
        "//host",
        "http://",
        "http://user@host",
        "http://u:p@host/",
        "http://host/?a=1",
        "http://host/#f",
        "http://host/a/../b",
        "file:///etc/passwd",
    ],
)
def test_a_base_address_that_could_smuggle_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        DepartmentSystem(department="GA", base_url=url).full_clean()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://127.0.0.1:1/departments/GA/files/1?t=2", "/departments/GA/files/1?t=2"),
        ("http://127.0.0.1:1/other", "/other"),
        ("http://127.0.0.1:2/departments/GA/files/1", None),
        ("https://127.0.0.1:1/x", None),
        ("http://127.0.0.1:1@evil/x", None),
        ("http://evil/x", None),
        ("/relative", None),
        ("http://127.0.0.1:1", None),
    ],
)
def test_only_addresses_on_the_department_s_own_host_are_called(url: str, path: str | None) -> None:
    DepartmentSystem.objects.create(department="GA", base_url="http://127.0.0.1:1/departments/GA")
    system = system_of("GA")
    assert system is not None and system.path_of(url) == path
