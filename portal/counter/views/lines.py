"""Lines to departments on the attention desk: let everything pass again at once, or end a maintenance early."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.actions.delivery import circuits
from cases.queries.line_desk import DeskLine, desk_lines
from portal.accounts.access import attention_desk
from portal.counter.worker import worker


@attention_desk
@require_POST
def close_line(request: HttpRequest, department: str) -> HttpResponse:
    """Somebody knows that the department is back: nothing waits for the next probe. Who said so stands on record."""
    if not any(one.kind == "outage" and one.department == department and one.may_end for one in _lines(request)):
        raise Http404
    circuits.close_now(department, by=worker(request).actor)
    messages.success(request, _("线路已恢复，等候的正在送出；对方其实没有恢复时，五次失败后会再断开"))
    return redirect("counter:attention")


@attention_desk
@require_POST
def end_rest(request: HttpRequest, maintenance_id: UUID) -> HttpResponse:
    """The department is done early, or will not rest at all."""
    if not any(one.key == maintenance_id and one.may_end for one in _lines(request)):
        raise Http404
    circuits.lift_maintenance(maintenance_id, by=worker(request).actor)
    messages.success(request, _("维护已结束，等候的正在送出"))
    return redirect("counter:attention")


def _lines(request: HttpRequest) -> tuple[DeskLine, ...]:
    return desk_lines(worker(request))
