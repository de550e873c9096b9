"""A question of another department with the form to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cases.queries import Opinion
from portal.ui import words
from portal.ui.fields import Choice, FieldView


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """`fields` are empty once it is answered or its time is over."""

    id: UUID
    title: str
    asked: str
    question: str
    word: str
    state: str
    until: str
    answer: str
    fields: tuple[FieldView, ...]


def question_shown(one: Opinion, typed: Mapping[str, str], faults: Mapping[str, str] | None) -> QuestionShown:
    known = faults or {}
    said = "：".join(part for part in (one.opinion_label, one.answer) if part)
    return QuestionShown(
        id=one.id,
        title=_("%(dept)s办理“%(item)s”") % {"dept": one.asked_by, "item": one.item_title},
        asked=_("%(when)s发来 · %(number)s") % {"when": words.moment_in_words(one.asked_at), "number": one.number},
        question=one.question,
        word=_("逾期，视为无意见") if one.is_late else one.state_label,
        state="bad" if one.is_late else "you" if one.is_open else "done",
        until=_("%(day)s前答复，逾期视为无意见") % {"day": words.day_in_words(one.due_on)} if one.is_open else "",
        answer="" if one.is_open else said,
        fields=_fields(one, typed, known) if one.is_open else (),
    )


def _fields(one: Opinion, typed: Mapping[str, str], faults: Mapping[str, str]) -> tuple[FieldView, ...]:
    picked = typed.get("opinion", "")
    options = (("agrees", _("同意")), ("objects", _("不同意")), ("none", _("无意见")))
    choices = tuple(Choice(value, title, chosen=value == picked) for value, title in options)
    return (
        FieldView("opinion", _("意见"), "enum", picked, choices, error=faults.get("opinion", ""), id=f"o-{one.id}"),
        FieldView(
            "text", _("说明"), "longtext", typed.get("text", ""), hint=_("不同意的请写明理由和依据"),
            error=faults.get("text", ""), required=False, id=f"t-{one.id}",
        ),
    )  # fmt: skip
