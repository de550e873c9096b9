"""Whom I let act for me: the list, the form, taking back at once. 民法典 第一百六十五条."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import CaseError
from portal.accounts import mandates as giving
from portal.accounts.access import applicants_only
from portal.accounts.models import Mandate, Role
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown import authority

USUAL_ACTS = {Role.CITIZEN: ("fill",), Role.COMPANY: ("fill", "submit", "pay", "receive")}
USUAL_DAYS = {Role.CITIZEN: 90, Role.COMPANY: 365}


@applicants_only
@never_cache
@require_GET
def mandates(request: OwnRequest) -> HttpResponse:
    """Those that stand, those that wait for an answer, those that are over."""
    context = {
        "section": "me",
        "is_body": request.user.role == Role.COMPANY,
        "open": [authority.role(one) for one in giving.open_mandates(request.user).select_related("principal")],
        "over": [authority.role(one) for one in giving.ended_mandates(request.user).select_related("principal")],
        "personal": authority.personal_matters(request.user),
        "may_give": giving.may_give(request.user),
        "link": request.session.pop("mandate_link", ""),
    }
    return render(request, "citizen/mandates.html", context)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def give(request: OwnRequest) -> HttpResponse:
    """Who, for what, which acts, until when; the person named gets a link and must accept signed in."""
    if not giving.may_give(request.user):
        raise CaseError(_("只有本人或法定代表人可以委托别人"))
    if request.method == "GET":
        return _form(request, {}, "")
    try:
        _mandate, token = giving.invite(request.user, _terms(request))
    except CaseError as error:
        return _form(request, request.POST, error.message)
    request.session["mandate_link"] = giving.link_of(token)
    messages.success(request, _("委托已发出，等对方本人登录接受"))
    return redirect("citizen:mandates")


def _terms(request: OwnRequest) -> giving.Terms:
    posted = request.POST
    is_body = request.user.role == Role.COMPANY
    return giving.Terms(
        name=posted.get("name", "")[:60],
        id_no=posted.get("id_no", "").strip().upper()[:18],
        phone=posted.get("phone", "").strip()[:20],
        bundles=frozenset() if is_body and posted.get("scope") == "all" else frozenset(posted.getlist("bundle")),
        acts=frozenset(posted.getlist("act")),
        starts_on=_day(posted.get("starts_on", "")),
        until=_day(posted.get("until", "")),
        sensitive=posted.get("sensitive") == "yes",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CaseError(_("请填写开始和结束的日期")) from error


def _form(request: OwnRequest, posted: Any, fault: str) -> HttpResponse:
    role, today = Role(request.user.role), timezone.localdate()
    chosen = posted.getlist("bundle") if posted else []
    acts = posted.getlist("act") if posted else USUAL_ACTS[role]
    context = {
        "section": "me",
        "is_body": role == Role.COMPANY,
        "typed": {key: posted.get(key, "") for key in ("name", "id_no", "phone")},
        "scope": posted.get("scope", "all") if posted else "all",
        "sensitive": bool(posted) and posted.get("sensitive") == "yes",
        "matters": authority.matters(request.user, chosen),
        "personal": authority.personal_matters(request.user),
        "acts": [(act.value, act.label, act.value in acts) for act in Mandate.Act],
        "starts_on": (posted.get("starts_on") if posted else "") or today.isoformat(),
        "until": (posted.get("until") if posted else "") or (today + timedelta(days=USUAL_DAYS[role])).isoformat(),
        "today": today.isoformat(),
        "fault": fault,
    }
    return render(request, "citizen/mandate_new.html", context, status=422 if fault else 200)


@applicants_only
@require_POST
@says_why
def revoke(request: OwnRequest, mandate_id: UUID) -> HttpResponse:
    """Take it back: from the next press on the other one can do nothing any more."""
    giving.revoke(mandate_id, request.user)
    messages.success(request, _("已收回，对方马上就不能再替您办了；已经填的都留着"))
    return redirect("citizen:mandates")
