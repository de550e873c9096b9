"""Nobody applies: a search by night finds who is entitled, who is asked taps once, the rest follows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.actions.proactive import entitled, searching
from cases.queries import candidates

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk


def find(walk: Walk) -> None:
    """Search on the day of the scenario; the person it looks for must be among those found."""
    searching.find_entitled(walk.spec.code)
    one = _found(walk)
    if one.can_answer:
        entitled.accept(one.id, by=walk.applicant.actor)
        one = _found(walk)
    if one.case_id is None:
        raise LookupError(f"比对到了 {walk.applicant.name}，但没有立案：{one.state_label}{one.reason}")
    walk.case_id = one.case_id


def _found(walk: Walk) -> candidates.CandidateView:
    """What the search found about the applicant. Raises LookupError where it found nothing."""
    mine = [one for one in candidates.candidates_of(walk.applicant) if one.bundle_name == walk.spec.zh]
    if not mine:
        raise LookupError(f"没有比对到 {walk.applicant.name}")
    return mine[0]
