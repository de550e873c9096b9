"""The first look of a fresh draft: registers are asked what may be suggested for its situation, and nothing more yet.

What the form and the papers need is asked once the situation is known (个人信息保护法 第六条: no more than needed).
"""

from __future__ import annotations

from uuid import UUID

from bundles import forms
from cases.actions.applying import drafting
from cases.actions.registers import facts
from cases.models import Case
from cases.queries.context import frame_of


def look_up_situation(case_id: UUID) -> int:
    """Ask once, within the time a page has, what suggestions read; how many answers came. Not inside a transaction.

    What stays silent suggests nothing; nobody waits for it, and it is asked again with the rest of the form.
    """
    case = Case.objects.select_related("applicant").get(pk=case_id)
    if not drafting.is_filled_in(case):
        return 0
    frame = frame_of(case)
    wanted = forms.lookups_for_suggestions(frame.context, frame.selection)
    if not wanted:
        return 0
    return facts.ask(case, wanted, **drafting.asking(case), budget_s=drafting.PREFILL_BUDGET_S)
