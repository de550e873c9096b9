"""The answer to a letter: through the one-time link of its QR code, or written down by whoever looks after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import access, queries
from cases.actions.desk import letters, task_files, worklist
from cases.errors import CaseError, ChangedMeanwhile, NotReady, WrongState
from cases.ports import Actor
from cases.queries.letters import letter_page, link_of
from cases.queries.task_desk import files_of
from portal.accounts.access import public, staff_only
from portal.counter import posted
from portal.counter.posted import Typed
from portal.counter.shown.letters import answerer_field, receiver_field
from portal.counter.shown.task import task_shown
from portal.counter.worker import worker

CONFLICT, REFUSED = 409, 422
OPENED, OPEN_S = "opened_letter", 1800
MOST_FILES = 5
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Door:
    """How somebody came to the letter: who acts, where the forms go, which frame the page has, where one ends up."""

    letter: Any
    by: Actor
    address: str
    frame: str
    after: str


@public
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, link: str) -> HttpResponse:
    """The QR code of a letter: the check code first, then the task, until it is answered."""
    letter = _opened(request, link)
    if letter is None:
        return _ask_code(request, link)
    here = reverse("counter:letter_link", args=[link])
    door = Door(letter, Actor("department", department=letter.department), here, "base.html", here)
    return _answer(request, door) if request.method == "POST" else _show(request, door)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def on_behalf(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The department answered on paper: whoever looks after the letter writes it down, with the paper as evidence."""
    letter = access.letters_for(worker(request)).filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    back = reverse("counter:letter", args=[letter_id])
    if letters.held_letter(letter_id) is None:
        messages.error(request, letters.ENDED)
        return redirect(back)
    here = reverse("counter:letter_reply", args=[letter_id])
    door = Door(letter, worker(request).actor, here, "counter/frame.html", back)
    return _answer(request, door) if request.method == "POST" else _show(request, door)


# ---- the check code -----------------------------------------------------------------------------------------


def _opened(request: HttpRequest, link: str) -> Any:
    """The letter this browser has opened with its code within the last half hour."""
    kept = request.session.get(OPENED) or {}
    if kept.get("until", 0) < timezone.now().timestamp():
        return None
    letter = letters.held_letter(UUID(kept["id"]))
    return letter if letter is not None and link_of(letter.pk) == link else None


def _ask_code(request: HttpRequest, link: str) -> HttpResponse:
    error, status = "", 200
    if request.method == "POST" and "code" in request.POST:
        try:
            letter = letters.open_by(link, request.POST["code"][:12])
        except NotReady as problem:
            error, status = problem.faults[0][1], REFUSED
        except CaseError as problem:
            return render(request, "counter/letter_ended.html", {"text": problem.message}, status=410)
        else:
            request.session[OPENED] = {"id": str(letter.pk), "until": timezone.now().timestamp() + OPEN_S}
            return redirect("counter:letter_link", link=link)
    done = request.session.pop(OPENED, None) if request.method == "GET" else None
    if done and done.get("answered") and link_of(UUID(done["id"])) == link:
        return render(request, "counter/letter_ended.html", {"text": _("答复已送出，这个链接不再有效。"), "done": True})
    return render(request, "counter/letter_code.html", {"error": error}, status=status)


# ---- the answer ---------------------------------------------------------------------------------------------


def _answer(request: HttpRequest, door: Door) -> HttpResponse:
    acts: dict[str, Callable[[HttpRequest, Door], str]] = {
        "received": _received,
        "approved": _approved,
        "rejected": _rejected,
        "supplement": _supplement,
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        return _show(request, door, error=_("请选择要做什么"), status=REFUSED)
    try:
        said = act(request, door)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        status = CONFLICT if isinstance(error, WrongState | ChangedMeanwhile) else REFUSED
        return _show(
            request, door, typed=posted.kept(request.POST).with_faults(faults), error=error.message, status=status
        )
    if letters.held_letter(door.letter.pk) is None and OPENED in request.session:
        request.session[OPENED] = {"id": str(door.letter.pk), "until": 0, "answered": True}
    messages.success(request, f"{door.letter.number}：{said}")
    return redirect(door.after)


def _received(request: HttpRequest, door: Door) -> str:
    letters.note_received(door.letter.pk, _name(request, "letter.receiver"), by=door.by)
    return _("已签收")


def _approved(request: HttpRequest, door: Door) -> str:
    values, faults = posted.results_in(queries.task(door.letter.sub).result_fields, request.POST)
    if faults:
        raise NotReady(
            ngettext("有 %(count)s 项结果填得不对", "有 %(count)s 项结果填得不对", len(faults))
            % {"count": len(faults)},
            tuple(faults.items()),
        )
    _keep_files(request, door)

    def act(sub: Any, by: Actor) -> Any:
        return worklist.approve(sub.pk, values, by=by, version=posted.version_in(request.POST))

    letters.answered_on_paper(door.letter.pk, act, _name(request, "letter.answerer"), by=door.by)
    return _("已同意，结果已送出")


def _rejected(request: HttpRequest, door: Door) -> str:
    _with_reasons(request, door, "reject", worklist.reject)
    return _("已不予批准，理由和救济途径已告知申请人")


def _supplement(request: HttpRequest, door: Door) -> str:
    _with_reasons(request, door, "supplement", worklist.request_supplement)
    return _("补正通知已发出，这件停表")


def _with_reasons(request: HttpRequest, door: Door, kind: str, action: Callable[..., Any]) -> None:
    reasons, faults = posted.reasons_in(queries.task(door.letter.sub), kind, request.POST)
    if faults:
        raise NotReady(
            ngettext("有 %(count)s 处没写明", "有 %(count)s 处没写明", len(faults)) % {"count": len(faults)},
            tuple(faults.items()),
        )
    _keep_files(request, door)
    more = {"why_again": request.POST.get("supplement.why_again", "").strip()[:300]} if kind == "supplement" else {}

    def act(sub: Any, by: Actor) -> Any:
        return action(sub.pk, reasons, by=by, version=posted.version_in(request.POST), **more)

    letters.answered_on_paper(door.letter.pk, act, _name(request, "letter.answerer"), by=door.by)


def _keep_files(request: HttpRequest, door: Door) -> None:
    """The paper of the answer, and the licence, checked like every upload."""
    for kind in ("evidence", "licence"):
        for file in request.FILES.getlist(f"files.{kind}")[:MOST_FILES]:
            task_files.attach(door.letter.sub_id, kind, file, by=door.by)


def _name(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST_NAME]


def _show(
    request: HttpRequest, door: Door, *, typed: Typed | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    """What the item needs, masked as at the desk, and the forms. That it was read is recorded first."""
    sub = door.letter.sub
    access.record_access(sub.case_id, by=door.by, what=door.letter.number, purpose=_("凭转办函办理"))
    page, typed = queries.task(sub), typed or Typed()
    answerer = typed.values.get("letter.answerer", door.letter.receiver or "")
    context = {
        "section": "letters",
        "frame": door.frame,
        "action": door.address,
        "letter": letter_page(door.letter),
        "task": task_shown(page, typed, revealed=False),
        "files": files_of(sub),
        "receiver": receiver_field(typed.values.get("letter.receiver", ""), typed.faults.get("letter.receiver", "")),
        "answerer": answerer_field(answerer, typed.faults.get("letter.answerer", "")),
        "act": typed.values.get("act", ""),
        "why_again": bool(page.asked),
        "error": error,
    }
    return render(request, "counter/reply.html", context, status=status)
