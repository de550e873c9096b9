from __future__ import annotations

import re
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiohttp import web
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.errors import NotReady
from integrations.http import Call, Reply, call_all, system_of, systems
from integrations.http.signing import canonical, is_signed_by
from integrations.models import DepartmentKey, DepartmentSystem, SystemRecord
from integrations.systems import issue_key, key_warnings, revoke_key, rotate_key
from portal.accounts.models import Account
from tests.factories.outside import Outside

DAY = timedelta(hours=24)


def configured() -> systems.System:
    found = system_of("GA")
    assert found is not None
    return found


def ask(outside: Outside) -> Reply:
    (ended,) = call_all([Call(configured(), "GET", "/applications/x", "test")], budget_s=5)
    assert isinstance(ended, Reply)
    return ended


def test_a_key_is_made_here_of_256_bits_and_its_secret_is_in_no_record(system: DepartmentSystem, wang: Account) -> None:
    issued = issue_key(system, by=wang)
    assert issued.key_id == "GA-2" and re.fullmatch("[0-9a-f]{64}", issued.secret)
    assert issued.secret in issued.as_file() and issued.secret not in repr(issued)
    (row,) = SystemRecord.objects.filter(kind="key.issued")
    assert row.by_id == wang.pk and issued.secret not in str(row.facts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM integrations_departmentkey WHERE key_id = 'GA-2'")
        assert issued.secret not in str(cursor.fetchone())


def test_while_rotating_both_keys_count_and_the_younger_signs(system: DepartmentSystem, wang: Account) -> None:
    issued = rotate_key(system, by=wang, overlap=DAY)
    assert [key.key_id for key in configured().signing_keys()] == ["GA-2", "GA-1"]
    assert len(configured().valid_keys()) == 2
    with time_machine.travel(timezone.now() + DAY + timedelta(seconds=5), tick=False):
        assert [key.key_id for key in configured().valid_keys()] == ["GA-2"]
    assert issued.algorithm == "hmac-sha256"


def test_a_change_of_algorithm_is_a_rotation_with_overlap_too(system: DepartmentSystem, wang: Account) -> None:
    rotate_key(system, by=wang, overlap=DAY, algorithm="hmac-sm3")
    assert [(key.key_id, key.algorithm) for key in configured().valid_keys()] == [
        ("GA-2", "hmac-sm3"),
        ("GA-1", "hmac-sha256"),
    ]


def test_a_rotation_never_prolongs_a_key_that_was_to_end_sooner(system: DepartmentSystem, wang: Account) -> None:
    soon = timezone.now() + timedelta(hours=1)
    DepartmentKey.objects.update(valid_to=soon)
    rotate_key(system, by=wang, overlap=DAY)
    assert DepartmentKey.objects.get(key_id="GA-1").valid_to == soon


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(days=31)])
def test_an_overlap_lies_between_nothing_and_thirty_days(
    system: DepartmentSystem, wang: Account, overlap: timedelta
) -> None:
    with pytest.raises(NotReady):
        rotate_key(system, by=wang, overlap=overlap)


def test_a_revoked_key_counts_nowhere_from_that_moment(system: DepartmentSystem, wang: Account) -> None:
    key = DepartmentKey.objects.get()
    with pytest.raises(NotReady):
        revoke_key(key, by=wang, reason=" ")
    assert revoke_key(key, by=wang, reason="疑似泄露") and not revoke_key(key, by=wang, reason="再一次")
    assert configured().valid_keys() == () and configured().signing_keys() == ()
    (row,) = SystemRecord.objects.filter(kind="key.revoked")
    assert row.facts == {"key_id": "GA-1", "reason": "疑似泄露"}


def test_a_department_that_does_not_know_the_new_key_yet_is_asked_under_the_old_one(
    outside: Outside, wang: Account
) -> None:
    """F46: nothing is refused while the other side puts the new key in."""
    system = outside.system("GA")

    async def knows_the_old_one(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, status=404 if request.headers["X-Key-Id"] == "GA-1" else 401)

    outside.handler = knows_the_old_one
    rotate_key(system, by=wang, overlap=DAY)
    assert ask(outside).status == 404
    assert [seen.headers["X-Key-Id"] for seen in outside.seen] == ["GA-2", "GA-1"]
    assert outside.seen[0].headers["X-Nonce"] != outside.seen[1].headers["X-Nonce"]


def test_a_department_that_knows_the_new_key_is_asked_once(outside: Outside, wang: Account) -> None:
    system = outside.system("GA")
    outside.answer(404, {})
    issued = rotate_key(system, by=wang, overlap=DAY, algorithm="hmac-sm3")
    ask(outside)
    (seen,) = outside.seen
    message = canonical("GET", seen.path, seen.headers["X-Timestamp"], seen.headers["X-Nonce"], b"")
    (younger, _) = configured().signing_keys()
    assert seen.headers["X-Key-Id"] == issued.key_id and is_signed_by(younger, message, seen.headers["X-Signature"])


