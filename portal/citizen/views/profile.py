"""The own account: what is proved, the phone (changed with codes), language and look, addresses, the record."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.dialogue.heeding import choose_messages
from cases.errors import CaseError
from cases.queries import quiet
from portal.accounts import profile as own
from portal.accounts.access import applicants_only
from portal.accounts.models import Role
from portal.accounts.trail import note, trail_of
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown import account_record

ASKED = "phone_asked"


@applicants_only
@never_cache
@require_GET
def profile(request: OwnRequest) -> HttpResponse:
    """Everything about the account, each with the way to change it."""
    account = request.user
    context = {
        "section": "me",
        "identity": account.identity,
        "is_body": account.role == Role.COMPANY,
        "phone": account.phone or "",
        "addresses": account.addresses.all(),
        "chosen": quiet.chosen_by(account.pk),
        "evenings": quiet.hours_from(),
        "mornings": quiet.hours_until(),
    }
    return render(request, "citizen/profile.html", context)


@applicants_only
@require_POST
@says_why
def messages_choice(request: OwnRequest) -> HttpResponse:
    """Whether messages go to the phone, and when none does."""
    posted = request.POST
    hours = [int(posted[name]) if posted.get(name, "").isdecimal() else -1 for name in ("quiet_from", "quiet_until")]
    choose_messages(request.user.pk, on_phone=posted.get("on_phone") != "no", quiet_from=hours[0], quiet_until=hours[1])
    note(request.user, "messages.chosen", by=request.user)
    messages.success(request, _("消息设置存好了"))
    return redirect("citizen:profile")


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def phone(request: OwnRequest) -> HttpResponse:
    """First the new number, then the codes sent to the old and to the new one."""
    if request.method == "GET":
        return _phone_page(request, fault="")
    try:
        if request.POST.get("step") == "codes":
            own.change_phone(
                request.user,
                old_code=request.POST.get("old_code", "")[:12],
                new_code=request.POST.get("new_code", "")[:12],
            )
            request.session.pop(ASKED, None)
            messages.success(request, _("手机号换好了，以后的通知发到新号码"))
            return redirect("citizen:profile")
        sent = own.ask_for_codes(request.user, request.POST.get("phone", "")[:20])
    except CaseError as error:
        return _phone_page(request, fault=error.message)
    request.session[ASKED] = request.POST.get("phone", "")[:20]
    if settings.DEMO_SIGN_IN:
        messages.info(request, _("演示环境，验证码是 %(codes)s") % {"codes": "、".join(sent)})
    return redirect("citizen:phone")


def _phone_page(request: OwnRequest, *, fault: str) -> HttpResponse:
    context = {
        "section": "me",
        "old": request.user.phone or "",
        "new": request.session.get(ASKED, ""),
        "fault": fault,
    }
    return render(request, "citizen/phone.html", context, status=422 if fault else 200)


@applicants_only
@require_POST
def phone_again(request: OwnRequest) -> HttpResponse:
    """Another number after all."""
    request.session.pop(ASKED, None)
    return redirect("citizen:phone")


@applicants_only
@require_POST
@says_why
def add_address(request: OwnRequest) -> HttpResponse:
    """One more place that results may be sent to."""
    posted = request.POST
    own.keep_address(
        request.user,
        name=posted.get("name", ""),
        phone=posted.get("phone", ""),
        place=posted.get("place", ""),
        first=posted.get("first") == "yes",
    )
    messages.success(request, _("地址已存好"))
    return redirect("citizen:profile")


@applicants_only
@require_POST
def change_address(request: OwnRequest, address_id: UUID) -> HttpResponse:
    """Put it first, or delete it."""
    if request.POST.get("do") == "first":
        own.put_first(request.user, address_id)
    else:
        own.drop_address(request.user, address_id)
        messages.success(request, _("地址已删除"))
    return redirect("citizen:profile")


@applicants_only
@never_cache
@require_GET
def record(request: OwnRequest) -> HttpResponse:
    """What was done with the account, newest first."""
    lines = account_record.lines(trail_of(request.user), request.user)
    return render(request, "citizen/record.html", {"section": "me", "lines": lines})
