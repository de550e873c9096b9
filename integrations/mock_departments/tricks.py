"""Hostile callbacks, which the portal must refuse: forged, tampered with, foreign, stale, about nobody, garbage."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from .signing import Key, Keyring, signed_headers
from .store import Row

Post = tuple[str, dict[str, str], bytes]
STALE_BY_S, DEEP, BIG_BYTES = 3600.0, 100_000, 2 * 1024 * 1024
SIGNATURE = ("X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature")


def hostile_posts(keyring: Keyring, row: Row, at: float) -> Iterator[Post]:
    """The hostile posts that a callback's faults ask for: kind, headers, body; `at` is the department's own time."""
    wanted = row["trick"].split(",")
    for name, make in _TRICKS.items():
        if name in wanted:
            headers, body = make(_Hand(keyring, row, at))
            yield name, headers, body


def with_other_words(row: Row) -> bytes:
    """The same event with another decision in it."""
    return _Hand.altered(row, status="rejected", result={}, reasons=[])


class _Hand:
    """Somebody who writes a callback for an application, with whatever key is at hand."""

    def __init__(self, keyring: Keyring, row: Row, at: float) -> None:
        self.keyring, self.row, self.at = keyring, row, at
        self.own = keyring.own(row["dept"])

    @staticmethod
    def altered(row: Row, **changes: object) -> bytes:
        return json.dumps(json.loads(row["body"]) | changes, ensure_ascii=False).encode()

    def new(self, **changes: object) -> bytes:
        """The event's body under an id that was never used."""
        return self.altered(self.row, event_id=str(uuid.uuid4()), **changes)

    def post(
        self, body: bytes, key: Key, *, signed: bytes | None = None, late_by_s: float = 0
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body; the signature is over `signed` where that is another body."""
        path = urlsplit(self.row["url"]).path
        signature = signed_headers(key, path, body if signed is None else signed, at=self.at - late_by_s)
        try:
            event_id = json.loads(body)["event_id"]
        except (KeyError, RecursionError, TypeError, ValueError):
            event_id = str(uuid.uuid4())
        headers = {"X-Dept-Id": self.row["dept"], "X-Event-Id": event_id, "Content-Type": "application/json"}
        return headers | signature, body


def _forged(hand: _Hand) -> tuple[dict[str, str], bytes]:
    body = hand.new(status="approved", result={"forged": True})
    return hand.post(body, replace(hand.own, secret="not the secret"))


def _tampered(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(hand.altered(hand.row, result={"tampered": True}), hand.own, signed=hand.row["body"])


def _of_another_department(hand: _Hand) -> tuple[dict[str, str], bytes]:
    other = hand.keyring.own("SJ" if hand.row["dept"] != "SJ" else "GA")
    return hand.post(hand.new(), other)


def _about_nobody(hand: _Hand) -> tuple[dict[str, str], bytes]:
    body = hand.new(sub_application_id=str(uuid.uuid4()), idempotency_key=str(uuid.uuid4()))
    return hand.post(body, hand.own)


def _with_an_unknown_key(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(hand.new(), replace(hand.own, key_id=f"{hand.row['dept']}-99"))


def _unsigned(hand: _Hand) -> tuple[dict[str, str], bytes]:
    headers, body = hand.post(hand.new(), hand.own)
    return {name: value for name, value in headers.items() if name not in SIGNATURE}, body


def _stale(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(hand.new(), hand.own, late_by_s=STALE_BY_S)


def _garbage(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(b'{"event_id": ', hand.own)


def _too_deep(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(b"[" * DEEP + b"]" * DEEP, hand.own)


def _too_big(hand: _Hand) -> tuple[dict[str, str], bytes]:
    return hand.post(b'{"status": "' + b"x" * BIG_BYTES + b'"}', hand.own)


_TRICKS: dict[str, Callable[[_Hand], tuple[dict[str, str], bytes]]] = {
    "forged": _forged,
    "tamper": _tampered,
    "cross_dept": _of_another_department,
    "unknown_case": _about_nobody,
    "unknown_key": _with_an_unknown_key,
    "stripped": _unsigned,
    "stale": _stale,
    "garbage_body": _garbage,
    "deep_body": _too_deep,
    "big_body": _too_big,
}
