"""Who calls: the account behind a token or session."""

from __future__ import annotations

from typing import cast

from rest_framework.request import Request

from portal.accounts.models import Account


def caller(request: Request) -> Account:
    """The account of an authenticated request; views that anybody may call do not ask."""
    return cast(Account, request.user)
