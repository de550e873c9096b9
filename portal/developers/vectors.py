"""A worked signature, computed where it is shown, so that page and rule cannot part."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

SECRET = "example-secret-of-at-least-32-characters"
STAMP, NONCE = "1795226400", "00112233445566778899aabbccddeeff"
BODY = '{"contract":1,"sub_application_id":"3f2b8c1e-7a54-4d0e-9b1f-2c6d5e8a9f10"}'


@dataclass(frozen=True, slots=True)
class Worked:
    """One example: what is known to both, what is signed, and the signature by either algorithm."""

    secret: str
    body: str
    text: str
    by_sha256: str
    by_sm3: str


def worked() -> Worked:
    """The example of the guide: a POST to /applications."""
    text = "\n".join(["POST", "/applications", STAMP, NONCE, hashlib.sha256(BODY.encode()).hexdigest()])
    return Worked(SECRET, BODY, text, _signed(text, "sha256"), _signed(text, "sm3"))


def _signed(text: str, algorithm: str) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), algorithm)).decode()
