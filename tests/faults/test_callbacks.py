"""What departments tell twice counts once; what somebody else tells in their name counts for nothing."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from integrations.mock_departments.signing import Key, Keyring, signed_headers
from tests.factories.mock_process import MASTER_SECRET
from tests.factories.stack import Stack, wait_for
from tests.faults.checker import HONEST, Seen, faults_in
from tests.faults.newborns import Newborns

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

HOSTILE = ("forged", "tamper", "cross_dept", "unknown_case", "garbage_body", "replay_old")
UNDECIDED_S = 6.0


@pytest.mark.faults_wide
def test_callbacks_told_again_or_in_somebody_elses_name_change_nothing(stack: Stack, newborns: Newborns) -> None:
    stack.mock.control("behaviour", faults=dict.fromkeys(HOSTILE, True) | {"duplicate": 2})
    cases = newborns.file(1)
    newborns.wait_until_closed(cases)
    seen = newborns.seen(cases)
    assert faults_in(seen) == []
    callbacks, kinds = _callbacks(seen)
    assert {kind: n for kind, n in kinds.items() if kind not in HONEST} == dict.fromkeys(HOSTILE, callbacks)
    assert kinds["duplicate"] == 2 * callbacks > 0


def test_a_department_cannot_decide_for_another(stack: Stack, newborns: Newborns) -> None:
    stack.mock.control("behaviour", item="BIRTH_CERT", decide_s=UNDECIDED_S)
    (case,) = newborns.file(1)
    item = wait_for(lambda: _with_receipt(newborns.item(case, "BIRTH_CERT")), 60, stack.what_it_said)
    approval = _approval(stack, item)

    assert _post(stack, "WJ", approval, key=_key("SJ")) == 401
    assert _post(stack, "WJ", approval, key=replace(_key("WJ"), secret="guessed")) == 401
    assert _post(stack, "WJ", approval, key=_key("WJ"), signing=approval | {"result": {}}) == 401
    assert _post(stack, "SJ", approval | {"dept": "SJ"}, key=_key("SJ")) == 404
    assert newborns.item(case, "BIRTH_CERT")["state"] != "approved"

    newborns.wait_until_closed([case])
    assert _post(stack, "WJ", approval, key=_key("WJ")) == 200, "it was refused above for another reason than its key"
    assert faults_in(newborns.seen([case])) == []


def _callbacks(seen: Seen) -> tuple[int, Counter[str]]:
    """How many there were, and how often each kind was posted."""
    callbacks = [callback for row in seen.applications for callback in row["callbacks"]]
    return len(callbacks), Counter(attempt["kind"] for callback in callbacks for attempt in callback["attempts"])


def _with_receipt(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return item if item["receipt_no"] else None


def _approval(stack: Stack, item: Mapping[str, Any]) -> dict[str, Any]:
    """What the birth registry would say if it approved, with everything right that an insider elsewhere may know."""
    (filed,) = stack.mock.get(f"/_control/record?dept=WJ&key={item['sub_id']}")["applications"]
    return {
        "event_id": uuid4().hex,
        "dept": "WJ",
        "receipt_no": filed["receipt_no"],
        "sub_application_id": filed["sub_id"],
        "idempotency_key": filed["key"],
        "status": "approved",
        "seq": 9,
        "result": {"cert_no": "R350000999"},
        "reasons": [],
    }


def _key(department: str) -> Key:
    return Keyring(MASTER_SECRET).own(department)


def _post(
    stack: Stack, department: str, said: Mapping[str, Any], *, key: Key, signing: Mapping[str, Any] | None = None
) -> int:
    """Post a callback signed with a key, over other words where `signing` has them; the portal's status."""
    path, body = f"/callbacks/{department}", json.dumps(said).encode()
    signature = signed_headers(key, path, json.dumps(signing or said).encode(), at=time.time())
    headers = {"X-Dept-Id": department, "X-Event-Id": said["event_id"], "Content-Type": "application/json", **signature}
    request = urllib.request.Request(f"{stack.base_url}{path}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
