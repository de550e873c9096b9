"""One task of a department: see what its item needs, take it, accept, decide, ask for a supplement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access, queries
from cases.actions.desk import worklist
from cases.errors import CaseError, ChangedMeanwhile, NotReady, WrongState
from cases.ports import Actor, Reason
from cases.queries import TaskPage
from cases.queries.task_desk import change_of, task_desk
from cases.queries.task_modes import task_modes
from portal.accounts.access import staff_only
from portal.counter import posted
from portal.counter.posted import Typed
from portal.counter.shown.beside import beside_shown, texts_kept
from portal.counter.shown.faults import mistakes
from portal.counter.shown.steps import steps_shown
from portal.counter.shown.task import task_shown
from portal.counter.worker import worker

CONFLICT, REFUSED = 409, 422
NOTHING_TYPED = Typed()


@staff_only
@never_cache
@require_GET
def task(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """What the department may see of it, and what can be done now."""
    return _show(request, _own(request, sub_id))


@staff_only
@never_cache
@require_POST
def unmask(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Whole numbers, once, for a written reason that the applicant can read. 个人信息保护法 第五十一条."""
    sub = _own(request, sub_id)
    purpose, fault = posted.purpose_in(request.POST)
    if fault:
        typed = posted.kept(request.POST).with_faults({"purpose": fault})
        return _show(request, sub, typed=typed, status=REFUSED)
    return _show(request, sub, what=_("完整证件号码"), purpose=purpose, revealed=True)


@staff_only
@never_cache
@require_POST
def take(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Make it mine."""
    return act_on(request, sub_id, _plainly(request, worklist.take), said=_("已接件"))


@staff_only
@never_cache
@require_POST
def accept(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Accept: the limits run from now."""
    return act_on(request, sub_id, _plainly(request, worklist.accept), said=_("已受理，时限从现在起算"))


@staff_only
@never_cache
@require_POST
def approve(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Approve with the declared result fields."""

    def act(sub: Any, version: int) -> None:
        fields = queries.task(sub, worker(request)).result_fields
        values, faults = posted.results_in(fields, request.POST)
        if faults:
            raise NotReady(
                ngettext("有 %(count)s 项结果填得不对", "有 %(count)s 项结果填得不对", len(faults))
                % {"count": len(faults)},
                tuple(faults.items()),
            )
        worklist.approve(sub.pk, values, by=worker(request).actor, version=version)

    return act_on(request, sub_id, act, said=_("已同意，结果已送出"), then="counter:desk")


@staff_only
@never_cache
@require_POST
def reject(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Refuse with reasons that the applicant reads."""
    act = _with_reasons(request, "reject", worklist.reject)
    return act_on(request, sub_id, act, said=_("已不予批准，理由和救济途径已告知申请人"), then="counter:desk")


@staff_only
@never_cache
@require_POST
def supplement(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Ask for what is missing, all at once."""
    why_again = request.POST.get("supplement.why_again", "").strip()[:300]

    def ask(sub_id: UUID, reasons: tuple[Reason, ...], *, by: Actor, version: int) -> None:
        worklist.request_supplement(sub_id, reasons, by=by, version=version, why_again=why_again)

    act = _with_reasons(request, "supplement", ask)
    return act_on(request, sub_id, act, said=_("补正通知已发出，这件停表"))


Act = Callable[[Any, int], None]


def _plainly(request: HttpRequest, action: Callable[..., Any]) -> Act:
    def act(sub: Any, version: int) -> None:
        action(sub.pk, by=worker(request).actor, version=version)

    return act


def _with_reasons(request: HttpRequest, kind: str, action: Callable[..., Any]) -> Act:
    """Read the reasons of a form and hand them over; the fault of having none stands at the free one."""

    def act(sub: Any, version: int) -> None:
        reasons, faults = posted.reasons_in(queries.task(sub, worker(request)), kind, request.POST)
        if faults:
            raise NotReady(
                ngettext("有 %(count)s 处没写明", "有 %(count)s 处没写明", len(faults)) % {"count": len(faults)},
                tuple(faults.items()),
            )
        try:
            action(sub.pk, reasons, by=worker(request).actor, version=version)
        except NotReady as error:
            raise NotReady(error.message, tuple(_placed(kind, path, text) for path, text in error.faults)) from error

    return act


def _placed(kind: str, path: str, text: str) -> tuple[str, str]:
    """Where a fault of the engine stands in the form: why it is asked again has its own input."""
    return (f"{kind}.why_again" if path == "why_again" else f"{kind}.free.0", text)


def act_on(request: HttpRequest, sub_id: UUID, act: Act, *, said: str, then: str = "") -> HttpResponse:
    """Do it, or show the page again with the reason and everything that was typed."""
    sub = _own(request, sub_id)
    try:
        version = posted.version_in(request.POST)
        worklist.check_current(sub.pk, by=worker(request).actor, version=version)
        act(sub, version)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        status = CONFLICT if isinstance(error, WrongState | ChangedMeanwhile) else REFUSED
        typed = posted.kept(request.POST).with_faults(faults)
        return _show(request, _own(request, sub_id), typed=typed, error=error.message, status=status)
    messages.success(request, f"{sub.number}：{said}")
    return redirect(then) if then else redirect("counter:task", sub_id=sub_id)


def _own(request: HttpRequest, sub_id: UUID) -> Any:
    """A task of the department. Raises Http404 for any other, as for one that does not exist."""
    sub = access.subs_for_department(worker(request)).filter(pk=sub_id).first()
    if sub is None:
        raise Http404
    return sub


def _show(
    request: HttpRequest,
    sub: Any,
    *,
    typed: Typed = NOTHING_TYPED,
    error: str = "",
    what: str = "",
    purpose: str = "",
    revealed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page. That it was read is recorded before anything is shown."""
    access.record_access(sub.case_id, by=worker(request).actor, what=what or sub.number, purpose=purpose or _("办理"))
    page: TaskPage = queries.task(sub, worker(request))
    context = {
        "section": "desk",
        "task": task_shown(page, typed, revealed=revealed),
        "steps": steps_shown(page, queries.proceedings_of(sub), typed),
        "page": page,
        "modes": task_modes(sub),
        "form": getattr(request.resolver_match, "url_name", ""),
        "error": error,
        "mistakes": mistakes(page, typed.faults, error),
        "purpose": typed.values.get("purpose", purpose),
        "purpose_fault": typed.faults.get("purpose", ""),
        "change": change_of(sub) if status == CONFLICT else None,
        "texts_kept": texts_kept(page, typed) if status == CONFLICT else (),
        **beside_shown(task_desk(sub, worker(request)), page, typed),
    }
    return render(request, "counter/task.html", context, status=status)
