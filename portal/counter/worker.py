"""Who works here: the account behind a request that has passed the door."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from portal.accounts.models import Account


def worker(request: HttpRequest) -> Account:
    """The signed-in member of staff or clerk; views of the counter are open to nobody else."""
    return cast(Account, request.user)
