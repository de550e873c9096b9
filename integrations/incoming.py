"""What comes in from outside: read within bounds, signed by a valid key of its sender, just now, for the first time."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils import timezone

from integrations.http import system_of
from integrations.http.signing import canonical, is_signed_by, is_timely
from integrations.models import Nonce

MAX_BODY = 1024 * 1024
# Kept with the message: what is needed to check the signature again.
EVIDENCE = ("X-Dept-Id", "X-Event-Id", "X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature")
KEPT = timedelta(hours=24)
TIDY_EVERY_S = 600.0

_tidied = 0.0


class Refusal(Exception):
    """A message that is not taken: the status for the sender, the reason for our log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def body_of(request: HttpRequest) -> bytes:
    """The body, of a size that is allowed. Raises Refusal."""
    claimed = request.headers.get("Content-Length", "")
    if claimed and (not claimed.isdecimal() or len(claimed) > 9 or int(claimed) > MAX_BODY):
        raise Refusal(400, "length")
    try:
        body = request.body
    except UnreadablePostError as error:
        raise Refusal(400, "cut off") from error
    if len(body) > MAX_BODY:
        raise Refusal(400, "too large")
    return body


def verify(request: HttpRequest, sender: str, body: bytes) -> None:
    """Make sure that a valid key of the sender has signed exactly this, now. Raises Refusal."""
    said = {name: request.headers.get(name, "") for name in EVIDENCE}
    if said["X-Dept-Id"] != sender or not all(said[name] for name in ("X-Timestamp", "X-Nonce", "X-Signature")):
        raise Refusal(401, "headers")
    if not is_timely(said["X-Timestamp"]):
        raise Refusal(401, "timestamp")
    if len(said["X-Nonce"]) > 128 or not (said["X-Nonce"].isascii() and said["X-Nonce"].isprintable()):
        raise Refusal(401, "nonce")
    message = canonical("POST", _raw_path(request), said["X-Timestamp"], said["X-Nonce"], body)
    system = system_of(sender)
    keys = [key for key in system.valid_keys() if said["X-Key-Id"] in {"", key.key_id}] if system else []
    if not any(is_signed_by(key, message, said["X-Signature"]) for key in keys):
        raise Refusal(401, "signature" if keys else "key")


def event_id_of(request: HttpRequest) -> str:
    """The sender's own id of the event, repeated on a retry. Raises Refusal."""
    event_id = request.headers.get("X-Event-Id", "")
    if not 0 < len(event_id) <= 100 or not event_id.isprintable():
        raise Refusal(400, "event id")
    return event_id


def evidence_of(request: HttpRequest) -> dict[str, str]:
    return {name: request.headers.get(name, "") for name in EVIDENCE}


def first_use_of_nonce(sender: str, nonce: str) -> bool:
    """Remember a nonce in the running transaction; False when it was used before. Rolled back, it may come again.

    Each counts once in 24 hours, whichever process it reaches.
    """
    _forget_old()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_nonce (department, nonce, seen_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [sender, nonce, timezone.now()],
        )
        return bool(cursor.rowcount)


def _raw_path(request: HttpRequest) -> str:
    """The path as signed. Codes of senders are plain letters and digits, so nothing in it is ever escaped."""
    return request.path


def _forget_old() -> None:
    """Delete what is past its time, now and then: the messages themselves drive it, no clock is needed."""
    global _tidied
    if time.monotonic() - _tidied < TIDY_EVERY_S:
        return
    _tidied = time.monotonic()
    Nonce.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
