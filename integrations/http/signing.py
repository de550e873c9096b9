"""Signatures between the portal and a department: HMAC over the request, the same in both directions.

base64(HMAC(secret, METHOD \\n PATH \\n TIMESTAMP \\n NONCE \\n hex(sha256(body)))); HMAC-SHA256, or HMAC-SM3
(GM/T 0004) where the department is configured so. The algorithm is a property of the key, never a header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time

from integrations.http.systems import SigningKey, note_use

ALGORITHMS = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}
CLOCK_SKEW_S = 300


def canonical(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed; `path` as it stands in the request line."""
    return "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()]).encode()


def signature(key: SigningKey, message: bytes) -> str:
    """The signature of a canonical message, base64."""
    return base64.b64encode(hmac.digest(key.secret.encode(), message, ALGORITHMS[key.algorithm])).decode()


def signed_headers(key: SigningKey, method: str, path: str, body: bytes) -> dict[str, str]:
    """The four headers that prove a request of the portal; a new nonce each time."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    return {
        "X-Key-Id": key.key_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(key, canonical(method, path, timestamp, nonce, body)),
    }


def is_signed_by(key: SigningKey, message: bytes, claimed: str) -> bool:
    """Whether `claimed` is the key's signature of the message; compared in constant time."""
    is_ours = hmac.compare_digest(signature(key, message).encode(), claimed.encode("utf-8", "replace"))
    if is_ours:
        note_use(key.key_id)
    return is_ours


def is_timely(timestamp: str, *, now: float | None = None) -> bool:
    """Whether a timestamp (unix seconds) lies within five minutes of our clock."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - (time.time() if now is None else now)) <= CLOCK_SKEW_S
