"""Answers row by row: several tasks of one item on one page, each decided by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.actions.desk import worklist
from cases.errors import CaseError, NotReady
from cases.ports import Reason
from cases.queries.answer_rows import AnswerRow, answer_rows
from portal.accounts.access import staff_only
from portal.counter import posted
from portal.counter.shown.answer_rows import RowForm, row_form
from portal.counter.worker import worker

REFUSED = 422
LONGEST_REASON = 500


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def rows(request: HttpRequest, item_key: str) -> HttpResponse:
    """Show the rows; posted, decide each that says something, and show again those that could not be."""
    found = answer_rows(worker(request), item_key[:100])
    if request.method == "GET":
        return _show(request, found, [row_form(row, {}, {}) for row in found])
    kept, done = [], 0
    for row in found:
        typed = _typed(request.POST, row)
        if typed.get("act") not in ("approve", "reject"):
            kept.append(row_form(row, typed, {}))
            continue
        faults = _decide(request, row, typed)
        done += not faults
        if faults:
            kept.append(row_form(row, typed, faults))
    if done:
        said = ngettext("已答复 %(count)s 件", "已答复 %(count)s 件", done) % {"count": done}
        messages.success(request, said)
    if not any(form.error for form in kept):
        return redirect("counter:answer_rows", item_key=item_key) if kept else redirect("counter:desk")
    return _show(request, found, kept, status=REFUSED)


def _typed(post: QueryDict, row: AnswerRow) -> dict[str, str]:
    """The inputs of one row, by their names without it."""
    start = f"{row.sub_id}."
    return {name[len(start) :]: str(post.get(name) or "") for name in post if name.startswith(start)}


def _decide(request: HttpRequest, row: AnswerRow, typed: Mapping[str, str]) -> dict[str, str]:
    """Decide one task; what is wrong by the input, and by "" for the row itself."""
    by, version = worker(request).actor, posted.version_in(cast(QueryDict, typed))
    try:
        if typed["act"] == "reject":
            text = typed.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
            worklist.reject(row.sub_id, [Reason("", "", text)], by=by, version=version)
            return {}
        values, faults = posted.results_in(row.fields, cast(QueryDict, typed))
        if faults:
            return {
                "": ngettext("有 %(count)s 项结果填得不对", "有 %(count)s 项结果填得不对", len(faults))
                % {"count": len(faults)},
                **faults,
            }
        worklist.approve(row.sub_id, values, by=by, version=version)
    except CaseError as error:
        named: dict[str, Any] = dict(error.faults) if isinstance(error, NotReady) else {}
        return {"": error.message, **{_input(name): text for name, text in named.items()}}
    return {}


def _input(name: str) -> str:
    return name if name == "reason" or name.startswith("result.") else f"result.{name}"


def _show(
    request: HttpRequest, found: tuple[AnswerRow, ...], forms: list[RowForm], *, status: int = 200
) -> HttpResponse:
    title = found[0].title if found else ""
    context = {"section": "desk", "title": title, "rows": forms}
    return render(request, "counter/answer_rows.html", context, status=status)
