"""Sign-in: by the city's identity service where one is configured, by name and password, or as a demo person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts import mandates
from portal.accounts.access import public
from portal.accounts.limits import SignInLimit
from portal.accounts.models import Account, Role
from portal.accounts.people import account_for

CHOOSE = "/me/act/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
HOME_OF = {
    Role.CLERK: "counter:desk",
    Role.STAFF: "counter:desk",
    Role.SUPERVISOR: "counter:attention",
    Role.ADMINISTRATOR: "admin:index",
}


@method_decorator([public, never_cache], name="dispatch")
class SignIn(LoginView):
    """The sign-in page. Wrong passwords are counted in the database and slowed down."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        limit = SignInLimit(request.POST.get("username", ""), request.META.get("REMOTE_ADDR", ""))
        if limit.is_reached():
            response = self.render_to_response(self.get_context_data(too_many=True))
            response.status_code = 429
            return response
        response = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            limit.clear()
        else:
            limit.count()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO_SIGN_IN:
            people = Account.objects.filter(is_demo=True, is_active=True).order_by("username")
            context["demo_people"] = sorted(people, key=lambda account: list(Role).index(Role(account.role)))
        context["identity_provider"] = bool(settings.IDENTITY_PROVIDER)
        return context

    def get_success_url(self) -> str:
        return after_sign_in(self.request)


@public
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo person; there is no such page outside development and demonstration."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    account = get_object_or_404(Account, username=request.POST.get("username", ""), is_demo=True, is_active=True)
    login(request, account, backend=BACKEND)
    return HttpResponseRedirect(after_sign_in(request))


@public
def begin_identity(request: HttpRequest) -> HttpResponse:
    """Hand over to the configured identity service (统一身份认证)."""
    if not settings.IDENTITY_PROVIDER:
        raise Http404
    response: HttpResponse = import_string(settings.IDENTITY_PROVIDER)().begin(request)
    return response


@public
def complete_identity(request: HttpRequest) -> HttpResponse:
    """Come back from the identity service with a verified identity; one person is one account."""
    if not settings.IDENTITY_PROVIDER:
        raise Http404
    identity = import_string(settings.IDENTITY_PROVIDER)().complete(request)
    account = account_for(identity)
    login(request, account, backend=BACKEND)
    return HttpResponseRedirect(after_sign_in(request))


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


def after_sign_in(request: HttpRequest) -> str:
    """Where somebody goes on; whoever may act for others says first for whom."""
    target = _safe_next(request)
    account: Account = request.user  # type: ignore[assignment]
    if account.role == Role.CITIZEN and mandates.standing_of(account).exists():
        return f"{CHOOSE}?{urlencode({'next': target})}" if target else CHOOSE
    return target or home_of(account)


def home_of(account: Any) -> str:
    """Where somebody lands after sign-in."""
    return reverse(HOME_OF[account.role]) if account.role in HOME_OF else "/"


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else ""