def test_who_refuses_every_key_is_told_so_and_not_asked_for_ever(outside: Outside, wang: Account) -> None:
    system = outside.system("GA")
    outside.answer(401, {})
    rotate_key(system, by=wang, overlap=DAY)
    assert ask(outside).status == 401 and len(outside.seen) == 2


@pytest.mark.django_db(transaction=True)
def test_the_last_use_of_a_key_is_written_now_and_then_and_never_at_each_call(outside: Outside) -> None:
    outside.system("GA")
    outside.answer(404, {})
    used = configured()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            call_all([Call(used, "GET", "/applications/x", "test")], budget_s=5)
    assert len(queries) == 0
    systems.forget()
    configured()
    first = DepartmentKey.objects.get().last_used_at
    assert first is not None
    systems.note_use("GA-1")
    systems.write_uses()
    assert DepartmentKey.objects.get().last_used_at == first


def test_keys_that_end_soon_or_are_missing_are_told_in_time(system: DepartmentSystem, wang: Account) -> None:
    assert key_warnings() == ()
    DepartmentKey.objects.update(valid_to=timezone.now() + timedelta(days=3))
    (warning,) = key_warnings()
    assert warning.kind == "ending" and "GA" in warning.sentence
    rotate_key(system, by=wang, overlap=DAY)
    assert key_warnings() == ()
    for key in DepartmentKey.objects.all():
        revoke_key(key, by=wang, reason="演练")
    (warning,) = key_warnings()
    assert warning.kind == "none" and "没有有效密钥" in warning.sentence


def test_health_rings_for_a_key_that_ends_and_falls_silent_when_it_is_rotated(
    client: Client, system: DepartmentSystem, wang: Account
) -> None:
    """D27: each alarm has a test that makes it ring."""
    DepartmentKey.objects.update(valid_to=timezone.now() + timedelta(days=3))
    ringing = client.get("/healthz").json()
    assert "keys_ending" in ringing["alarms"] and ringing["ok"] is False
    rotate_key(system, by=wang, overlap=DAY)
    assert "keys_ending" not in client.get("/healthz").json()["alarms"]


def test_records_are_never_changed(system: DepartmentSystem, wang: Account) -> None:
    issue_key(system, by=wang)
    with pytest.raises(DatabaseError):
        SystemRecord.objects.update(kind="other")


def run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("department_keys", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_issues_rotates_lists_and_revokes(system: DepartmentSystem, wang: Account, tmp_path: Path) -> None:
    said, warned = run("issue", "GA", "--by", "wang", "--days", "90")
    assert "key_id=GA-2" in said and "secret=" in said and "只显示这一次" in warned
    target = tmp_path / "GA-3.key"
    said, _ = run("rotate", "GA", "--by", "wang", "--overlap", "48", "--algorithm", "hmac-sm3", "--out", str(target))
    assert "secret" not in said and "algorithm=hmac-sm3" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    run("revoke", "GA-2", "--by", "wang", "--reason", "不用了")
    listed, _ = run("list")
    assert [line.split("\t")[1:4] for line in listed.splitlines()] == [
        ["GA-3", "hmac-sm3", "有效"],
        ["GA-2", "hmac-sha256", "已作废"],
        ["GA-1", "hmac-sha256", "有效"],
    ]
    assert set(SystemRecord.objects.values_list("by__username", flat=True)) == {"wang"}


@pytest.mark.parametrize(
    "words",
    [
        ["issue", "GA", "--by", "nobody"],
        ["issue", "XX", "--by", "wang"],
        ["revoke", "XX-9", "--by", "wang", "--reason", "x"],
        ["issue", "GA", "--by", "wang", "--address", "http://127.0.0.9/elsewhere"],
    ],
)
def test_the_command_refuses_what_cannot_be(system: DepartmentSystem, wang: Account, words: Any) -> None:
    with pytest.raises(CommandError):
        run(*words)
    assert DepartmentKey.objects.count() == 1


class TakenMeanwhile(set[str]):
    """Keys of which another thread takes some between the count and the taking."""

    def __len__(self) -> int:
        return super().__len__() + 2


@pytest.mark.django_db(transaction=True)
def test_a_callback_does_not_fail_because_another_one_wrote_the_uses_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by the soak: two callbacks of one moment, one of them answered 500."""
    monkeypatch.setattr(systems, "_used", TakenMeanwhile({"GA-1"}))
    systems.write_uses()
    assert not list(systems._used)
