"""Every page asks for sign-in unless its view says that it is public: forgetting a decorator never opens a door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.access import policy_of


class SignInRequired:
    """Checks the declared policy of a view; a view without one is open to nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        policy = policy_of(view, request)
        if policy.public or policy.own_sign_in:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not policy.admits(request.user):
            _hidden()
        return None


def _hidden() -> NoReturn:
    """A stranger learns nothing: the same answer as for a page that does not exist."""
    raise Http404
