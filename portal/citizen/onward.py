"""The shortest way through an application: from what was just done to what is next."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from cases.queries.rosters import takes_roster
from cases.queries.task_list import TaskList, task_list
from portal.citizen.language import lang
from portal.citizen.shown import resuming
from portal.citizen.shown.tasks import SAID


def address(case: Any, acting: Any = None, *, past_papers: bool = False) -> str:
    """Where it goes on: what is left to answer, the papers, somebody who refused, the check; else the list of it all.

    `past_papers`: the person comes from the papers; where one is lacking still, the list says so.
    """
    page = task_list(case, lang(), acting=acting)
    if _needs_the_list(case, page):
        return _of("tasks", case)
    left = resuming.place(case)
    if left:
        return left
    if any(not slot.is_settled for slot in page.required_slots):
        return _of("tasks" if past_papers else "materials", case)
    has_refused = any(party.state == "declined" for party in page.parties if party.must_agree)
    return _of("parties" if has_refused else "check", case)


def _needs_the_list(case: Any, page: TaskList) -> bool:
    """What only the list tells: it cannot be filed as it is, a question is open, people come by a file, it is filed."""
    is_stopped = any(blocker.kind in SAID for blocker in page.blockers)
    return bool(case.submitted_at or page.questions_open or is_stopped or takes_roster(case))


def _of(name: str, case: Any) -> str:
    return reverse(f"citizen:{name}", args=[case.pk])
