"""Who calls: the account behind a token or session, and who may begin an application."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from portal.accounts.models import Account, Role


def caller(request: Request) -> Account:
    """The account of an authenticated request; views that anybody may call do not ask."""
    return cast(Account, request.user)


class ApplicantsOnly(IsAuthenticated):
    """People and companies. For staff there is no such address: they file for others at the counter."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if caller(request).role not in (Role.CITIZEN, Role.COMPANY):
            raise Http404
        return True
