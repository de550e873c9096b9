from __future__ import annotations

import base64
import hashlib
import hmac
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.http import SigningKey
from integrations.http.signing import canonical, is_signed_by, is_timely, signature, signed_headers


def key(algorithm: str = "hmac-sha256", secret: str = "s3cret") -> SigningKey:
    return SigningKey("GA-1", secret, algorithm, timezone.now() - timedelta(days=1), None, None)


def test_the_signature_is_the_one_the_contract_describes() -> None:
    text = f"POST\n/callbacks/GA\n1700000000\nn0\n{hashlib.sha256(b'{}').hexdigest()}"
    by_hand = base64.b64encode(hmac.new(b"s3cret", text.encode(), "sha256").digest()).decode()
    assert signature(key(), canonical("POST", "/callbacks/GA", "1700000000", "n0", b"{}")) == by_hand


def test_a_department_configured_for_sm3_signs_with_sm3() -> None:
    message = canonical("GET", "/x", "1", "n", b"")
    assert (
        signature(key("hmac-sm3"), message) == base64.b64encode(hmac.new(b"s3cret", message, "sm3").digest()).decode()
    )
    assert not is_signed_by(key("hmac-sm3"), message, signature(key("hmac-sha256"), message))


def test_sm3_is_the_real_one() -> None:
    assert hashlib.new("sm3", b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize("part", ["method", "path", "timestamp", "nonce", "body"])
def test_changing_any_part_breaks_the_signature(part: str) -> None:
    parts = {"method": "POST", "path": "/a", "timestamp": "1", "nonce": "n", "body": b"{}"}
    signed = signature(key(), canonical(**parts))  # type: ignore[arg-type]
    parts[part] = b"{ }" if part == "body" else f"{parts[part]!s}1"
    assert not is_signed_by(key(), canonical(**parts), signed)  # type: ignore[arg-type]


@pytest.mark.parametrize("claimed", ["", "x", "ü", "=" * 10_000])
def test_nonsense_is_no_signature(claimed: str) -> None:
    assert not is_signed_by(key(), b"message", claimed)


def test_every_request_has_a_nonce_of_its_own() -> None:
    first, second = (signed_headers(key(), "GET", "/", b"")["X-Nonce"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("offset", "timely"), [(0, True), (299, True), (-299, True), (302, False), (-302, False), (10**6, False)]
)
def test_a_timestamp_counts_within_five_minutes_of_our_clock(offset: int, timely: bool) -> None:
    assert is_timely(str(int(time.time()) + offset)) is timely


@pytest.mark.parametrize("text", ["", "abc", "-5", "1e9", "１７００００００００", "9" * 40, "1700000000.5"])
def test_what_is_not_unix_seconds_is_not_timely(text: str) -> None:
    assert not is_timely(text)


def test_a_key_counts_from_its_first_moment_to_its_last_and_never_once_revoked() -> None:
    now = timezone.now()
    day = timedelta(days=1)

    def valid(valid_from: object, valid_to: object = None, revoked_at: object = None) -> bool:
        return SigningKey("k", "s", "hmac-sha256", valid_from, valid_to, revoked_at).is_valid(now)  # type: ignore[arg-type]

    assert valid(now - day) and valid(now) and valid(now - day, now + day)
    assert not valid(now + day)
    assert not valid(now - day, now)
    assert not valid(now - day, None, now - day)


def test_a_secret_does_not_show_in_a_repr() -> None:
    assert "s3cret" not in repr(key())
