"""What whoever acts for somebody else may open and do: what is listed here, as far as the mandate goes, nothing else.

The list is of addresses by name. Reading a page of a case needs only the case; doing needs the act that the mandate
names; what the bundle keeps for the applicant in person no agent does. 民法典 第一百六十一条, 第一百六十五条.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from bundles import queries
from cases.errors import CaseError
from portal.accounts.models import Account, Mandate, Role

FORBIDDEN = 403
# Open to everybody who acts: what is public, and the way back to oneself.
FREE = frozenset(
    "home catalogue guide guide_paper start list list_paper matter matters interfaces interface search suggestions "
    "verify verify_mark help trouble trouble_find trouble_report trouble_close rate_by_link accessibility privacy "
    "me act act_asked act_answer act_resign act_body".split()
)
READ = frozenset(
    "cases case live receipt receipt_paper submitted calendar visit_calendar document document_paper tasks resume "
    "section rest rest_arrivals onward arrivals materials material_file file_page file_small page_of_file pile_file "
    "pile_small parties check roster roster_template roster_faults roster_row situations disputes correct "
    "ask urge".split()
)
FILL = frozenset(
    "begin tasks situations discard section autosave rest rest_autosave arrivals dispute materials upload cover "
    "remove_file reuse file_page pile pile_sort pile_remove parties invite uninvite roster roster_row "
    "roster_remove ask urge".split()
)
SUBMIT = frozenset("check correct extend choose file_later plan_change visit object_points rate rated".split())
PAY = frozenset("pay pay_return pay_relief".split())
RECEIVE = frozenset("results package certificate payouts owed".split())
WITHDRAW = frozenset({"withdraw"})
ACTS = (
    (Mandate.Act.FILL, FILL), (Mandate.Act.SUBMIT, SUBMIT), (Mandate.Act.PAY, PAY),
    (Mandate.Act.RECEIVE, RECEIVE), (Mandate.Act.WITHDRAW, WITHDRAW),
)  # fmt: skip
# Sign-in and sign-out, the look, what developers read: nothing of anybody.
OTHER_FACES = frozenset({"", "accounts", "ui", "developers"})
SAFE = frozenset({"GET", "HEAD"})


def act_of(name: str, method: str) -> str | None:
    """The act that opening or posting to an address is: "" where none is needed, None where it is not for agents."""
    if name in FREE or (method in SAFE and name in READ):
        return ""
    return next((act.value for act, names in ACTS if name in names), None)


class MandateGate:
    """Stops whoever acts for somebody else where the mandate ends, and says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if getattr(request, "mandate_ended", False):
            messages.warning(request, _("委托已经结束，现在是您本人的身份"))
        acting = getattr(request.user, "acting", None)
        match = request.resolver_match
        if acting is None or acting.represents or match is None or match.app_name in OTHER_FACES:
            return None
        reason = _why_not(request, cast(Account, request.user), kwargs.get("code", ""))
        return _stopped(request, reason) if reason else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _stopped(request, error.message) if isinstance(error, NotMandated) else None


class NotMandated(CaseError):
    """The mandate does not go so far."""

    code = "not_mandated"


def _why_not(request: HttpRequest, principal: Account, code: str) -> str:
    """Why whoever acts for the principal is stopped here, in words; empty where the mandate goes so far."""
    match, acting = request.resolver_match, principal.acting
    name = match.url_name or "" if match and match.app_name == "citizen" else ""
    act = act_of(name, request.method or "")
    if act is None or acting is None:
        return _("这一页只有本人能打开，委托不包括")
    if act and act not in acting.acts:
        return _("您的委托不包括“%(act)s”") % {"act": Mandate.Act(act).label}
    if name == "begin" and not (acting.covers(code) and _may(principal, code, act)):
        return _("您的委托不包括办这件事")
    return ""


def check_reach(request: Any, bundle_code: str) -> None:
    """Raise NotMandated where the bundle keeps the act for the applicant in person, whatever the mandate says."""
    match = request.resolver_match
    if getattr(request.user, "acting", None) is None or match is None:
        return
    act = act_of(match.url_name or "", request.method)
    if act and not _may(request.user, bundle_code, act):
        raise NotMandated(_("这一步依规定要申请人本人来做；您填的都在，请本人登录后接着办"))


def _may(principal: Account, code: str, act: str) -> bool:
    """For a body always, as far as the mandate goes; for a person as far as the bundle lets others act."""
    if principal.role == Role.COMPANY:
        return True
    published = next((one for one in queries.published_all() if one.code == code), None)
    agent = published.spec.agent if published else None
    return agent is not None and agent.may(act) and agent.reaches("online")


def _stopped(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "citizen/not_mandated.html", {"reason": reason}, status=FORBIDDEN)
