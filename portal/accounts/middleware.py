"""Every page asks for sign-in unless its view says that it is public: forgetting a decorator never opens a door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from portal.accounts.access import OWN, policy_of

CALLBACKS = "/callbacks/"


class ThinDoor:
    """What departments post goes straight to its view: sessions, languages and content policies are for pages.

    Only views that check the sender by themselves are reached this way; everything else goes the long way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path_info.startswith(CALLBACKS):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if policy_of(match.func, request) != OWN or not getattr(match.func, "csrf_exempt", False):
            return self.get_response(request)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


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
