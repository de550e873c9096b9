"""How many links that are not one's own an account may try: counted in the database, like tries to sign in."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from portal.accounts.models import SignInAttempts

WINDOW = timedelta(minutes=15)
MOST = 10


class LinkLimit:
    """Wrong links of one account within the window."""

    def __init__(self, account_id: UUID) -> None:
        self._subject = sha256(f"link:{account_id}".encode()).hexdigest()

    def is_reached(self) -> bool:
        row = SignInAttempts.objects.filter(subject=self._subject, since__gte=timezone.now() - WINDOW).first()
        return row is not None and row.tries >= MOST

    def count(self) -> None:
        now = timezone.now()
        row, is_new = SignInAttempts.objects.get_or_create(subject=self._subject, defaults={"since": now, "tries": 1})
        if is_new:
            return
        if row.since < now - WINDOW:
            SignInAttempts.objects.filter(pk=row.pk).update(tries=1, since=now)
        else:
            SignInAttempts.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
