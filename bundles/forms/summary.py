"""Check your answers: everything asked, section by section, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bundles.forms.answers import Place, rows_of, source_of, stored
from bundles.forms.checks import Checker, FieldError
from bundles.forms.context import Context, Row
from bundles.forms.instances import row_label
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, shows
from bundles.forms.typed import EMPTY
from bundles.forms.views import display
from bundles.forms.words import WORDED, label_of, source_label
from bundles.spec import Field, Group, Section


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer. `block` is the title of the row it stands in, empty outside repeating blocks; `is_worded` where the
    text is one of the options offered, not something that was typed.
    """

    path: str
    label: str
    text: str
    source: str = ""
    missing: bool = False
    block: str = ""
    locked: bool = False
    is_worded: bool = False


@dataclass(frozen=True, slots=True)
class SummarySection:
    id: str
    title: str
    rows: tuple[SummaryRow, ...]


@dataclass(frozen=True, slots=True)
class SectionState:
    """How far a section is: required fields filled, of how many; answers that are wrong."""

    section_id: str
    filled: int
    wrong: int
    total_required: int

    @property
    def is_untouched(self) -> bool:
        return self.filled == 0 and self.wrong == 0

    @property
    def is_complete(self) -> bool:
        return self.wrong == 0 and self.filled == self.total_required


def summary(context: Context, selection: Selection, lang: str = "zh") -> tuple[SummarySection, ...]:
    """The sections on now with every answer that is shown."""
    checker = Checker(context, selection)
    found = []
    for section in (context.spec.section(section_id) for section_id in selection.sections):
        rows = [_summary_row(context, f, at, lang) for f, at in _asked(checker, section)]
        found.append(SummarySection(section.id, label_of(section, lang), tuple(rows)))
    return tuple(found)


def missing(context: Context, selection: Selection) -> tuple[SectionState, ...]:
    """The state of each section for the task list."""
    checker = Checker(context, selection)
    return tuple(_state(checker, context.spec.section(section_id)) for section_id in selection.sections)


def _state(checker: Checker, section: Section) -> SectionState:
    answers = checker.context.answers
    required = [Place(f.id, at.row) for f, at in _asked(checker, section) if f.required]
    filled = sum(stored(answers, place) not in EMPTY for place in required)
    empty_blocks = sum(max(group.min - len(rows_of(answers, group.id)), 0) for group in _blocks(checker, section))
    wrong = sum(not _is_gap(checker, error) for error in checker.section(section))
    return SectionState(section.id, filled, wrong, len(required) + empty_blocks)


def _is_gap(checker: Checker, error: FieldError) -> bool:
    """Whether an error only says that something is still to be filled in."""
    groups = checker.spec.groups
    if error.path in groups:
        return len(rows_of(checker.context.answers, error.path)) < groups[error.path].min
    group = checker.spec.group_of(error.field)
    row = Row(group.id, int(error.path.split(".")[1])) if group else None
    return stored(checker.context.answers, Place(error.field, row)) in EMPTY


def _blocks(checker: Checker, section: Section) -> Iterator[Group]:
    for group in checker.spec.groups.values():
        if group.section == section.id and checker.is_asked(group):
            yield group


def _asked(checker: Checker, section: Section) -> Iterator[tuple[Field, FormScope]]:
    """Every field of a section that is asked, in order, those of a block row by row."""
    blocks = {group.id: group for group in _blocks(checker, section)}
    if section.id in blocks:
        yield from _asked_in_rows(checker, blocks[section.id])
        return
    for field in section.fields:
        if field.id in blocks:
            yield from _asked_in_rows(checker, blocks[field.id])
        elif not field.is_group and not field.system and shows(field, checker.selection, checker.case):
            yield field, checker.case


def _asked_in_rows(checker: Checker, group: Group) -> Iterator[tuple[Field, FormScope]]:
    for index in range(len(rows_of(checker.context.answers, group.id))):
        row = checker.case.in_row(Row(group.id, index))
        for field in group.fields:
            if not field.system and shows(field, checker.selection, row):
                yield field, row


def _summary_row(context: Context, field: Field, at: FormScope, lang: str) -> SummaryRow:
    place = Place(field.id, at.row)
    value = stored(context.answers, place)
    source = source_of(context.answers, place.path)
    return SummaryRow(
        path=place.path,
        label=label_of(field, lang),
        text=display(context.spec, context.registry, field.id, value, lang),
        source=source_label(context.spec, context.registry, str(source.get("path")), lang) if source else "",
        missing=field.required and value in EMPTY,
        block=row_label(context, at.row) if at.row else "",
        locked=bool(source and source.get("locked")),
        is_worded=field.type in WORDED,
    )
