"""One attention: what is the matter, what was sent and heard, and every act that is open to who looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.mending import asking, correcting, desk, ending, moving, replay, settling
from cases.actions.mending.asking import Heard
from cases.actions.mending.settling import Decided
from cases.errors import CaseError, ChangedMeanwhile, NotReady, WrongState
from cases.ports import Reason
from cases.queries import AttentionPage, attention_page
from portal.accounts.access import attention_desk
from portal.counter import posted
from portal.counter.posted import Typed
from portal.counter.shown import attention_forms as forms
from portal.counter.shown import attention_page as shown
from portal.counter.shown.faults import Mistake
from portal.counter.worker import worker

CONFLICT, REFUSED = 409, 422
LONGEST = 2000
NOTHING_TYPED = Typed()
CORRECTION_ACTS = frozenset({"confirm", "decline"})


@attention_desk
@never_cache
@require_GET
def attention_item(request: HttpRequest, attention_id: UUID) -> HttpResponse:
    """The page; values of people by their shape."""
    return _show(request, _found(request, attention_id))


@attention_desk
@never_cache
@require_POST
def unmask(request: HttpRequest, attention_id: UUID) -> HttpResponse:
    """What was sent and heard in full, once, for a reason that the applicant can read. 个人信息保护法 第五十一条."""
    found = _found(request, attention_id)
    purpose, fault = posted.purpose_in(request.POST)
    if fault:
        typed = posted.kept(request.POST).with_faults({"purpose": fault})
        return _show(request, found, typed=typed, status=REFUSED)
    desk.unmasked(attention_id, purpose, by=worker(request).actor)
    return _show(request, found, purpose=purpose, revealed=True)


@attention_desk
@never_cache
@require_GET
def evidence(request: HttpRequest, act_id: UUID) -> FileResponse:
    """The file an act rests on; that it was read is recorded first."""
    material = access.evidence_for(worker(request), act_id)
    if material is None or not material.file:
        raise Http404
    access.record_access(material.case_id, by=worker(request).actor, what=_("登记决定的凭据"), purpose=_("办理"))
    answer = FileResponse(material.file.open("rb"), content_type=material.media_type, filename=material.name or "")
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return answer


@attention_desk
@never_cache
@require_POST
def act(request: HttpRequest, attention_id: UUID, name: str) -> HttpResponse:
    """Do it, or show the page again with the reason and everything that was typed."""
    found = _found(request, attention_id)
    if name not in ACTS or name not in _open_acts(attention_page(found, worker(request))):
        if name not in ACTS:
            raise Http404
        return _show(request, found, error=_("现在不能这样处理，情况可能变了"), status=CONFLICT)
    try:
        said = ACTS[name](request, attention_id)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        status = CONFLICT if isinstance(error, WrongState | ChangedMeanwhile) else REFUSED
        typed = posted.kept(request.POST).with_faults(faults)
        again = _found(request, attention_id)
        return _show(request, again, typed=typed, error=error.message, sent=name, status=status)
    messages.success(request, said)
    still = access.attentions_for(worker(request)).filter(pk=attention_id, closed_at=None).exists()
    return redirect("counter:attention_item", attention_id) if still else redirect("counter:attention")


def _open_acts(page: AttentionPage) -> frozenset[str]:
    """The acts of the reason and the person, and those on a correction that waits."""
    return page.may | (CORRECTION_ACTS if page.correction and page.closed_at is None else frozenset())


# ---- the acts ---------------------------------------------------------------------------------------------------


def _retry(request: HttpRequest, attention_id: UUID) -> str:
    replay.send_again(attention_id, by=worker(request).actor)
    return _("已重新送出，结果会自己出现")


def _ask(request: HttpRequest, attention_id: UUID) -> str:
    said = {
        Heard.ANSWERED: _("部门答复了，已生效"),
        Heard.NEVER_SEEN: _("部门说从来没有收到过这一件"),
        Heard.UNKNOWN: _("没有得到可靠的答复，请稍后再问"),
    }
    return said[asking.ask_now(attention_id, by=worker(request).actor)]


def _correct(request: HttpRequest, attention_id: UUID) -> str:
    changes = {
        name.removeprefix("value."): str(value)[:LONGEST]
        for name, value in request.POST.items()
        if name.startswith("value.")
    }
    correcting.propose(attention_id, changes, _text(request, "correction.reason"), by=worker(request).actor)
    return _("已提交，等另一个人复核后送出")


def _confirm(request: HttpRequest, attention_id: UUID) -> str:
    correcting.confirm(_waiting(request, attention_id), by=worker(request).actor)
    return _("已复核，换新编号送出")


def _decline(request: HttpRequest, attention_id: UUID) -> str:
    correcting.decline(_waiting(request, attention_id), _text(request, "decline.reason"), by=worker(request).actor)
    return _("已退回，没有送出")


def _waiting(request: HttpRequest, attention_id: UUID) -> UUID:
    waiting = attention_page(_found(request, attention_id), worker(request)).correction
    if waiting is None:
        raise WrongState(_("没有等复核的更正，请刷新页面"))
    return waiting.id


def _anew(request: HttpRequest, attention_id: UUID) -> str:
    correcting.send_anew(attention_id, _text(request, "anew.reason"), by=worker(request).actor)
    return _("部门没有收到过旧的，已换新编号送出")


def _settle(request: HttpRequest, attention_id: UUID) -> str:
    page = attention_page(_found(request, attention_id), worker(request))
    values, faults = posted.results_in(page.results, request.POST)
    if faults:
        raise NotReady(
            ngettext("有 %(count)s 项结果填得不对", "有 %(count)s 项结果填得不对", len(faults))
            % {"count": len(faults)},
            tuple(faults.items()),
        )
    reason, article = _text(request, "settle.reason"), _text(request, "settle.article")[:200]
    decided = Decided(
        status=_text(request, "settle.status"),
        values=values,
        reasons=(Reason("", "", reason, article),) if reason else (),
        receipt_no=_text(request, "settle.receipt_no"),
        statement=_text(request, "settle.statement"),
    )
    settling.settle(attention_id, decided, request.FILES.get("settle.file"), by=worker(request).actor)
    return _("决定已登记并生效，申请人已收到通知")


def _accept(request: HttpRequest, attention_id: UUID) -> str:
    try:
        message = UUID(request.POST.get("message", ""))
    except ValueError as error:
        raise NotReady(_("请选择按哪一份答复更正"), (("accept.reason", _("请选择按哪一份答复更正")),)) from error
    settling.accept_later(attention_id, message, _text(request, "accept.reason"), by=worker(request).actor)
    return _("已按后到的答复更正，当事人已收到通知")


def _to_people(request: HttpRequest, attention_id: UUID) -> str:
    checked = request.POST.get("people.is_checked") == "yes"
    moving.to_people(attention_id, _text(request, "people.reason"), by=worker(request).actor, is_checked=checked)
    return _("已转到本部门的工作台")


def _reassign(request: HttpRequest, attention_id: UUID) -> str:
    department, reason = _text(request, "reassign.department"), _text(request, "reassign.reason")
    moving.reassign(attention_id, department, reason, by=worker(request).actor)
    return _("已转出")


def _give_up(request: HttpRequest, attention_id: UUID) -> str:
    ending.give_up(attention_id, _text(request, "end.reason"), by=worker(request).actor)
    return _("已终止，通知书已送申请人")


def _dismiss(request: HttpRequest, attention_id: UUID) -> str:
    desk.dismiss(attention_id, _text(request, "dismiss.reason"), by=worker(request).actor)
    return _("已关闭")


def _take(request: HttpRequest, attention_id: UUID) -> str:
    desk.take(attention_id, by=worker(request).actor)
    return _("由您处理，同事会看到")


def _snooze(request: HttpRequest, attention_id: UUID) -> str:
    hours = _text(request, "snooze.until")
    until = timezone.now() + timedelta(hours=int(hours) if hours in forms.SNOOZES else 0)
    desk.snooze(attention_id, until, _text(request, "snooze.text"), by=worker(request).actor)
    return _("到时会自己回来")


def _note(request: HttpRequest, attention_id: UUID) -> str:
    desk.note(attention_id, _text(request, "note.text"), by=worker(request).actor)
    return _("已记下")


ACTS: Mapping[str, Callable[[HttpRequest, UUID], str]] = {
    "retry": _retry,
    "ask": _ask,
    "correct": _correct,
    "confirm": _confirm,
    "decline": _decline,
    "anew": _anew,
    "settle": _settle,
    "accept": _accept,
    "to_people": _to_people,
    "reassign": _reassign,
    "give_up": _give_up,
    "dismiss": _dismiss,
    "take": _take,
    "snooze": _snooze,
    "note": _note,
}


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]


# ---- the page ---------------------------------------------------------------------------------------------------


def _found(request: HttpRequest, attention_id: UUID) -> Any:
    """An attention somebody may look into. Raises Http404 for any other, as for one that does not exist."""
    found = access.attention_for(worker(request), attention_id)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    found: Any,
    *,
    typed: Typed = NOTHING_TYPED,
    error: str = "",
    sent: str = "",
    purpose: str = "",
    revealed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page. That it was read is recorded before anything is shown."""
    account = worker(request)
    what = _("送给部门的完整内容") if revealed else found.sub.number if found.sub else found.case.number or ""
    access.record_access(found.case_id, by=account.actor, what=what, purpose=purpose or _("处理待关注"))
    page = attention_page(found, account)
    context = {
        "section": "attention",
        "page": page,
        "row": page.row,
        "body": shown.body_shown(page.body, revealed=revealed),
        "has_masked": any(not value.is_plain for value in page.body),
        "tries": shown.tries_shown(page.tries),
        "heard": shown.heard_shown(page.heard, revealed=revealed),
        "acts": shown.acts_shown(page),
        "correction": shown.correction_shown(page),
        "quick": forms.quick_forms(page),
        "folds": forms.folded_forms(page, typed, sent, revealed=revealed),
        "accept_reason": typed.values.get("accept.reason", ""),
        "accept_fault": typed.faults.get("accept.reason", ""),
        "decline_fault": typed.faults.get("decline.reason", ""),
        "task_href": _own_task(account, found),
        "error": error,
        "mistakes": _mistakes(typed, error),
        "purpose": typed.values.get("purpose", purpose),
        "purpose_fault": typed.faults.get("purpose", ""),
        "revealed": revealed,
    }
    return render(request, "counter/attention_item.html", context, status=status)


def _own_task(account: Any, found: Any) -> UUID | None:
    """The task on the worklist, for whoever may open that."""
    if found.sub is None or account.role != "staff":
        return None
    return found.sub_id if access.subs_for_department(account).filter(pk=found.sub_id).exists() else None


def _mistakes(typed: Typed, error: str) -> tuple[Mistake, ...]:
    found = tuple(Mistake(f"#f-{name.replace('.', '-')}", text) for name, text in typed.faults.items())
    return found or ((Mistake("#main", error),) if error else ())
