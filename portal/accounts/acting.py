"""Acting for somebody else: chosen once, looked up anew at every request, gone the moment the mandate ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from portal.accounts import mandates
from portal.accounts.access import OWN_SIGN_IN_PREFIXES
from portal.accounts.models import Account, Role
from portal.accounts.trail import note

KEY = "acting"


class ActingFor:
    """Puts the principal in the place of the person who acts for it; `request.person` is who is really signed in.

    On pages only: what is asked of the API with the same session is asked for oneself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path.startswith(OWN_SIGN_IN_PREFIXES)
        mandate_id = request.session.get(KEY) if is_page else None
        if mandate_id and isinstance(mandate_id, str) and request.user.is_authenticated:
            _take_place(request, mandate_id)
        return self.get_response(request)


def _take_place(request: HttpRequest, mandate_id: str) -> None:
    person = request.user
    principal = mandates.acting_for(person, mandate_id) if person.role == Role.CITIZEN else None  # type: ignore[union-attr,arg-type]
    if principal is None:
        del request.session[KEY]
        request.mandate_ended = True  # type: ignore[attr-defined]
        return
    request.person, request.user = person, principal  # type: ignore[attr-defined]


def person_of(request: HttpRequest) -> Account:
    """Who is really signed in, whoever is acted for."""
    return cast(Account, getattr(request, "person", None) or request.user)


def begin(request: HttpRequest, mandate_id: UUID) -> Account | None:
    """Act on a mandate from now on; None where it does not stand."""
    person = person_of(request)
    principal = mandates.acting_for(person, str(mandate_id))
    if principal is not None:
        request.session[KEY] = str(mandate_id)
        note(principal, "acting.begun", by=person, mandate=str(mandate_id))
    return principal


def end(request: HttpRequest) -> None:
    """Oneself again."""
    request.session.pop(KEY, None)
