"""Everything the applicant still has to answer in a case, over all sections, and what stands there by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bundles import forms
from cases.models import Case
from cases.queries.context import Frame, frame_of


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left: `sections` that lack something; `filled_in` answers that registers and the account have given."""

    frame: Frame
    sections: tuple[forms.LeftOpen, ...]
    filled_in: int

    @property
    def paths(self) -> tuple[str, ...]:
        """Of all questions that an answer mends, in the order of the form."""
        return tuple(path for section in self.sections for path in section.paths)

    @property
    def errors(self) -> tuple[forms.FieldError, ...]:
        """Everything that an answer mends: what is lacking and what is wrong."""
        return tuple(error for section in self.sections for error in section.errors)

    @property
    def faults(self) -> tuple[forms.FieldError, ...]:
        """What is filled in and wrong."""
        return tuple(fault for section in self.sections for fault in section.faults)


def rest_of(case: Case) -> Rest:
    """What the applicant still has to answer."""
    frame = frame_of(case)
    left = forms.left_open(frame.context, frame.selection)
    return Rest(frame, left, forms.filled_in(frame.context, frame.selection))


def sections_with(
    frame: Frame, paths: Collection[str], *, errors: Collection[forms.FieldError] = (),
    raw: Mapping[str, str | list[str]] | None = None, lang: str = "zh",
) -> list[forms.SectionView]:  # fmt: skip
    """The applicant's own sections in which these questions stand, as they are shown."""
    spec, chosen = frame.context.spec, frame.selection
    places = (forms.place_of(spec, path) for path in paths)
    wanted = {spec.section_of(place.field).id for place in places if place is not None}
    mine = [s for s in chosen.sections if s in wanted and forms.is_mine(frame.context, spec.section(s))]
    return [forms.section_view(frame.context, chosen, s, errors=errors, raw=raw, lang=lang) for s in mine]


def cells_of(view: forms.SectionView) -> dict[str, forms.FieldView]:
    """Every question of a section by its path, those in rows too."""
    blocks = [view.block, *(field.block for field in view.fields)]
    rows = [row for block in blocks if block is not None for row in block.rows]
    own = [field for field in view.fields if field.block is None]
    return {cell.path: cell for cell in (*own, *(field for row in rows for field in row.fields))}
