"""Whose hands tasks are in: several taken at once, handed over, somebody to stand in; the own post."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.actions.desk import handovers, posts, worklist
from cases.errors import CaseError, NotReady
from cases.queries.desk_people import colleagues_of, post_of
from portal.accounts.access import staff_only
from portal.counter.shown.hands import post_shown
from portal.counter.views.tasks import act_on
from portal.counter.worker import worker

MOST_AT_ONCE = 100
REFUSED = 422


@staff_only
@never_cache
@require_POST
def take_many(request: HttpRequest) -> HttpResponse:
    """Take every task that was ticked and that nobody has."""
    chosen = dict(filter(None, map(_ticked, request.POST.getlist("task")[:MOST_AT_ONCE])))
    taken, missed = worklist.take_many(chosen, by=worker(request).actor)
    if taken:
        text = ngettext("已接 %(count)s 件", "已接 %(count)s 件", len(taken)) % {"count": len(taken)}
        messages.success(request, text)
    if missed:
        text = ngettext("%(count)s 件同事先接了", "%(count)s 件同事先接了", len(missed)) % {"count": len(missed)}
        messages.warning(request, text)
    if not chosen:
        messages.warning(request, _("没有勾选任务"))
    return redirect("counter:desk")


def _ticked(text: str) -> tuple[UUID, int] | None:
    """What a tick says: the task and the version the page was made from."""
    sub_id, _colon, version = text.partition(":")
    try:
        return UUID(sub_id), int(version[:9])
    except ValueError:
        return None


@staff_only
@never_cache
@require_POST
def hand_over(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Give the task to a colleague."""

    def act(sub: Any, version: int) -> None:
        to = _id(request.POST.get("hand_over.to", ""))
        if to is None:
            raise NotReady(_("请选择本部门的同事"), (("hand_over.to", _("请选择本部门的同事")),))
        handovers.hand_over(sub.pk, to, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("已交给同事"), then="counter:desk")


@staff_only
@never_cache
@require_GET
def post(request: HttpRequest) -> HttpResponse:
    """The own post: where mail goes, when one is away and who stands in."""
    return _show(request)


@staff_only
@never_cache
@require_POST
def reach(request: HttpRequest) -> HttpResponse:
    """Where the daily e-mail goes."""

    def act() -> str:
        email = request.POST.get("email", "").replace("\x00", "").strip()[:120]
        posts.reach_at(email, by=worker(request).actor, wants_digest=request.POST.get("digest") == "true")
        return _("已保存")

    return _do(request, act)


@staff_only
@never_cache
@require_POST
def away(request: HttpRequest) -> HttpResponse:
    """Be away from a day to another, or be back."""

    def act() -> str:
        by = worker(request).actor
        if request.POST.get("back"):
            posts.come_back(by=by)
            return _("欢迎回来，代班已结束")
        since, until = _day(request, "away_from"), _day(request, "away_until")
        posts.go_away(by=by, since=since, until=until, substitute=_id(request.POST.get("substitute", "")))
        return _("已登记，这几天您的任务同事也能办")

    return _do(request, act)


@staff_only
@never_cache
@require_POST
def hand_over_all(request: HttpRequest) -> HttpResponse:
    """Give a colleague everything one holds."""

    def act() -> str:
        to = _id(request.POST.get("hand_over.to", ""))
        if to is None:
            raise NotReady(_("请选择本部门的同事"), (("hand_over.to", _("请选择本部门的同事")),))
        count = handovers.hand_over_all(to, by=worker(request).actor)
        return ngettext("已交出 %(count)s 件", "已交出 %(count)s 件", count) % {"count": count}

    return _do(request, act)


def _do(request: HttpRequest, act: Any) -> HttpResponse:
    try:
        messages.success(request, act())
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        return _show(request, faults=faults, error=error.message)
    return redirect("counter:post")


def _show(request: HttpRequest, *, faults: dict[str, str] | None = None, error: str = "") -> HttpResponse:
    typed = request.POST if error else {}
    forms = post_shown(post_of(worker(request)), colleagues_of(worker(request)), typed, faults or {})
    context = {"section": "post", "post": forms, "error": error}
    return render(request, "counter/post.html", context, status=REFUSED if error else 200)


def _day(request: HttpRequest, name: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise NotReady(_("请填写日期"), ((name, _("请填写日期")),)) from error


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
