"""A key is rotated while cases are in flight (F46): a department in a process of its own, nothing refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import RequestFactory

from cases.ports import Outcome, Parcel
from integrations.departments.gateway import HttpGateway
from integrations.http import systems
from integrations.incoming import Refusal, letter_of, verify
from integrations.models import DepartmentKey, DepartmentSystem
from integrations.systems import IssuedKey, revoke_key, rotate_key, try_connection
from portal.accounts.models import Account
from tests.factories.mock_process import MASTER_SECRET, MockProcess
from tests.integrations.mock_departments.process import Inbox, application, wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    made = Inbox()
    yield made
    made.close()


def connected(mock: MockProcess, settings: Any) -> DepartmentSystem:
    settings.MOCK_URL, settings.MOCK_MASTER_SECRET = mock.url, MASTER_SECRET
    call_command("connect_mock_departments", verbosity=0)
    systems.forget()
    return DepartmentSystem.objects.get(department="GA")


def file_five(inbox: Inbox) -> list[Outcome]:
    return list(HttpGateway().deliver([parcel(inbox) for _ in range(5)]))


def parcel(inbox: Inbox) -> Parcel:
    body = application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA"), fields={"child_name": "陈一诺"})
    key = str(uuid4())
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Parcel(uuid4(), "GA", "file", key, key, raw, UUID(body["sub_application_id"]), ask_first=False)


def told_by(inbox: Inbox, key_id: str) -> dict[str, Any]:
    """A callback signed under a key, as soon as one came."""
    found: dict[str, Any] = wait_until(
        lambda: next((post for post in inbox.posts if post["headers"].get("X-Key-Id") == key_id), None)
    )
    return found


def accept(post: dict[str, Any]) -> None:
    """The portal's own check of a callback. Raises Refusal."""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in post["headers"].items()}
    request = RequestFactory().post("/callbacks/GA", post["raw"], content_type="application/json", **headers)
    verify(letter_of(request), "GA")


def as_known_to_the_department(folder: Path, key: IssuedKey) -> str:
    listed = folder / "keys.json"
    listed.write_text(
        json.dumps({key.key_id: {"secret": key.secret, "algorithm": key.algorithm.removeprefix("hmac-")}})
    )
    return str(listed)


def test_nothing_is_refused_while_a_key_and_its_algorithm_are_exchanged(
    tmp_path: Path, settings: Any, inbox: Inbox, wang: Account
) -> None:
    mock = MockProcess(tmp_path)
    try:
        system = connected(mock, settings)
        mock.control("behaviour", dept="GA", accept_s=0, decide_s=0, decide="approve")
        outcomes = file_five(inbox)
        before = told_by(inbox, "GA-1")
        accept(before)

        issued = rotate_key(system, by=wang, overlap=timedelta(hours=24), algorithm="hmac-sm3")
        outcomes += file_five(inbox)  # the department does not know the new key yet
        accept(before)
    finally:
        mock.stop()

    mock = MockProcess(tmp_path, port=mock.port, MOCK_SECRETS_FILE=as_known_to_the_department(tmp_path, issued))
    try:
        mock.control("behaviour", dept="GA", accept_s=0, decide_s=0, decide="approve")
        found = systems.system_of("GA")
        assert found is not None and try_connection(found).is_good
        outcomes += file_five(inbox)
        accept(told_by(inbox, issued.key_id))
        accept(before)

        revoke_key(DepartmentKey.objects.get(key_id="GA-1"), by=wang, reason="轮换完成")
        outcomes += file_five(inbox)
        with pytest.raises(Refusal):
            accept(before)
    finally:
        mock.stop()
    assert [outcome.kind for outcome in outcomes] == ["done"] * 20
