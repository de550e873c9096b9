"""What is wrong with the answers, each with its place and a sentence that names the field and the way out.

A rule that cannot be judged yet accuses nobody: only what is false is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bundles.forms.answers import Place, rows_of, stored
from bundles.forms.context import Context, Row
from bundles.forms.identity import OPERATORS, is_account
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, shows
from bundles.forms.typed import EMPTY, fault, read
from bundles.forms.words import has_language, options_of, short_label, text_of
from bundles.rules import RuleError, ValidatorError, judge, parse
from bundles.rules.patterns import fits
from bundles.rules.validators import check_value
from bundles.spec import Field, Group, Question, Section


@dataclass(frozen=True, slots=True)
class FieldError:
    """An error at a field path; `message_en` is empty where the definition has no English for it."""

    path: str
    message: str
    message_en: str
    field: str


def check_section(context: Context, selection: Selection, section_id: str) -> tuple[FieldError, ...]:
    """Everything wrong in one section, in the order of its fields, one error a field."""
    return tuple(Checker(context, selection).section(context.spec.section(section_id)))


def check_all(context: Context, selection: Selection) -> tuple[FieldError, ...]:
    """Everything that keeps the form from being submitted: open questions, then the sections in order."""
    checker = Checker(context, selection)
    found = list(checker.questions())
    for section_id in selection.sections:
        section = context.spec.section(section_id)
        if is_mine(context, section):
            found += checker.section(section)
    return tuple(found)


def is_mine(context: Context, section: Section) -> bool:
    """Whether the section is the applicant's to fill, and not another party's."""
    return section.filled_by is None or _is_me(context, section.filled_by)


def asks_me(context: Context, question: Question) -> bool:
    """Whether a situation question is the applicant's to answer, and not another party's."""
    return question.asked_of is None or _is_me(context, question.asked_of)


def _is_me(context: Context, party_id: str) -> bool:
    party = next((p for p in context.spec.parties if p.id == party_id), None)
    if party is None or not context.account.get("kind"):
        return True
    return is_account(context, party) or (party.role in OPERATORS and bool(context.account.get("operator_name")))


class Checker:
    """Judges the fields of one form; keep it while the answers do not change."""

    def __init__(self, context: Context, selection: Selection) -> None:
        self.context = context
        self.spec = context.spec
        self.selection = selection
        self.case = scope(context, selection)

    def questions(self) -> Iterator[FieldError]:
        """Questions asked of the applicant and not answered yet; a multiple choice may be left empty."""
        for question in (self.spec.question(q) for q in self.selection.questions):
            if (
                asks_me(self.context, question)
                and question.kind != "multi"
                and question.id not in self.selection.answered
            ):
                yield FieldError(
                    f"guidance.{question.id}", f"请回答：{question.zh}", f"Answer: {question.en}", question.id
                )

    def section(self, section: Section) -> Iterator[FieldError]:
        if section.repeat:
            yield from self.block(self.spec.groups[section.id])
        for field in section.fields:
            if field.is_group:
                yield from self.block(self.spec.groups[field.id])
            elif not section.repeat:
                yield from self.field(field, self.case)

    def block(self, group: Group) -> Iterator[FieldError]:
        """The rows of a repeating block: how many, each of them, and what must differ."""
        if not self.is_asked(group):
            return
        count = len(rows_of(self.context.answers, group.id))
        yield from _number_of_rows(group, count)
        for index in range(count):
            row = self.case.in_row(Row(group.id, index))
            for field in group.fields:
                yield from self.field(field, row, index + 1 if count > 1 else 0)
        yield from self._doubles(group)

    def is_asked(self, group: Group) -> bool:
        """Whether any field of the block is the applicant's to fill."""
        shown = group.field is None or group.id in self.selection.fields
        return shown and any(f.id in self.selection.fields and not f.system for f in group.fields)

    def field(self, field: Field, scope: FormScope, number: int = 0) -> Iterator[FieldError]:
        """The first thing wrong with one answer; `number` is said where there are several rows."""
        if field.system or not shows(field, self.selection, scope):
            return
        place = Place(field.id, scope.row)
        value = stored(self.context.answers, place)
        problem = _lacking(field) if value in EMPTY else self._wrong(field, value, scope)
        if problem and (problem[0] or problem[1]):
            zh, en = (f"第{number}项，", f"Row {number}: ") if number else ("", "")
            yield FieldError(place.path, zh + problem[0], problem[1] and en + problem[1], field.id)

    def _wrong(self, field: Field, value: object, scope: FormScope) -> tuple[str, str] | None:
        problem = fault(field, value)
        if problem:
            return f"{short_label(field)}：{problem.zh}", f"{short_label(field, 'en')}: {problem.en}"
        if not self._among_options(field, value):
            return f"请从选项中选择{short_label(field)}", f"Choose {short_label(field, 'en')} from the options"
        return next(filter(None, (self._broken(field, rule, value, scope) for rule in field.rules)), None)

    def _among_options(self, field: Field, value: object) -> bool:
        if field.type not in ("enum", "multi"):
            return True
        known = {option[0] for option in options_of(field, self.context.registry)}
        chosen = value if isinstance(value, list | tuple) else [value]
        return all(entry in known for entry in chosen)

    def _broken(self, field: Field, rule: Any, value: object, scope: FormScope) -> tuple[str, str] | None:
        if isinstance(rule, Mapping):
            return _broken_mapping(field, rule, read(field, value), scope)
        validators = self.context.registry.validators
        try:
            if check_value(str(rule), validators, value):
                return None
        except ValidatorError:
            return None
        return _said(validators[str(rule)].get("msg"), field, "格式不正确", "is not in the right form")

    def _doubles(self, group: Group) -> Iterator[FieldError]:
        """Rows that repeat what a condition of the bundle says must differ."""
        for column, message in distinct_columns(self.context, group):
            seen: dict[str, int] = {}
            for index, value in enumerate(self.case.column(f"{group.id}.{column}")):
                first = seen.setdefault(str(value), index)
                if first != index and value not in EMPTY and isinstance(value, str):
                    yield FieldError(
                        Place(column, Row(group.id, index)).path,
                        f"第{index + 1}项，{message}（与第{first + 1}项相同）",
                        f"Row {index + 1} repeats row {first + 1}",
                        column,
                    )


