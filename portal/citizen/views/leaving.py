"""A copy of my data, and closing the account. 个人信息保护法 第四十五条, 第四十七条."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import closing, exporting
from portal.accounts.access import applicants_only
from portal.accounts.acting import person_of
from portal.accounts.freshness import is_fresh, sign_in_again
from portal.citizen.own import OwnRequest, says_why


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def exports(request: OwnRequest) -> HttpResponse:
    """What is in a copy, the copies there are, and the press that makes one."""
    if request.method == "POST":
        made = exporting.ask(request.user, by=person_of(request))
        made.refresh_from_db()
        words = _("做好了，可以下载") if made.made_at else _("正在做，好了会发消息告诉您，这一页可以关掉")
        messages.success(request, words)
        return redirect("citizen:exports")
    context = {"section": "me", "exports": exporting.exports_of(request.user), "now": timezone.now()}
    return render(request, "citizen/exports.html", context)


@applicants_only
@never_cache
@require_GET
def export(request: OwnRequest, export_id: UUID) -> HttpResponse:
    """The file, to whoever has just signed in; each download is on record."""
    if not is_fresh(request):
        return sign_in_again(reverse("citizen:export", args=[export_id]))
    taken = exporting.take(request.user, export_id, by=person_of(request))
    if taken is None:
        raise Http404
    made, packed = taken
    response = HttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{timezone.localtime(made.made_at):%Y%m%d}.zip"'
    return response


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def close(request: OwnRequest) -> HttpResponse:
    """What closing means, what stands in the way; asked twice, by somebody who has just signed in."""
    if request.method == "POST":
        return _asked(request)
    context = {
        "section": "me",
        "pending": closing.pending(request.user),
        "obstacles": closing.obstacles(request.user),
        "bodies": closing.bodies_of(request.user),
    }
    return render(request, "citizen/close.html", context)


def _asked(request: OwnRequest) -> HttpResponse:
    if not is_fresh(request):
        return sign_in_again(reverse("citizen:close"))
    if request.POST.get("sure") != "yes":
        messages.error(request, _("请先勾选“我知道了”"))
        return redirect("citizen:close")
    closing.ask(request.user)
    messages.success(request, _("已登记。15 天内登录这一页可以恢复"))
    return redirect("citizen:close")


@applicants_only
@require_POST
@says_why
def keep(request: OwnRequest) -> HttpResponse:
    """The account stays after all."""
    closing.cancel(request.user)
    messages.success(request, _("已恢复，账户照常使用"))
    return redirect("citizen:close")
