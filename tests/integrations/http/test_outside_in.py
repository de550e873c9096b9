"""Attempts to make the portal connect where it must not (A34); servers that misbehave below HTTP (F22, F24, F26)."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from django.core.exceptions import ValidationError
from pytest_django import Settings

from integrations.http import Call, Failure, Reply, as_they_end, call_all, system_of, systems
from integrations.http.addresses import AddressRefused, open_socket
from integrations.http.hosts import is_listed
from integrations.models import AllowedHost, DepartmentKey, DepartmentSystem, valid_base_url
from tests.factories.outside import SECRET

# Forty-three ways to write an inner, own or foreign address where a department's public one is expected.
SSRF = [
    "http://127.0.0.1/",
    "http://127.0.0.1:5432/",
    "http://localhost/",
    "http://localhost.localdomain/",
    "http://LOCALHOST/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "http://127.0.0.1.nip.io/",
    "http://ga.gov.example.evil.example/",
    "http://evilga.gov.example.com/",
    "http://ga.gov.example@127.0.0.1/",
    "http://127.0.0.1#@ga.gov.example/",
    "http://127.0.0.1?ga.gov.example",
    "http://ga.gov.example\\@127.0.0.1/",
    "http://127.0.0.1%2523@ga.gov.example/",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://ga.gov.example/",
    "//ga.gov.example/",
]


@pytest.mark.parametrize("url", SSRF)
def test_no_spelling_of_an_inner_or_foreign_address_passes(settings: Settings, url: str) -> None:
    """A34. One of three walls refuses it before anything is connected to: the shape, the list, the address."""
    settings.OUTBOUND_NETWORKS, settings.MOCK_URL = [], ""
    settings.OUTBOUND_HOSTS = ["ga.gov.example", "*.city.example"]
    try:
        valid_base_url(url)
    except ValidationError:
        return
    assert not is_listed(url, ())


@pytest.mark.parametrize(
    "url", ["https://ga.gov.example/v1", "https://a.b.city.example:8443/", "https://rs.gov.example/"]
)
def test_listed_hosts_pass(settings: Settings, url: str) -> None:
    settings.OUTBOUND_NETWORKS, settings.MOCK_URL = [], ""
    settings.OUTBOUND_HOSTS = ["ga.gov.example", "*.city.example"]
    assert is_listed(url, {"rs.gov.example"})
    assert not is_listed("https://city.example/", ()), "the suffix itself is another host"


class Rebinding(AbstractResolver):
    """A name server of an attacker: an innocent address while somebody checks, an inner one when it is used."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize("inner", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "10.1.2.3"])
def test_a_name_that_is_rebound_after_the_check_leads_nowhere(settings: Settings, inner: str) -> None:
    """The address is judged where the socket is made, after resolving: there is no moment between check and use."""
    settings.OUTBOUND_NETWORKS = []

    async def connect() -> BaseException | None:
        resolver = Rebinding("8.8.8.8", inner)
        await resolver.resolve("ga.gov.example")  # whoever checked the name first saw a public address
        connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=open_socket, ttl_dns_cache=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            try:
                await session.get("http://ga.gov.example:8080/")
            except aiohttp.ClientConnectorError as error:
                return error.os_error
        return None

    (refused,) = as_they_end([connect])
    assert isinstance(refused, AddressRefused)


Speech = Callable[[socket.socket], None]


