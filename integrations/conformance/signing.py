"""The signature of the contract, as the kit makes and judges it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

ALGORITHMS = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}
WINDOW_S = 300


@dataclass(frozen=True, slots=True)
class Key:
    """A secret shared with the department."""

    key_id: str
    secret: bytes = field(repr=False)
    algorithm: str = "hmac-sha256"


def canonical(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed: five lines, none at the end; `path` as it stands in the request line."""
    return "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()]).encode()


def signature(key: Key, message: bytes) -> str:
    """The signature of a canonical message, base64."""
    return base64.b64encode(hmac.digest(key.secret, message, ALGORITHMS[key.algorithm])).decode()


def signed_headers(key: Key, method: str, path: str, body: bytes, *, age_s: float = 0) -> dict[str, str]:
    """The four headers of a request; `age_s` makes it look as if it had been signed so long ago."""
    timestamp, nonce = str(int(time.time() - age_s)), secrets.token_hex(16)
    return {
        "X-Key-Id": key.key_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(key, canonical(method, path, timestamp, nonce, body)),
    }


def is_signed(key: Key, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the headers prove that the holder of the key sent exactly this."""
    stamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
    right = signature(key, canonical(method, path, stamp, nonce, body))
    return hmac.compare_digest(right.encode(), headers.get("x-signature", "").encode("utf-8", "replace"))


def is_timely(stamp: str) -> bool:
    """Whether unix seconds lie within five minutes of this clock."""
    return stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and abs(time.time() - int(stamp)) <= WINDOW_S
