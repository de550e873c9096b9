"""What stands beside a task on its page: letter, files, colleagues it could go to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.queries import TaskPage
from cases.queries.task_desk import TaskDesk
from portal.counter.posted import Typed
from portal.counter.shown.hands import to_whom
from portal.counter.shown.letters import stage_word

WRITTEN = frozenset({"result", "reject", "supplement", "not_accept", "procedure", "extend", "consult", "reassign"})


def beside_shown(beside: TaskDesk | None, page: TaskPage, typed: Typed) -> dict[str, Any]:
    """For the template: `beside`, the stage of the letter in words, whom the task could be given to."""
    if beside is None:
        return {"beside": None}
    may_give = page.row.is_mine and bool(beside.colleagues)
    to = to_whom("hand_over.to", _("交给谁"), beside.colleagues, typed.values, typed.faults) if may_give else None
    return {"beside": beside, "letter_word": stage_word(beside.letter.stage) if beside.letter else "", "to": to}


def texts_kept(page: TaskPage, typed: Typed) -> tuple[str, ...]:
    """What somebody had written whose form is gone because the task is in other hands now: to copy, not to lose."""
    if page.row.is_mine and not page.is_decided:
        return ()
    written = (value.strip() for name, value in typed.values.items() if name.partition(".")[0] in WRITTEN)
    standard = {reason.text for reason in page.reasons}
    return tuple(text for text in written if text and text not in standard)
