"""Devices become terminals: a code from the administration, typed in once at the device, gives it a secret."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import CaseError
from portal.accounts.terminal import AtTerminal
from portal.kiosk.models import Terminal

ENROL_WITHIN = timedelta(hours=24)
SEEN_EVERY = timedelta(minutes=1)
# Without letters and digits that look alike.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
KEY_BYTES = 32


def issue_code(terminal: Terminal) -> str:
    """A code that registers one device within a day. The device registered before stays until then."""
    clear = "".join(secrets.choice(LETTERS) for _ in range(12))
    terminal.enrol_digest, terminal.enrol_until = _digest(clear), timezone.now() + ENROL_WITHIN
    terminal.save(update_fields=["enrol_digest", "enrol_until"])
    return "-".join(clear[at : at + 4] for at in range(0, 12, 4))


def issue_reader_key(terminal: Terminal) -> str:
    """A new key for the card reader, in base64; what an old key signed opens nothing any more."""
    key = secrets.token_bytes(KEY_BYTES)
    terminal.reader_key = base64.b64encode(key).decode()
    terminal.save(update_fields=["reader_key"])
    return terminal.reader_key


@transaction.atomic
def enrol(typed: str) -> tuple[Terminal, str]:
    """Make the device that typed a code the terminal it was issued for; returns the secret of the device.

    Raises CaseError for a code that is unknown, used or too old.
    """
    digest = _digest(typed.strip().upper().replace("-", "").replace(" ", ""))
    found = Terminal.objects.select_for_update().filter(enrol_digest=digest, is_active=True).first()
    if found is None or found.enrol_until is None or found.enrol_until < timezone.now():
        raise CaseError(_("这个接入码不对或者已经过期，请在管理后台重新发一个"))
    secret = secrets.token_urlsafe(32)
    found.token_digest, found.enrol_digest, found.enrol_until = _digest(secret), "", None
    found.registered_at = timezone.now()
    found.save(update_fields=["token_digest", "enrol_digest", "enrol_until", "registered_at"])
    return found, secret


def recognised(secret: str) -> AtTerminal | None:
    """The terminal that shows this secret; None for any other device and for one that was switched off."""
    found = Terminal.objects.filter(token_digest=_digest(secret), is_active=True).defer("reader_key").first()
    if found is None:
        return None
    now = timezone.now()
    if found.seen_at is None or found.seen_at < now - SEEN_EVERY:
        Terminal.objects.filter(pk=found.pk).update(seen_at=now)
    return AtTerminal(found.pk, found.code, found.name, found.place, found.idle_s, found.has_reader, found.has_printer)


def _digest(clear: str) -> str:
    return sha256(clear.encode()).hexdigest()