def _lacking(field: Field) -> tuple[str, str] | None:
    if not field.required:
        return None
    zh, en = {
        "enum": ("请选择", "Select"),
        "multi": ("请选择", "Select"),
        "bool": ("请勾选或选择", "Choose yes or no:"),
        "file": ("请上传", "Upload"),
    }.get(field.type, ("请填写", "Enter"))
    return f"{zh}{short_label(field)}", f"{en} {short_label(field, 'en')}"


def _number_of_rows(group: Group, count: int) -> Iterator[FieldError]:
    label = short_label(group)
    if count < group.min:
        yield FieldError(group.id, f"请至少添加{group.min}项{label}", f"Add at least {group.min}: {group.en}", group.id)
    if group.max is not None and count > group.max:
        yield FieldError(
            group.id, f"{label}最多{group.max}项，现有{count}项", f"At most {group.max}: {group.en}", group.id
        )


def _broken_mapping(field: Field, rule: Mapping[str, Any], value: object, scope: FormScope) -> tuple[str, str] | None:
    problem = _out_of_bounds(rule, value) or _out_of_form(rule, value)
    if problem is None and "expr" in rule and judge(str(rule["expr"]), scope) is False:
        problem = "不符合要求，请核对", "does not meet the requirement"
    return _said(rule.get("msg"), field, *problem) if problem else None


def _out_of_bounds(rule: Mapping[str, Any], value: object) -> tuple[str, str] | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    least, most = rule.get("min"), rule.get("max")
    if least is not None and value < Decimal(str(least)):
        return f"不能小于{least}", f"must be {least} or more"
    if most is not None and value > Decimal(str(most)):
        return f"不能大于{most}", f"must be {most} or less"
    return None


def _out_of_form(rule: Mapping[str, Any], value: object) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return None
    least, most = _lengths(rule.get("len"))
    if not least <= len(value) <= most:
        return f"应为{least}至{most}个字，现有{len(value)}个字", f"must have {least} to {most} characters"
    try:
        wrong = "regex" in rule and not fits(rule["regex"], value)
    except ValidatorError:
        return None
    return ("格式不正确", "is not in the right form") if wrong else None


def _lengths(limits: Any) -> tuple[int, int]:
    if isinstance(limits, list | tuple) and len(limits) == 2:
        return int(limits[0]), int(limits[1])
    return (int(limits), int(limits)) if isinstance(limits, int) else (0, 10**9)


def _said(message: Any, field: Field, zh: str, en: str) -> tuple[str, str]:
    """The definition's own sentence, or a plain one with the field's name."""
    if message:
        return text_of(message), text_of(message, "en") if has_language(message, "en") else ""
    return f"{short_label(field)}{zh}", f"{short_label(field, 'en')} {en}"


def distinct_columns(context: Context, group: Group) -> Iterator[tuple[str, str]]:
    """(field, message) of each `distinct("group.field")` that the bundle's conditions ask for."""
    conditions = [(e.expr, text_of(e.fail)) for e in context.spec.eligibility]
    conditions += [(str(c.get("expr", "")), text_of(c.get("msg"))) for c in context.spec.constraints]
    for expression, message in conditions:
        try:
            calls = parse(expression).calls
        except RuleError:
            continue
        for call in calls:
            if call.function == "distinct" and str(call.args[0]).partition(".")[0] == group.id:
                yield str(call.args[0]).partition(".")[2], message
