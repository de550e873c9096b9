"""What stands beside a task on its page: letter, files, colleagues it could go to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.queries import TaskPage
from cases.queries.task_desk import TaskDesk
from portal.counter.posted import Typed
from portal.counter.shown.hands import to_whom
from portal.counter.shown.letters import stage_word


def beside_shown(beside: TaskDesk | None, page: TaskPage, typed: Typed) -> dict[str, Any]:
    """For the template: `beside`, the stage of the letter in words, whom the task could be given to."""
    if beside is None:
        return {"beside": None}
    may_give = page.row.is_mine and bool(beside.colleagues)
    to = to_whom("hand_over.to", _("交给谁"), beside.colleagues, typed.values, typed.faults) if may_give else None
    return {"beside": beside, "letter_word": stage_word(beside.letter.stage) if beside.letter else "", "to": to}
