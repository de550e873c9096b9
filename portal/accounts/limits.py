"""How often a password may be tried: counted in the database, so that losing a cache opens no door."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from django.db.models import F
from django.utils import timezone

from portal.accounts.models import SignInAttempts

WINDOW = timedelta(minutes=15)
PER_NAME = 10
PER_ADDRESS = 100


class SignInLimit:
    """Tries for one name and from one address within the window. Addresses come from the socket, not from headers."""

    def __init__(self, username: str, address: str) -> None:
        self._name = _digest(f"name:{username.strip().lower()}")
        self._address = _digest(f"address:{address}")

    def is_reached(self) -> bool:
        return self._tries(self._name) >= PER_NAME or self._tries(self._address) >= PER_ADDRESS

    def count(self) -> None:
        for subject in (self._name, self._address):
            row, _ = SignInAttempts.objects.get_or_create(subject=subject, defaults={"since": timezone.now()})
            if row.since < timezone.now() - WINDOW:
                SignInAttempts.objects.filter(pk=row.pk).update(tries=1, since=timezone.now())
            else:
                SignInAttempts.objects.filter(pk=row.pk).update(tries=F("tries") + 1)

    def clear(self) -> None:
        SignInAttempts.objects.filter(subject=self._name).delete()

    def _tries(self, subject: str) -> int:
        row = SignInAttempts.objects.filter(subject=subject, since__gte=timezone.now() - WINDOW).first()
        return row.tries if row else 0


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
