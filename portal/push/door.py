"""Who may listen: the session cookie of the portal, the access rules of the engine, and pages of the portal alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from cases import access
from portal.accounts.acting import ActingFor
from portal.accounts.models import Role

P = ParamSpec("P")
T = TypeVar("T")
APPLICANTS = (Role.CITIZEN, Role.COMPANY)


def admitted(session_key: str, case_id: UUID) -> UUID | None:
    """The account that looks at a case of its own, None for anybody and anything else. Two or three queries."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    request.user = get_user(request)
    if not request.user.is_authenticated:
        return None
    ActingFor(lambda _request: None)(request)  # type: ignore[arg-type,return-value]
    account = request.user
    if account.role not in APPLICANTS or access.case_for(account, case_id) is None:
        return None
    return account.pk


def fresh(ask: Callable[P, T]) -> Callable[P, T]:
    """The same question, over a connection that is made anew where the last one broke or grew old."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        return ask(*args, **kwargs)

    return asked


def is_ours(origin: str, host: str) -> bool:
    """Whether a page may listen: one of the same host, on whatever port, or of the portal's own address."""
    if not origin:
        return True
    named = urlsplit(origin).hostname
    return named is not None and named in (urlsplit(f"//{host}").hostname, urlsplit(settings.PORTAL_URL).hostname)
