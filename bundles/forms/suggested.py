"""What registers say to situation questions: a suggestion to look at and to press, never an answer by itself.

A register that is silent, or has no record, suggests nothing; nor is an answer suggested that would end the filing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bundles.forms.checks import asks_me
from bundles.forms.context import Context
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope
from bundles.forms.words import source_label
from bundles.rules import UNKNOWN, Reading, evaluate, judge
from bundles.spec import Option, Question


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer as it would be stored, and the registers it was read from.

    `is_whole` is False where some option of several could not be judged: the rest is the applicant's to tick.
    `paths` are the fields of registers that were read ("api:DELIVERY_INFO@mother.hospital").
    """

    value: str | list[str]
    source: str
    is_whole: bool = True
    paths: tuple[str, ...] = field(default=(), compare=False)


def open_questions(context: Context, selection: Selection) -> Iterator[Question]:
    """The questions asked of the applicant now that have no answer; nothing chosen of several is one."""
    answered = context.answers.get("guidance") or {}
    for question_id in selection.questions:
        question = context.spec.question(question_id)
        if question_id not in answered and asks_me(context, question):
            yield question


def suggested(context: Context, selection: Selection, lang: str = "zh") -> Mapping[str, Suggestion]:
    """What may be preselected, by the id of its question. `lang`: the language of the sources' names."""
    at = scope(context, selection)
    found = ((question, _suggestion(question, at, lang)) for question in open_questions(context, selection))
    return {question.id: suggestion for question, suggestion in found if suggestion is not None}


def _suggestion(question: Question, at: FormScope, lang: str) -> Suggestion | None:
    trace: list[Reading] = []
    if question.kind == "multi":
        return _of_several(question, at, trace, lang)
    value = evaluate(question.suggest, at, trace) if isinstance(question.suggest, str) else None
    may = [option.value for option in _offered(question, at)]
    if not isinstance(value, str) or value not in may:
        return None
    return Suggestion(value, _source(at, trace, lang), paths=_read(trace))


def _of_several(question: Question, at: FormScope, trace: list[Reading], lang: str) -> Suggestion | None:
    """Every option by a condition of its own; whatever is not known is left to the applicant."""
    conditions = question.suggest if isinstance(question.suggest, Mapping) else {}
    may = [option.value for option in _offered(question, at)]
    known = {value: judge(conditions[value], at, trace) for value in may if value in conditions}
    chosen = [value for value, holds in known.items() if holds is True]
    is_whole = len(known) == len(question.options) and UNKNOWN not in known.values()
    return Suggestion(chosen, _source(at, trace, lang), is_whole, _read(trace)) if chosen or is_whole else None


def _offered(question: Question, at: FormScope) -> Iterable[Option]:
    """The options that can be chosen and do not end the filing."""
    return [o for o in question.options if not o.stop and (o.when is None or judge(o.when, at) is not False)]


def _read(trace: Iterable[Reading]) -> tuple[str, ...]:
    """What registers and licences have answered."""
    return tuple(dict.fromkeys(one.key for one in trace if one.kind == "fact" and one.value is not UNKNOWN))


def _source(at: FormScope, trace: Iterable[Reading], lang: str) -> str:
    """The registers and licences that answered, by name; the account where none was needed."""
    context = at.context
    paths = _read(trace) or ("account:kind",)
    labels = (source_label(context.spec, context.registry, path, lang) for path in paths)
    return (", " if lang == "en" else "、").join(dict.fromkeys(labels))
