"""Well over a thousand hostile callbacks through the real door: none is taken, none ends in a 5xx, nothing changes."""

from __future__ import annotations

import hashlib
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from cases.models import SubApplication
from cases.states import SubState
from integrations.http import systems
from integrations.models import DepartmentKey, DepartmentSystem
from tests.contracts.hostile import KINDS, Attempt, Forge, attempts
from tests.integrations.departments.conftest import filed

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

SEED = int(os.environ.get("HOSTILE_SEED", "20261121"))
SECRETS = {
    "GA": ("GA-1", "the-valid-secret-of-the-police-department"),
    "WJ": ("WJ-1", "the-valid-secret-of-the-health-commission"),
    "revoked": ("GA-0", "a-secret-of-the-police-that-was-revoked-1"),
    "ended": ("GA-00", "a-secret-of-the-police-that-ended-long-ago"),
    "early": ("GA-2", "a-secret-of-the-police-that-counts-tomorrow"),
}


@pytest.fixture
def forge() -> Iterator[Forge]:
    """Two departments with their keys, and a filing at each of them."""
    day, now = timedelta(days=1), timezone.now()
    for code in ("GA", "WJ"):
        system = DepartmentSystem.objects.create(department=code, base_url=f"http://127.0.0.1:1/departments/{code}")
        key_id, secret = SECRETS[code]
        DepartmentKey.objects.create(system=system, key_id=key_id, secret=secret)
        if code == "GA":
            _old_key(system, "revoked", valid_from=now - 9 * day, revoked_at=now - day)
            _old_key(system, "ended", valid_from=now - 9 * day, valid_to=now - day)
            _old_key(system, "early", valid_from=now + day)
    systems.forget()
    mine, foreign = filed("GA", "HUKOU"), filed("WJ", "CARE_REG")
    yield Forge(random.Random(SEED), mine.pk, foreign.pk, SECRETS)
    systems.forget()


def _old_key(system: DepartmentSystem, name: str, **when: object) -> None:
    key_id, secret = SECRETS[name]
    DepartmentKey.objects.create(system=system, key_id=key_id, secret=secret, **when)


def sent(attempt: Attempt, client: Client) -> int:
    headers = {name: value for name, value in attempt.headers.items() if name != "Content-Type"}
    content_type = attempt.headers.get("Content-Type", "application/json")
    answer = client.generic(attempt.method, attempt.path, attempt.body, content_type=content_type, headers=headers)
    return int(answer.status_code)


def everything() -> dict[str, str]:
    """A fingerprint of each table that a callback could touch; nonces aside, which are spent by being seen."""
    kept = [m for m in apps.get_models() if m._meta.app_label in {"cases", "integrations"} and m.__name__ != "Nonce"]
    return {model.__name__: _fingerprint(model) for model in kept if model._meta.managed}


def _fingerprint(model: type) -> str:
    rows = sorted(map(repr, model._default_manager.values_list()))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_of_a_thousand_hostile_callbacks_none_is_taken_and_none_ends_in_a_5xx(forge: Forge) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    forge.taken = forge.honest(status="received", seq=1)
    assert sent(forge.taken, client) == 200, "the door is not even open to who has the key"
    before, answered = everything(), Counter[tuple[str, int]]()
    for name, attempt in attempts(forge):
        answered[name, sent(attempt, client)] += 1
    _print(answered)
    assert sum(answered.values()) >= 1000
    assert {status for _, status in answered} <= {400, 401, 403, 404, 405, 413}, answered
    assert everything() == before
    assert sent(forge.honest(status="accepted", seq=10), client) == 200, "the door is shut to who has the key"


def test_every_kind_is_refused_for_its_own_reason(forge: Forge) -> None:
    """Who cannot sign is told 401 and nothing more; who can is told what is wrong."""
    client = Client(raise_request_exception=False)
    forge.taken = forge.honest(status="received", seq=1)
    assert sent(forge.taken, client) == 200
    seen: dict[str, set[int]] = {}
    for name, attempt in attempts(forge):
        seen.setdefault(name, set()).add(sent(attempt, client))
    unsigned = {"forged", "guessed", "tampered_body", "replayed", "nonce_with_a_new_body", "out_of_time"}
    unsigned |= {"signed_by_another", "ended_key", "another_algorithm", "signed_otherwise", "written_anew"}
    assert {name: seen[name] for name in unsigned} == {name: {401} for name in unsigned}
    assert seen["nobodys_case"] == seen["another_departments_case"] == {404}
    out_of_contract = {"garbage", "deep", "huge", "key_twice", "wrong_values"}
    assert {name: seen[name] for name in out_of_contract} == {name: {400} for name in out_of_contract}
    assert seen["another_method"] == {405}
    assert set(seen) == set(KINDS)


@pytest.mark.parametrize(
    "lines",
    [
        ["X-Nonce: one", "X-Nonce: two"],
        ["Content-Length: 5", "Content-Length: 500"],
        ["Content-Length: -1"],
        ["Content-Length: 99999999999999999999"],
        ["Content-Length: x"],
        ["Transfer-Encoding: chunked"],
        ["X-Signature: \x01\x02"],
        ["X-Dept-Id: \xff\xfe"],
    ],
    ids=lambda lines: lines[0].encode("unicode_escape").decode(),
)
def test_what_no_client_library_would_send_ends_in_no_5xx(forge: Forge, door: str, lines: list[str]) -> None:
    """Raw lines to a real server: doubled headers, lengths that lie, bytes that are no text."""
    attempt = forge.honest()
    named = {line.partition(":")[0] for line in lines}
    headers = [f"{name}: {value}" for name, value in attempt.headers.items() if name not in named]
    length = [] if named & {"Content-Length", "Transfer-Encoding"} else [f"Content-Length: {len(attempt.body)}"]
    head = "\r\n".join(
        [f"POST {attempt.path} HTTP/1.1", "Host: portal", "Connection: close", *headers, *length, *lines]
    )
    status = _raw(door, head.encode("latin-1") + b"\r\n\r\n" + attempt.body)
    assert status in {0, 400, 401, 411, 413}, status
    assert SubApplication.objects.get(pk=forge.target).state == SubState.DISPATCHED


def _raw(door: str, message: bytes) -> int:
    """The status of an answer; 0 where the server hung up or waited for more."""
    parts = urlsplit(door)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=3) as line:
        line.sendall(message)
        line.shutdown(socket.SHUT_WR)
        try:
            said = line.recv(4096)
        except (TimeoutError, ConnectionResetError):
            return 0
    return int(said.split()[1]) if said.startswith(b"HTTP/") else 0


def _print(answered: Counter[tuple[str, int]]) -> None:
    print(f"\nhostile callbacks, seed {SEED}: {sum(answered.values())} sent")
    for name in KINDS:
        counts = {status: n for (one, status), n in answered.items() if one == name}
        print(f"  {name:<26} {', '.join(f'{n} × {status}' for status, n in sorted(counts.items()))}")
