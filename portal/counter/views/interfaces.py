"""The catalogue of data sharing for who runs it: calls, silences and their reasons within the last hour and day."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries.interfaces import calls_of_the_day, figures, reasons
from portal.accounts.access import attention_desk
from portal.ui import sharing


@attention_desk
@never_cache
@require_GET
def interfaces(request: HttpRequest) -> HttpResponse:
    """Every interface with its health of the last hour."""
    context = {
        "section": "interfaces",
        "lines": sharing.lines(request.GET, _lang(), with_figures=True),
        "filters": sharing.filters(request.GET),
        "q": request.GET.get("q", ""),
    }
    return render(request, "counter/interfaces.html", context)


@attention_desk
@never_cache
@require_GET
def interface(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """One interface: its terms, its use, how it did and why it was silent."""
    page = sharing.sheet(kind, code, _lang())
    if page is None:
        raise Http404
    done = figures(code).get((kind, code))
    context = {
        "section": "interfaces",
        "page": page,
        "done": done,
        "of_the_day": calls_of_the_day(code),
        "silences": [(_reason(reason), times) for reason, times in reasons(code).items()],
    }
    return render(request, "counter/interface.html", context)


def _reason(code: str) -> str:
    words = {
        "slow": _("没有按时回应"),
        "down": _("连不上"),
        "off": _("没有接通"),
        "quota": _("超出额度"),
        "circuit": _("线路暂停，等待试探"),
        "refused": _("对方拒绝"),
        "garbled": _("回答不合约定"),
    }
    return words.get(code, _("对方出错"))


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"