class BareServer:
    """A server below HTTP: it reads a request and then says whatever bytes a test wants."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.speech: Speech = lambda _: None
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            client.recv(65536)
            self.asked += 1
            try:
                self.speech(client)
            except OSError:
                return

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def bare(db: None) -> Iterator[BareServer]:
    server = BareServer()
    row = DepartmentSystem.objects.create(
        department="GA", base_url=f"http://127.0.0.1:{server.port}/departments/GA", deadline_s=1
    )
    DepartmentKey.objects.create(system=row, key_id="GA-1", secret=SECRET)
    systems.forget()
    yield server
    server.close()


def ask() -> Reply | Failure:
    system = system_of("GA")
    assert system is not None
    return call_all([Call(system, "GET", "/applications/x", "test")], budget_s=5)[0]


def say(*parts: bytes, pause_s: float = 0.0) -> Speech:
    def speech(client: socket.socket) -> None:
        for part in parts:
            client.sendall(part)
            time.sleep(pause_s)

    return speech


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("speech", "kinds"),
    [
        (say(b"SSH-2.0-OpenSSH_9.9\r\n"), {"connection"}),
        (say(b"\x16\x03\x01\x02\x00"), {"connection", "deadline"}),
        (say(b"HTTP/1.1 999999 no\r\n\r\n"), {"connection"}),
        (say(HEAD + b"Content-Length: abc\r\n\r\n{}"), {"connection"}),
        (say(HEAD + b"Content-Length: 100\r\n\r\n{}"), {"connection"}),
        (say(HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n"), {"connection"}),
        (say(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"), {"connection"}),
        (say(HEAD + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n{}"), {"connection"}),
        (say(b""), {"connection"}),
    ],
    ids=["another protocol", "tls", "status", "length", "short", "chunk", "smuggled", "huge header", "nothing"],
)
def test_what_is_not_http_is_a_failure_and_never_an_exception(
    bare: BareServer, speech: Speech, kinds: set[str]
) -> None:
    bare.speech = speech
    ended = ask()
    assert isinstance(ended, Failure) and ended.kind in kinds and ended.was_sent
    assert bare.asked == 1


def test_headers_that_drip_a_byte_at_a_time_meet_the_total_deadline(bare: BareServer) -> None:
    """F22: a time-out of reading alone would never fire."""
    bare.speech = say(*(bytes([byte]) for byte in HEAD + b"X: " + b"y" * 400), pause_s=0.05)
    started = time.monotonic()
    ended = ask()
    assert isinstance(ended, Failure) and ended.kind == "deadline"
    assert time.monotonic() - started < 3


def test_headers_without_end_are_cut_off(bare: BareServer) -> None:
    bare.speech = say(HEAD, *(b"X-%d: y\r\n" % n for n in range(200_000)))
    ended = ask()
    assert isinstance(ended, Failure)


def test_a_body_without_end_is_dropped_at_the_limit(bare: BareServer) -> None:
    """F24: sixteen MiB are not read to find out that one is too much."""
    sent = 0

    def pour(client: socket.socket) -> None:
        nonlocal sent
        client.sendall(HEAD + b"\r\n")
        for _ in range(256):
            client.sendall(b" " * 65536)
            sent += 65536

    bare.speech = pour
    ended = ask()
    assert isinstance(ended, Failure) and ended.kind == "too_large"
    assert sent < 12 * 1024 * 1024


def test_a_server_that_closes_after_each_answer_is_connected_to_anew(bare: BareServer) -> None:
    body = json.dumps({}).encode()
    bare.speech = say(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    replies = [ask() for _ in range(3)]
    assert all(isinstance(reply, Reply) and reply.body == body for reply in replies)
    assert bare.asked == 3


def test_a_second_answer_on_the_same_connection_is_never_taken_for_the_next(bare: BareServer) -> None:
    """An answer nobody asked for (response splitting) must not become the answer to somebody else's question."""
    first = HEAD + b"Content-Length: 13\r\n\r\n" + b'{"who":"mine"'
    bare.speech = say(first[:-1] + b"}" + HEAD + b'Content-Length: 15\r\n\r\n{"who":"forged"')
    for _ in range(3):
        ended = ask()
        assert not isinstance(ended, Reply) or b"forged" not in ended.body


@pytest.mark.django_db
def test_a_host_taken_off_the_list_is_not_called_any_more(settings: Settings) -> None:
    settings.OUTBOUND_NETWORKS = ["127.0.0.0/8"]
    settings.MOCK_URL = ""
    listed = AllowedHost.objects.create(pattern="ga.gov.example")
    row = DepartmentSystem.objects.create(department="GA", base_url="http://ga.gov.example:1/")
    DepartmentKey.objects.create(system=row, key_id="GA-1", secret=SECRET)
    system = system_of("GA")
    assert system is not None and system.is_listed
    listed.delete()
    assert ask() == Failure("address", False, 0)
