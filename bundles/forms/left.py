"""What the applicant still has to answer, over all sections: what an answer mends, and what only its own page does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bundles.forms.answers import Place, is_locked, place_of, sources_of, stored
from bundles.forms.checks import Checker, FieldError, is_mine
from bundles.forms.context import Context
from bundles.forms.selection import Selection
from bundles.forms.typed import EMPTY
from bundles.spec import Field

OTHER_FIELD = "field:"


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A section that lacks something. `gaps` are required and empty, `faults` are filled in and wrong.

    `following` are gaps that the answer to another one fills by itself (where to send it: where she lives).
    `elsewhere` counts what no answer here mends: a row too few or too many, a file, a locked value that a rule refuses.
    """

    section_id: str
    gaps: tuple[FieldError, ...]
    following: tuple[FieldError, ...]
    faults: tuple[FieldError, ...]
    elsewhere: int

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """Everything that an answer mends."""
        return (*self.gaps, *self.faults)

    @property
    def paths(self) -> tuple[str, ...]:
        """Of the questions that an answer mends."""
        return tuple(error.path for error in self.errors)


def left_open(context: Context, selection: Selection) -> tuple[LeftOpen, ...]:
    """The sections that are the applicant's and lack something, in the order of the form."""
    checker = Checker(context, selection)
    sections = [context.spec.section(section_id) for section_id in selection.sections]
    errors = {section.id: tuple(checker.section(section)) for section in sections if is_mine(context, section)}
    mended = {name: [one for one in found if _is_answered_here(context, one)] for name, found in errors.items()}
    open_fields = {one.field for found in mended.values() for one in found if _held(context, one.path) in EMPTY}
    left = (_left(context, name, mended[name], open_fields, len(errors[name])) for name in errors if errors[name])
    return tuple(left)


def _left(
    context: Context, section_id: str, mended: Sequence[FieldError], open_fields: Collection[str], count: int
) -> LeftOpen:
    gaps = [error for error in mended if _held(context, error.path) in EMPTY]
    following = tuple(error for error in gaps if _follows(context.spec.field(error.field), open_fields))
    return LeftOpen(
        section_id=section_id,
        gaps=tuple(error for error in gaps if error not in following),
        following=following,
        faults=tuple(error for error in mended if error not in gaps),
        elsewhere=count - len(mended),
    )


def _follows(field: Field, open_fields: Collection[str]) -> bool:
    """Whether it is filled with the answer to a question that is open itself."""
    return any(path.removeprefix(OTHER_FIELD) in open_fields for path in field.prefills if path.startswith(OTHER_FIELD))


def _is_answered_here(context: Context, error: FieldError) -> bool:
    place = place_of(context.spec, error.path)
    if place is None or is_locked(context.answers, error.path):
        return False
    field = context.spec.field(place.field)
    return field.type != "file" and not field.is_group


def _held(context: Context, path: str) -> object:
    place = place_of(context.spec, path)
    return stored(context.answers, place) if place else None


def filled_in(context: Context, selection: Selection) -> int:
    """How many of the applicant's questions registers, licences and the account have answered."""
    return sum(_is_given(context, selection, place_of(context.spec, path)) for path in sources_of(context.answers))


def _is_given(context: Context, selection: Selection, place: Place | None) -> bool:
    if place is None or place.field not in selection.fields or context.spec.field(place.field).system:
        return False
    section = context.spec.section_of(place.field)
    is_asked = section.id in selection.sections and is_mine(context, section)
    return is_asked and stored(context.answers, place) not in EMPTY
