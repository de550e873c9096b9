"""For whom I act: the choice, the answer to somebody who asks me to, and giving it up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import acting, mandates, organisations
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown import authority


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: OwnRequest) -> HttpResponse:
    """Myself, or one of those who gave me a mandate; asked once after sign-in, here at any time."""
    person = acting.person_of(request)
    if request.method == "POST":
        return _chosen(request)
    context = {
        "section": "me",
        "person": person,
        "roles": [authority.role(one) for one in mandates.standing_of(person)],
        "asked": [authority.role(one) for one in mandates.asked_of(person)],
        "now": str(request.user.acting.mandate_id) if request.user.acting else "",
        "next": request.GET.get("next", ""),
    }
    return render(request, "citizen/act.html", context)


def _chosen(request: OwnRequest) -> HttpResponse:
    wanted = request.POST.get("as", "")
    if wanted in ("", "self"):
        acting.end(request)
        return redirect(_next(request) or "citizen:me")
    try:
        principal = acting.begin(request, UUID(wanted))
    except ValueError:
        principal = None
    if principal is None:
        raise Http404
    return redirect(_next(request) or "citizen:home")


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else ""


@applicants_only
@require_POST
@says_why
def claim(request: OwnRequest) -> HttpResponse:
    """Register the body that I represent by law, as the register of enterprises says."""
    mandate = organisations.claim(acting.person_of(request), request.POST.get("uscc", "")[:24])
    acting.begin(request, mandate.pk)
    messages.success(request, _("已核对，您是法定代表人。现在可以办单位的事、添加经办人"))
    return redirect("citizen:me")


@applicants_only
@never_cache
@require_GET
def asked(request: OwnRequest, token: str) -> HttpResponse:
    """What a link asks me to take on. For the person it names; anybody else learns only that it is not for them."""
    mandate = mandates.asked_by_link(token)
    person = acting.person_of(request)
    is_for_me = mandate is not None and bool(person.id_index) and mandate.id_index == person.id_index
    role = authority.role(mandate) if mandate is not None and is_for_me else None
    status = 200 if role else 404
    return render(request, "citizen/act_asked.html", {"section": "me", "role": role}, status=status)


@applicants_only
@require_POST
@says_why
def answer(request: OwnRequest, mandate_id: UUID) -> HttpResponse:
    """Take it on, or not."""
    person = acting.person_of(request)
    if mandate_id not in {one.pk for one in mandates.asked_of(person)}:
        raise Http404
    if request.POST.get("answer") == "yes":
        mandates.accept(mandate_id, person)
        messages.success(request, _("已接受。要替对方办事时，在“换身份”里选一下"))
    else:
        mandates.decline(mandate_id, person)
        messages.info(request, _("已谢绝，对方会看到"))
    return redirect("citizen:act")


@applicants_only
@require_POST
@says_why
def resign(request: OwnRequest, mandate_id: UUID) -> HttpResponse:
    """Give a mandate up."""
    mandates.resign(mandate_id, acting.person_of(request))
    acting.end(request)
    messages.success(request, _("已辞去这份委托"))
    return redirect(reverse("citizen:act"))
