"""Signing in at a terminal: the card on the reader, or the number and a code by SMS."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.errors import CaseError
from cases.ports import Identity
from portal.accounts.access import public
from portal.accounts.models import Account, Role
from portal.accounts.people import account_for
from portal.kiosk import cards, codes, demo, stays
from portal.kiosk.asking import TerminalRequest, at_terminals_only, way_back
from portal.kiosk.models import Stay, Terminal

PENDING = "kiosk_code"
NO_PHONE = "这张身份证没有登记手机号，这台终端又没有比对本人；请到窗口办理"


@public
@never_cache
@require_GET
@at_terminals_only
def sign_in(request: TerminalRequest) -> HttpResponse:
    """Put the card on the reader; whoever has none goes on by number."""
    if request.stay is not None:
        return redirect(_next(request))
    if not request.terminal.has_reader:
        return redirect(f"{reverse('kiosk:number')}?{urlencode({'next': _next(request)})}")
    return _show(request)


def _show(request: TerminalRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    shown = {"next": _next(request), "error": error, "cards": demo.people() if settings.DEMO_SIGN_IN else ()}
    return render(request, "kiosk/sign_in.html", shown, status=status)


@public
@never_cache
@require_POST
@at_terminals_only
def card(request: TerminalRequest) -> HttpResponse:
    """A line of the reader. With the face compared it is enough; else a code goes to the phone of the account."""
    return _laid_on(request, request.POST.get("card", ""))


def _laid_on(request: TerminalRequest, line: str) -> HttpResponse:
    try:
        read = cards.read(Terminal.objects.get(pk=request.terminal.id), line)
        account = _holder(read)
        if read.is_compared:
            return _begun(request, account, Stay.Means.FACE)
        if not account.phone:
            raise CaseError(NO_PHONE)
        return _code_sent(request, account, Stay.Means.CARD)
    except CaseError as error:
        return _show(request, error=error.message, status=422)


def _holder(read: cards.Card) -> Account:
    """The account of whom the card names. Raises CaseError for one that was closed."""
    account = account_for(Identity("person", read.name, read.id_no, "ID", {"name": read.name, "id_no": read.id_no}))
    if not account.is_active or account.role != Role.CITIZEN:
        raise CaseError(_("这个账户已经停用，请到窗口办理"))
    return account


@public
@require_POST
@at_terminals_only
def demo_card(request: TerminalRequest) -> HttpResponse:
    """Lay a demo person's card on the reader of the demonstration."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    line = demo.line_of(Terminal.objects.get(pk=request.terminal.id), request.POST.get("username", ""))
    return _laid_on(request, line)


@public
@never_cache
@require_http_methods(["GET", "POST"])
@at_terminals_only
def number(request: TerminalRequest) -> HttpResponse:
    """The ID number; a code goes to the phone its account knows. The answer is the same whether there is one."""
    typed = request.POST.get("id_no", "").strip().upper()
    error = ""
    if request.method == "POST":
        try:
            if len(typed) < 6:
                raise CaseError(_("请输入证件号码"))
            return _code_sent(request, codes.holder_of(typed), Stay.Means.CODE)
        except CaseError as refused:
            error = refused.message
    shown = {"next": _next(request), "error": error, "typed": typed}
    return render(request, "kiosk/number.html", shown, status=422 if error else 200)


def _code_sent(request: TerminalRequest, account: Account | None, means: str) -> HttpResponse:
    request.session[PENDING] = str(codes.send(request.terminal, account, means=means).pk)
    request.session.set_expiry(0)
    return redirect(f"{reverse('kiosk:code')}?{urlencode({'next': _next(request)})}")


@public
@never_cache
@require_http_methods(["GET", "POST"])
@at_terminals_only
def code(request: TerminalRequest) -> HttpResponse:
    """Type the code in."""
    pending = request.session.get(PENDING)
    if not pending:
        return redirect("kiosk:sign_in")
    error = ""
    if request.method == "POST":
        try:
            right = codes.check(request.terminal, UUID(pending), request.POST.get("code", ""))
            assert right.account is not None
            return _begun(request, right.account, right.means)
        except CaseError as refused:
            error = refused.message
    return render(request, "kiosk/code.html", {"next": _next(request), "error": error}, status=422 if error else 200)


def _begun(request: TerminalRequest, account: Account, means: str) -> HttpResponse:
    target = _next(request)
    request.session.pop(PENDING, None)
    stays.begin(request, account, request.terminal, means)
    return redirect(target)


def _next(request: TerminalRequest) -> str:
    return way_back(request, reverse("kiosk:start"))
