"""Letters in the words of the desk: stages, steps, the rows of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries.letters import LetterLine, LetterPage
from portal.ui import words
from portal.ui.fields import Choice, FieldView
from portal.ui.parts import Filter

TONES = {"none": "wait", "issued": "you", "sent": "doing", "received": "doing", "answered": "done", "recalled": "gone"}
WAYS = ("exchange", "hand", "post", "network")


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of a letter; `text` says when, by whom and how, empty while it is to come."""

    title: str
    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A line of the list: the task, whose it is, the letter, what to do next."""

    sub_id: str
    href: str
    item: str
    task_number: str
    number: str
    department: str
    department_short: str
    due: str
    tone: str
    word: str
    can_issue: bool


def stage_word(stage: str) -> str:
    known = {
        "none": _("没有出函"),
        "issued": _("待送出"),
        "sent": _("已送出"),
        "received": _("已签收"),
        "answered": _("已答复"),
        "recalled": _("已收回"),
    }
    return known[stage]


def steps_of(letter: LetterPage) -> tuple[StepShown, ...]:
    titles = {"issued": _("出函"), "sent": _("送出"), "received": _("签收"), "answered": _("答复")}
    return tuple(
        StepShown(
            titles[step.name],
            " · ".join(part for part in (words.moment_in_words(step.at), step.how, step.who) if part),
            step.at is not None,
        )
        for step in letter.steps
    )


def rows_of(lines: Sequence[LetterLine]) -> tuple[LetterRow, ...]:
    return tuple(
        LetterRow(
            sub_id=str(one.sub_id),
            href=reverse("counter:letter", args=[one.letter_id]) if one.letter_id else "",
            item=one.item,
            task_number=one.task_number,
            number=one.number,
            department=one.department,
            department_short=one.department_short,
            due=words.short_day(one.due_on),
            tone=TONES[one.stage],
            word=stage_word(one.stage),
            can_issue=one.stage in ("none", "recalled"),
        )
        for one in lines
    )


def stage_filters(lines: Sequence[LetterLine], chosen: str) -> tuple[Filter, ...]:
    """All, then each stage with its count."""
    here = reverse("counter:letters")
    made = [Filter(_("全部"), here, not chosen, len(lines))]
    for stage in ("none", "issued", "sent", "received"):
        count = sum(line.stage == stage for line in lines)
        made.append(Filter(stage_word(stage), f"{here}?{urlencode({'stage': stage})}", chosen == stage, count))
    return tuple(made)


def sent_field(error: str = "") -> FieldView:
    titles = {"exchange": _("公文交换"), "hand": _("专人送达"), "post": _("邮寄"), "network": _("政务网络")}
    choices = tuple(Choice(way, titles[way], chosen=way == "exchange") for way in WAYS)
    return FieldView("letter.way", _("怎样送的"), "enum", "exchange", choices, error=error)


def receiver_field(value: str = "", error: str = "") -> FieldView:
    return FieldView("letter.receiver", _("签收人"), "text", value, error=error)


def answerer_field(value: str = "", error: str = "") -> FieldView:
    return FieldView("letter.answerer", _("答复人"), "text", value, error=error)
