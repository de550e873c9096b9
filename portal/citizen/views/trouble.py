"""“办不成事”: say what does not work, with or without a case, signed in or by a checked phone; then follow it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases import access
from cases.actions.applying import phone_codes
from cases.actions.dialogue import stuck
from cases.errors import CaseError, NotReady
from cases.ports import Actor
from cases.queries.my_cases import my_cases
from cases.queries.stuck import reason_choices, report_behind, report_by, reports_by, with_number
from portal.accounts.access import public
from portal.accounts.acting import person_of
from portal.accounts.limits import SignInLimit
from portal.citizen.language import lang
from portal.citizen.own import says_why

PHONE = re.compile(r"1\d{10}")
VISITOR = "stuck"  # in the session: reports whose phone number was checked in this visit
REFUSED = 422
NO_CODE = "验证码不对或已过期，请重新获取"
SPACE = re.compile(r"[\s-]")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def trouble(request: HttpRequest) -> HttpResponse:
    """Whom to call, where to go, and a form that always gets an answer; what one has reported so far."""
    if request.method == "GET":
        return _form(request, {"case": request.GET.get("case", "")}, {})
    typed = {name: request.POST.get(name, "").strip() for name in ("reason", "text", "name", "phone", "case")}
    if request.POST.get("act") == "code":
        return _form(request, typed, _send_code(request, typed["phone"]))
    try:
        made = _report(request, typed)
    except NotReady as lacking:
        return _form(request, typed, dict(lacking.faults) or {"text": lacking.message}, REFUSED)
    messages.success(request, _("收到了，编号 %(number)s") % {"number": made.number})
    return redirect("citizen:trouble_report", stuck_id=made.pk)


def _form(request: HttpRequest, typed: dict[str, str], faults: dict[str, str], status: int = 200) -> HttpResponse:
    account: Any = person_of(request) if _is_person(request) else None
    context = {
        "section": "help",
        "reasons": reason_choices(),
        "typed": typed,
        "faults": {name: text for name, text in faults.items() if name != "sent"},
        "code_sent": "sent" in faults,
        "mine": reports_by(account) if account else (),
        "cases": [row for row in my_cases(account, limit=20, lang=lang()) if row.number] if account else (),
        "needs_phone": account is None,
    }
    return render(request, "citizen/trouble.html", context, status=status)


def _is_person(request: HttpRequest) -> bool:
    return request.user.is_authenticated and getattr(request.user, "role", "") in ("citizen", "company")


def _report(request: HttpRequest, typed: dict[str, str]) -> Any:
    account: Any = person_of(request)
    if _is_person(request):
        case = access.case_for(account, _id(typed["case"])) if typed["case"] else None
        return stuck.report(
            typed["reason"], typed["text"], by=account.actor, account_id=account.pk, case_id=case.pk if case else None
        )
    phone = _phone(typed["phone"])
    if not _is_right(request, phone):
        raise NotReady(NO_CODE, (("code", NO_CODE),))
    made = stuck.report(typed["reason"], typed["text"], by=Actor("applicant", ""), phone=phone, name=typed["name"])
    _remember(request, made.pk)
    return made


def _phone(typed: str) -> str:
    """A mobile number without its spaces. Raises NotReady."""
    digits = SPACE.sub("", typed)
    if not PHONE.fullmatch(digits):
        raise NotReady(_("请写 11 位手机号"), (("phone", _("请写 11 位手机号")),))
    return digits


def _send_code(request: HttpRequest, typed: str) -> dict[str, str]:
    """What went wrong by field, or that it was sent. An address and a number may ask only so often."""
    try:
        phone = _phone(typed)
        limit = SignInLimit(f"code:{phone}", request.META.get("REMOTE_ADDR", ""))
        if limit.is_reached():
            raise NotReady(_("获取太频繁，请 15 分钟后再试"))
        limit.count()
        phone_codes.send_code(phone)
    except CaseError as error:
        return {"phone": error.message}
    return {"sent": "yes"}


def _is_right(request: HttpRequest, phone: str) -> bool:
    return phone_codes.is_right(phone, request.POST.get("code", ""))


def _remember(request: HttpRequest, stuck_id: UUID) -> None:
    request.session[VISITOR] = [*request.session.get(VISITOR, []), str(stuck_id)][-20:]


@public
@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Follow a report without an account: its number, the phone number it was made with, and a code sent there."""
    typed = {name: request.POST.get(name, "").strip() for name in ("number", "phone")}
    faults: dict[str, str] = {}
    if request.POST.get("act") == "code":
        faults = _send_code(request, typed["phone"])
    elif request.method == "POST":
        try:
            phone = _phone(typed["phone"])
            found = with_number(typed["number"], phone) if _is_right(request, phone) else None
            if found is not None:
                _remember(request, found)
                return redirect("citizen:trouble_report", stuck_id=found)
            faults = {"code": "编号、手机号或验证码不对"}
        except NotReady as lacking:
            faults = dict(lacking.faults)
    context = {"section": "help", "typed": typed, "code_sent": "sent" in faults}
    context["faults"] = {name: text for name, text in faults.items() if name != "sent"}
    return render(request, "citizen/trouble_find.html", context, status=REFUSED if context["faults"] else 200)


@public
@never_cache
@require_http_methods(["GET"])
def report(request: HttpRequest, stuck_id: UUID) -> HttpResponse:
    """How it stands, what was done, the answer; and whether it is solved."""
    seen = _own(request, stuck_id)
    if seen is None:
        if _is_person(request):
            raise Http404
        return redirect("citizen:trouble_find")
    return render(request, "citizen/trouble_report.html", {"section": "help", "one": seen})


@public
@require_POST
@says_why
def close(request: HttpRequest, stuck_id: UUID) -> HttpResponse:
    """Solved, with a rating if wished; or not, and it goes on one step higher up."""
    if _own(request, stuck_id) is None:
        raise Http404
    account: Any = person_of(request)
    by = account.actor if _is_person(request) else Actor("applicant", "")
    is_solved, level = request.POST.get("solved") == "yes", request.POST.get("level", "")
    rating = int(level) if level in ("1", "2", "3", "4", "5") else None
    stuck.close(stuck_id, is_solved=is_solved, rating=rating, by=by)
    messages.success(request, _("谢谢") if is_solved else _("已转上一级，3 个工作日内再给您答复"))
    return redirect("citizen:trouble_report", stuck_id=stuck_id)


def _own(request: HttpRequest, stuck_id: UUID) -> Any:
    """One's own report, or one whose phone number was checked in this visit."""
    account: Any = person_of(request)
    seen = report_by(account, stuck_id) if _is_person(request) else None
    if seen is None and str(stuck_id) in request.session.get(VISITOR, []):
        return report_behind(stuck_id)
    return seen


def _id(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None
