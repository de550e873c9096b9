"""What comes in from outside: read within bounds, signed by a valid key of its sender, just now, for the first time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils import timezone

from cases.prepared import Prepared
from integrations.http import system_of
from integrations.http.signing import canonical, is_signed_by, is_timely
from integrations.models import Nonce

MAX_BODY = 1024 * 1024
# Kept with the message: what is needed to check the signature again.
EVIDENCE = ("X-Dept-Id", "X-Event-Id", "X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature")
_FIELDS = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in EVIDENCE}
KEPT = timedelta(hours=24)
TIDY_EVERY_S = 600.0

_tidied = 0.0


class Refusal(Exception):
    """A message that is not taken: the status for the sender, the reason for our log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it came: the path it was sent to, the headers that prove it (EVIDENCE), its bytes."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def letter_of(request: HttpRequest) -> Letter:
    """The message in a request of Django. Raises Refusal."""
    _length(request.META)
    try:
        body = request.body
    except UnreadablePostError as error:
        raise Refusal(400, "cut off") from error
    return _letter(request.path, request.META, body)


def letter_in(environ: Mapping[str, Any]) -> Letter:
    """The message in a request as a WSGI server hands it on. Raises Refusal."""
    length = _length(environ)
    try:
        body = environ["wsgi.input"].read(length) if length else b""
    except OSError as error:
        raise Refusal(400, "cut off") from error
    return _letter(environ["PATH_INFO"], environ, body)


def _length(environ: Mapping[str, Any]) -> int:
    """What the sender says how long the body is, of a size that is allowed; without a word, nothing follows."""
    claimed = environ.get("CONTENT_LENGTH") or "0"
    if not claimed.isdecimal() or len(claimed) > 9 or int(claimed) > MAX_BODY:
        raise Refusal(400, "length")
    return int(claimed)


def _letter(path: str, environ: Mapping[str, Any], body: bytes) -> Letter:
    """Codes of senders are plain letters and digits, so nothing in the path as it was signed is ever escaped."""
    if len(body) > MAX_BODY:
        raise Refusal(400, "too large")
    return Letter(path, {name: environ.get(field, "") for name, field in _FIELDS.items()}, body)


def verify(letter: Letter, sender: str) -> None:
    """Make sure that a valid key of the sender has signed exactly this, now. Raises Refusal."""
    said = letter.headers
    if said["X-Dept-Id"] != sender or not all(said[name] for name in ("X-Timestamp", "X-Nonce", "X-Signature")):
        raise Refusal(401, "headers")
    if not is_timely(said["X-Timestamp"]):
        raise Refusal(401, "timestamp")
    if len(said["X-Nonce"]) > 128 or not (said["X-Nonce"].isascii() and said["X-Nonce"].isprintable()):
        raise Refusal(401, "nonce")
    message = canonical("POST", letter.path, said["X-Timestamp"], said["X-Nonce"], letter.body)
    system = system_of(sender)
    keys = [key for key in system.valid_keys() if said["X-Key-Id"] in {"", key.key_id}] if system else []
    if not any(is_signed_by(key, message, said["X-Signature"]) for key in keys):
        raise Refusal(401, "signature" if keys else "key")


def event_id_of(letter: Letter) -> str:
    """The sender's own id of the event, repeated on a retry. Raises Refusal."""
    event_id = letter.headers["X-Event-Id"]
    if not 0 < len(event_id) <= 100 or not event_id.isprintable():
        raise Refusal(400, "event id")
    return event_id


def first_use_of_nonce(sender: str, nonce: str) -> bool:
    """Remember a nonce in the running transaction; False when it was used before. Rolled back, it may come again.

    Each counts once in 24 hours, whichever process it reaches.
    """
    return first_uses_of_nonces([(sender, nonce)])[0]


def first_uses_of_nonces(used: Sequence[tuple[str, str]]) -> list[bool]:
    """The same for many of (sender, nonce); of one that stands twice among them the first use is the first."""
    _forget_old()
    ordered = sorted(set(used))  # two groups that remember the same ones never wait for each other crosswise
    new = set(_remember([sender for sender, _ in ordered], [nonce for _, nonce in ordered], timezone.now()))
    return [one in new and used.index(one) == place for place, one in enumerate(used)]


_remember = Prepared(
    """
    INSERT INTO integrations_nonce (department, nonce, seen_at)
    SELECT v.department, v.nonce, $3 FROM unnest($1, $2) AS v (department, nonce)
    ON CONFLICT DO NOTHING RETURNING department, nonce
    """,
    "varchar[]", "varchar[]", "timestamptz",
)  # fmt: skip


def _forget_old() -> None:
    """Delete what is past its time, now and then: the messages themselves drive it, no clock is needed."""
    global _tidied
    if time.monotonic() - _tidied < TIDY_EVERY_S:
        return
    _tidied = time.monotonic()
    Nonce.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
