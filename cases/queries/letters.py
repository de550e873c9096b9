"""Letters (转办函) as they are read: one with its link and check code, the list of those a lead looks after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Prefetch, QuerySet

from bundles import queries
from cases.models import SubApplication, TaskLetter
from cases.protection import blind_index
from cases.queries.wording import department_short, named
from cases.states import SUB_FINAL

MOST_LISTED = 200
STAGES = ("none", "issued", "sent", "received", "answered", "recalled")


@dataclass(frozen=True, slots=True)
class LetterStep:
    """A step of a letter: issued, sent, received, answered; `who` wrote it down or took it over, `how` it went."""

    name: str
    at: datetime | None
    who: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A letter as it was made; `words` are its own, in Chinese."""

    id: UUID
    sub_id: UUID
    case_id: UUID
    number: str
    mark: str
    sha256: str
    issued_at: datetime
    due_on: date | None
    department: str
    words: Mapping[str, Any]
    stage: str
    steps: tuple[LetterStep, ...]

    @property
    def is_open(self) -> bool:
        return self.stage in ("issued", "sent", "received")


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A task of people in a list, with how far its letter has come."""

    sub_id: UUID
    letter_id: UUID | None
    number: str
    task_number: str
    item: str
    department: str
    department_short: str
    due_on: date | None
    dispatched_at: datetime | None
    stage: str


def link_of(letter_id: UUID) -> str:
    """The secret part of the link in the QR code: 160 bits, the same at every printing."""
    return blind_index(f"letter link {letter_id}")[:40]


def code_of(letter_id: UUID) -> str:
    """The check code (查收码) printed on the letter: six digits, asked for before anything is shown."""
    return f"{int(blind_index(f'letter code {letter_id}'), 16) % 1_000_000:06d}"


def stage_of(letter: TaskLetter | None) -> str:
    """How far a letter has come; none where there is no letter."""
    if letter is None:
        return "none"
    if letter.recalled_at is not None:
        return "recalled"
    reached = ("answered", letter.answered_at), ("received", letter.received_at), ("sent", letter.sent_at)
    return next((name for name, at in reached if at is not None), "issued")


def letter_page(letter: TaskLetter) -> LetterPage:
    """One letter with its steps. Record the access before you show it."""
    people = _names(letter)
    steps = (
        LetterStep("issued", letter.issued_at, people.get(letter.issued_by_id, "")),
        LetterStep("sent", letter.sent_at, people.get(letter.sent_by_id, ""), _way(letter)),
        LetterStep("received", letter.received_at, letter.receiver or people.get(letter.received_by_id, "")),
        LetterStep("answered", letter.answered_at, letter.answerer or people.get(letter.answered_by_id, "")),
    )
    return LetterPage(
        id=letter.pk,
        sub_id=letter.sub_id,
        case_id=letter.sub.case_id,
        number=letter.number,
        mark=letter.mark,
        sha256=letter.sha256,
        issued_at=letter.issued_at,
        due_on=letter.due_on,
        department=letter.department,
        words=letter.values,
        stage=stage_of(letter),
        steps=steps,
    )


def letter_of(sub: SubApplication) -> LetterPage | None:
    """The newest letter of a task."""
    letter = TaskLetter.objects.filter(sub=sub).select_related("sub").order_by("issued_at").last()
    return letter_page(letter) if letter else None


def letters_desk(tasks: QuerySet[SubApplication], stage: str = "") -> tuple[LetterLine, ...]:
    """Undecided tasks with their letters, the most urgent first; `stage` narrows to one. Two queries."""
    newest = Prefetch("letters", TaskLetter.objects.order_by("issued_at").defer("values"))
    found = tasks.exclude(state__in=SUB_FINAL).order_by("due_on", "pk").prefetch_related(newest)[:MOST_LISTED]
    lines = [_line(sub) for sub in found]
    return tuple(line for line in lines if stage in ("", line.stage))


def _line(sub: SubApplication) -> LetterLine:
    letter = next(reversed(list(sub.letters.all())), None)
    return LetterLine(
        sub_id=sub.pk,
        letter_id=letter.pk if letter else None,
        number=letter.number if letter else "",
        task_number=sub.number,
        item=named(queries.version(sub.case.bundle_version_id).spec.item(sub.item_id)),
        department=sub.department,
        department_short=department_short(sub.department),
        due_on=sub.due_on,
        dispatched_at=sub.dispatched_at,
        stage=stage_of(letter),
    )


def _way(letter: TaskLetter) -> str:
    return str(TaskLetter.Way(letter.sent_way).label) if letter.sent_way else ""


def _names(letter: TaskLetter) -> dict[UUID | None, str]:
    ids = (letter.issued_by_id, letter.sent_by_id, letter.received_by_id, letter.answered_by_id)
    people = get_user_model()._default_manager.filter(pk__in=[one for one in ids if one is not None])
    return {one.pk: one.get_short_name() for one in people}
