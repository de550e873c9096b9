"""Hostile callbacks, to see that the portal refuses them: forged, tampered with, foreign, about nobody, garbage."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from .signing import Keyring, signed_headers
from .store import Row

Post = tuple[str, dict[str, str], bytes]


def hostile_posts(keyring: Keyring, row: Row) -> Iterator[Post]:
    """The hostile posts that a callback's faults ask for: kind, headers, body."""
    tricks = set(row["trick"].split(","))
    path, own = urlsplit(row["url"]).path, keyring.own(row["dept"])
    if "forged" in tricks:
        body = _altered(row, event_id=str(uuid.uuid4()), status="approved", result={"forged": True})
        yield "forged", _headers(row, body, signed_headers(replace(own, secret="not the secret"), path, body)), body
    if "tamper" in tricks:
        body = _altered(row, result={"tampered": True})
        yield "tamper", _headers(row, body, signed_headers(own, path, row["body"])), body
    if "cross_dept" in tricks:
        other = keyring.own("SJ" if row["dept"] != "SJ" else "GA")
        body = _altered(row, event_id=str(uuid.uuid4()))
        yield "cross_dept", _headers(row, body, signed_headers(other, path, body)), body
    if "unknown_case" in tricks:
        body = _altered(
            row, event_id=str(uuid.uuid4()), sub_application_id=str(uuid.uuid4()), idempotency_key=str(uuid.uuid4())
        )
        yield "unknown_case", _headers(row, body, signed_headers(own, path, body)), body
    if "garbage_body" in tricks:
        body = b'{"event_id": '
        yield "garbage_body", _headers(row, body, signed_headers(own, path, body), event_id=str(uuid.uuid4())), body


def _altered(row: Row, **changes: object) -> bytes:
    return json.dumps(json.loads(row["body"]) | changes, ensure_ascii=False).encode()


def _headers(row: Row, body: bytes, signature: dict[str, str], event_id: str = "") -> dict[str, str]:
    event_id = event_id or json.loads(body)["event_id"]
    return {"X-Dept-Id": row["dept"], "X-Event-Id": event_id, "Content-Type": "application/json", **signature}
