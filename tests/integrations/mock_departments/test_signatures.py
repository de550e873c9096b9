"""Only the holder of a department's key is heard, and only once."""

from __future__ import annotations

import base64
import hmac
import json
import time
from pathlib import Path

import pytest

from integrations.mock_departments.signing import Keyring, canonical, sign

from .process import Departments, Inbox, Reply, application, signed, wait_until

PATH, BODY = "/departments/GA/interfaces/CRIME_CHECK", b'{"inputs": {"id_no": "350203199403186286"}, "consent_id": "c"}'


def post(departments: Departments, headers: dict[str, str], body: bytes = BODY) -> Reply:
    return departments.plain("POST", PATH, body, headers)


def test_a_signed_request_is_heard(departments: Departments) -> None:
    assert post(departments, signed("GA", "POST", PATH, BODY)).status == 200


@pytest.mark.parametrize("missing", ["X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature"])
def test_a_request_without_one_of_the_four_headers_is_refused(departments: Departments, missing: str) -> None:
    headers = signed("GA", "POST", PATH, BODY)
    del headers[missing]
    assert post(departments, headers).status == 401


def test_a_changed_body_is_refused(departments: Departments) -> None:
    assert post(departments, signed("GA", "POST", PATH, BODY), BODY + b" ").status == 401


def test_another_departments_key_is_refused(departments: Departments) -> None:
    assert post(departments, signed("GA", "POST", PATH, BODY, key_of="MZ")).status == 401


@pytest.mark.parametrize("off_s", [-400, 400])
def test_a_timestamp_outside_five_minutes_is_refused(departments: Departments, off_s: float) -> None:
    assert post(departments, signed("GA", "POST", PATH, BODY, at=time.time() + off_s)).status == 401


def test_a_nonce_is_good_once(departments: Departments) -> None:
    headers = signed("GA", "POST", PATH, BODY)
    assert [post(departments, headers).status for _ in range(2)] == [200, 401]


def test_callbacks_carry_the_signature_of_their_own_department(departments: Departments, inbox: Inbox) -> None:
    departments.file("GA", application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA")), "signed")
    inbox.wait_for("signed", "approved")
    for post_ in inbox.posts:
        assert post_["genuine"]
        assert post_["headers"]["X-Dept-Id"] == "GA"
        assert post_["headers"]["X-Event-Id"] == post_["event"]["event_id"]


def test_listed_keys_stand_beside_the_derived_ones_and_sign_what_goes_out(tmp_path: Path) -> None:
    listed = tmp_path / "secrets.json"
    listed.write_text(json.dumps({"GA-2": "new secret", "RS-1": {"secret": "national", "algorithm": "sm3"}}))
    ring = Keyring("master", listed)
    assert [key.key_id for key in (ring.key("GA-1"), ring.key("GA-2")) if key] == ["GA-1", "GA-2"]
    assert ring.own("GA").secret == "new secret"
    assert ring.own("MZ").key_id == "MZ-1"
    assert ring.key("MZ-2") is None
    text = canonical("POST", "/callbacks/RS", "1", "n", b"{}")
    assert sign(ring.own("RS"), text) == base64.b64encode(hmac.digest(b"national", text, "sm3")).decode()


def test_a_key_is_rotated_while_the_process_runs(own: Departments, inbox: Inbox) -> None:
    own.control("keys", {"GA-2": "the new secret of the police, long enough"})
    own.control("behaviour", {"accept_s": 0, "decide_s": 0})
    assert own.send("GA", "GET", "applications/x").status == 404  # the old key still holds
    own.file("GA", application("XSECS", "HUKOU", "hukou_birth", callback_url=inbox.url("GA")), "rotated")
    wait_until(lambda: inbox.posts)
    assert inbox.posts[0]["headers"]["X-Key-Id"] == "GA-2"
    own.control("keys", {"GA-1": None})
    assert own.send("GA", "GET", "applications/x").status == 401
    own.kill()
    own.start()
    assert own.send("GA", "GET", "applications/x").status == 401
    assert own.plain("POST", "/_control/keys", b'{"GA-3": 5}').status == 400
