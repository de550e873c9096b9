"""The trail of an account: mandates, exports, closing, changes of the phone; read by its owner."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Account, AccountEvent


def note(account: Account, kind: str, *, by: Account | None, **facts: Any) -> AccountEvent:
    """Append an event. `by` None is the portal itself; `facts` are ids and words, never personal values."""
    return AccountEvent.objects.create(account=account, kind=kind, by=by, facts=facts)


def trail_of(account: Account, most: int = 200) -> QuerySet[AccountEvent]:
    """Newest first, with who did it."""
    return AccountEvent.objects.filter(account=account).select_related("by")[:most]
