"""Letters (转办函): the list of those a department looks after, one on paper, sent and received."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.desk import letters as actions
from cases.errors import CaseError, NotReady
from cases.queries.letters import STAGES, code_of, letter_page, letters_desk, link_of
from portal.accounts.access import staff_only
from portal.counter.shown import letters as shown
from portal.counter.worker import worker
from portal.ui.qr import qr_code

LONGEST_NAME = 60
REFUSED = 422


@staff_only
@never_cache
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Undecided tasks of people: the own department's and those of the bundles it leads."""
    stage = request.GET.get("stage", "")
    stage = stage if stage in STAGES else ""
    lines = letters_desk(access.manual_tasks_for(worker(request)))
    context = {
        "section": "letters",
        "rows": shown.rows_of([line for line in lines if stage in ("", line.stage)]),
        "filters": shown.stage_filters(lines, stage),
    }
    return render(request, "counter/letters.html", context)


@staff_only
@never_cache
@require_POST
def issue(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Make the letter of a task; there is one already: open that."""
    sub = access.manual_tasks_for(worker(request)).filter(pk=sub_id).first()
    if sub is None:
        raise Http404
    try:
        letter = actions.issue(sub.pk, by=worker(request).actor)
    except CaseError as error:
        messages.error(request, error.message)
        return redirect("counter:letters")
    return redirect("counter:letter", letter_id=letter.pk)


@staff_only
@never_cache
@require_GET
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter as it is printed, and its steps."""
    return _show(request, letter_id)


@staff_only
@never_cache
@require_POST
def sent(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """It has gone out."""
    found = _own(request, letter_id)
    try:
        actions.note_sent(found.pk, request.POST.get("letter.way", ""), by=worker(request).actor)
    except CaseError as error:
        return _show(request, letter_id, error=error)
    messages.success(request, _("%(number)s：已登记送出") % {"number": found.number})
    return redirect("counter:letter", letter_id=letter_id)


@staff_only
@never_cache
@require_POST
def received(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Somebody of the department has it."""
    found = _own(request, letter_id)
    try:
        receiver = request.POST.get("letter.receiver", "").replace("\x00", "")[:LONGEST_NAME]
        actions.note_received(found.pk, receiver, by=worker(request).actor)
    except CaseError as error:
        return _show(request, letter_id, error=error)
    messages.success(request, _("%(number)s：已登记签收") % {"number": found.number})
    return redirect("counter:letter", letter_id=letter_id)


def _own(request: HttpRequest, letter_id: UUID) -> Any:
    """A letter this department looks after. Raises Http404 for any other, as for one that does not exist."""
    found = access.letters_for(worker(request)).filter(pk=letter_id).first()
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, letter_id: UUID, *, error: CaseError | None = None) -> HttpResponse:
    """The page. That it was read is recorded before anything is shown."""
    found = _own(request, letter_id)
    access.record_access(found.sub.case_id, by=worker(request).actor, what=found.number, purpose=_("转办函"))
    page = letter_page(found)
    faults = dict(error.faults) if isinstance(error, NotReady) else {}
    address = request.build_absolute_uri(reverse("counter:letter_link", args=[link_of(found.pk)]))
    is_own = found.department == worker(request).department
    context = {
        "section": "letters",
        "letter": page,
        "steps": shown.steps_of(page),
        "tone": shown.TONES[page.stage],
        "word": shown.stage_word(page.stage),
        "qr": qr_code(address),
        "code": code_of(found.pk) if page.is_open else "",
        "way": shown.sent_field(faults.get("letter.way", "")),
        "receiver": shown.receiver_field(error=faults.get("letter.receiver", "")),
        "error": error.message if error else "",
        "task_href": reverse("counter:task", args=[found.sub_id]) if is_own else "",
    }
    return render(request, "counter/letter.html", context, status=REFUSED if error else 200)
