"""Applications are taken in the windows of the year (年度日程) only; a draft may be written at any time."""

from __future__ import annotations

from django.utils import timezone

from bundles import forms
from cases.errors import NotReady
from cases.models import Case
from cases.queries.windows import refusal
from cases.states import CaseState


def check(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """Refuse to hand in outside the windows, with the next dates in words, instead of accepting what is late already.

    The day of handing in counts: what was handed in within the window is not sent away because another party agreed
    after it; a person's own case follows the roster it came from. Raises NotReady.
    """
    if case.state != CaseState.DRAFT or case.submitted_at is not None or case.parent_id is not None:
        return
    text = refusal(context.spec, timezone.localdate(context.now))
    if text:
        raise NotReady(text)
