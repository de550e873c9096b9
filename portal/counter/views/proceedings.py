"""The acts around a decision: not accepting, procedures, extension, opinions, handing on, a registered withdrawal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cases.actions.desk import proceedings
from portal.accounts.access import staff_only
from portal.counter.shown.steps import OTHER
from portal.counter.views.tasks import act_on
from portal.counter.worker import worker

IN_CLOCK = {"in": True, "out": False}
LONGEST = 1000


@staff_only
@never_cache
@require_POST
def not_accept(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Refuse to accept, in writing, with the authority to apply to."""

    def act(sub: Any, version: int) -> None:
        kind, text = _text(request, "not_accept.kind"), _text(request, "not_accept.text")
        apply_to = _text(request, "not_accept.apply_to")[:200]
        proceedings.refuse_acceptance(sub.pk, kind, text, apply_to=apply_to, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("不予受理决定已送出"), then="counter:desk")


@staff_only
@never_cache
@require_POST
def begin_procedure(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Begin a special procedure that the item declares, or another with its days."""

    def act(sub: Any, version: int) -> None:
        chosen = _text(request, "procedure.name")
        name = _text(request, "procedure.other")[:64] if chosen in ("", OTHER) else chosen
        days, in_clock = _number(request, "procedure.days"), IN_CLOCK.get(_text(request, "procedure.clock"))
        by = worker(request).actor
        proceedings.begin_procedure(sub.pk, name, days=days, in_clock=in_clock, by=by, version=version)

    return act_on(request, sub_id, act, said=_("特别程序已开始，告知书已送申请人"))


@staff_only
@never_cache
@require_POST
def end_procedure(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """The special procedure is over."""

    def act(sub: Any, version: int) -> None:
        proceedings.end_procedure(sub.pk, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("特别程序已结束，继续计时"))


@staff_only
@never_cache
@require_POST
def extend(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Extend the limit, once, with approver and reason."""

    def act(sub: Any, version: int) -> None:
        proceedings.extend(
            sub.pk,
            working_days=_number(request, "extend.working_days") or 0,
            approver=_text(request, "extend.approver")[:100],
            reason=_text(request, "extend.reason")[:300],
            by=worker(request).actor,
            version=version,
        )

    return act_on(request, sub_id, act, said=_("期限已延长，告知书已送申请人"))


@staff_only
@never_cache
@require_POST
def consult(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Ask another department for its opinion."""

    def act(sub: Any, version: int) -> None:
        department, question = _text(request, "consult.department"), _text(request, "consult.question")
        days, by = _number(request, "consult.days") or 0, worker(request).actor
        proceedings.consult(sub.pk, department, question, working_days=days, by=by, version=version)

    return act_on(request, sub_id, act, said=_("已发出，逾期没有答复视为无意见"))


@staff_only
@never_cache
@require_POST
def reassign(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Give it back to the lead, or hand it to another department."""

    def act(sub: Any, version: int) -> None:
        department, reason = _text(request, "reassign.department"), _text(request, "reassign.reason")
        proceedings.reassign(sub.pk, department, reason, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("已转出"), then="counter:desk")


@staff_only
@never_cache
@require_POST
def register_withdrawal(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """The applicant took it back at the department's window."""

    def act(sub: Any, version: int) -> None:
        reason = _text(request, "withdraw.reason")
        proceedings.register_withdrawal(sub.pk, reason, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("撤回已登记"), then="counter:desk")


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]


def _number(request: HttpRequest, name: str) -> int | None:
    """A small whole number; None for nothing, 0 for what is none."""
    text = _text(request, name)
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 5 else 0
