"""What a card reader says: one line, signed with the key of its terminal, good once and for two minutes.

    KC1.<base64url of {"id_no", "name", "at", "nonce", "face"}>.<base64url of HMAC-SHA256 over "KC1.<first part>">

`at`: seconds since 1970; `face`: whether the device compared the person with the photograph on the card (人证比对).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from cases.errors import CaseError
from portal.kiosk.models import CardRead, Terminal

MARK = "KC1"
GOOD_FOR_S = 120
LONGEST = 2000
AGAIN = "没有读到身份证，请拿起来再放一次"


@dataclass(frozen=True, slots=True)
class Card:
    """Who lies on the reader."""

    id_no: str
    name: str
    is_compared: bool


def read(terminal: Terminal, line: str) -> Card:
    """The card behind a line of the reader. Raises CaseError for one that is unsigned, old, or was used before."""
    said = _signed(terminal, line)
    try:
        card = Card(str(said["id_no"]).strip().upper(), str(said["name"]).strip(), said.get("face") is True)
        at, nonce = float(said["at"]), str(said["nonce"])
    except (KeyError, TypeError, ValueError) as error:
        raise CaseError(AGAIN) from error
    if not card.id_no or not card.name or not 8 <= len(nonce) <= 64 or abs(time.time() - at) > GOOD_FOR_S:
        raise CaseError(AGAIN)
    _use_once(terminal, nonce)
    return card


def line_of(key: str, *, id_no: str, name: str, is_compared: bool) -> str:
    """What a reader would say now: for the reader of the demonstration, and as the example of the format."""
    said = {"id_no": id_no, "name": name, "at": int(time.time()), "nonce": secrets.token_hex(16), "face": is_compared}
    body = f"{MARK}.{_encoded(json.dumps(said, ensure_ascii=False).encode())}"
    return f"{body}.{_encoded(_signature(key, body))}"


def _signed(terminal: Terminal, line: str) -> dict[str, Any]:
    body, _dot, signature = line.strip().rpartition(".")
    mark, _dot, packed = body.partition(".")
    if not terminal.reader_key or len(line) > LONGEST or mark != MARK:
        raise CaseError(AGAIN)
    try:
        is_right = hmac.compare_digest(_signature(terminal.reader_key, body), _decoded(signature))
        said = json.loads(_decoded(packed)) if is_right else None
    except (binascii.Error, ValueError) as error:
        raise CaseError(AGAIN) from error
    if not isinstance(said, dict):
        raise CaseError(AGAIN)
    return said


def _use_once(terminal: Terminal, nonce: str) -> None:
    try:
        with transaction.atomic():
            CardRead.objects.create(terminal=terminal, nonce=nonce)
    except IntegrityError as error:
        raise CaseError(AGAIN) from error


def _signature(key: str, body: str) -> bytes:
    return hmac.new(base64.b64decode(key), body.encode(), sha256).digest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
