"""What stands beside a task of people: its letter, its files, colleagues it could go to, who changed it last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.models import SubApplication, TaskFile
from cases.queries.desk_people import Colleague, colleagues_of
from cases.queries.letters import LetterPage, letter_of
from cases.queries.people import StaffPerson
from cases.queries.task_history import TaskEvent, history_of
from cases.states import SUB_FINAL


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file beside the task; `kind` is enclosure, evidence or licence."""

    id: UUID
    name: str
    kind: str
    kind_label: str
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TaskDesk:
    """`colleagues` is empty where the task is nobody's to give away."""

    letter: LetterPage | None
    files: tuple[FileLine, ...]
    colleagues: tuple[Colleague, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else did meanwhile: the newest event, and in whose hands the task is now."""

    event: TaskEvent | None
    holder: str


def task_desk(sub: SubApplication, account: StaffPerson) -> TaskDesk | None:
    """Nothing for a department with its own system."""
    if sub.connect != "manual":
        return None
    is_open = sub.state not in SUB_FINAL
    return TaskDesk(
        letter=letter_of(sub),
        files=files_of(sub),
        colleagues=colleagues_of(account) if is_open and sub.department == account.department else (),
        is_open=is_open,
    )


def files_of(sub: SubApplication) -> tuple[FileLine, ...]:
    found = TaskFile.objects.filter(sub=sub)
    return tuple(
        FileLine(one.pk, one.name, one.kind, str(TaskFile.Kind(one.kind).label), one.size, one.added_at)
        for one in found
    )


def change_of(sub: SubApplication) -> Change:
    """What to show somebody whose page was overtaken."""
    newest = next(iter(history_of(sub)), None)
    holder = sub.assigned_to
    return Change(newest, holder.get_short_name() if holder is not None else "")
