"""The page of what is left: every question that is still open or wrong, over all sections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bundles import forms
from cases.queries.left_open import Rest, cells_of, sections_with
from portal.citizen.clashes import Typed
from portal.citizen.language import lang
from portal.citizen.shown.fields import SectionDrawing, ShownPiece, mistakes, received_of
from portal.citizen.shown.parts import Mistake, Received

MOST_ON_ONE_PAGE = 24


@dataclass(frozen=True, slots=True)
class ShownRest:
    """The questions under their headings. `cells` are the same as the engine has them."""

    pieces: Sequence[ShownPiece]
    count: int
    filled_in: int
    errors: Sequence[Mistake]
    received: Sequence[Received]
    cells: dict[str, forms.FieldView]


def fits_one_page(rest: Rest) -> bool:
    """Whether the short way is one: something was filled in, and a few questions are left that one page takes."""
    return rest.filled_in > 0 and 0 < len(rest.paths) <= MOST_ON_ONE_PAGE


def shown(
    rest: Rest, drawing: SectionDrawing, paths: Collection[str], *, typed: Typed | None = None,
    errors: Sequence[forms.FieldError] = (),
) -> ShownRest:  # fmt: skip
    """The questions at these paths, with what was typed; `errors` besides what stands there wrong."""
    wrong = tuple({**{e.path: e for e in rest.faults}, **{e.path: e for e in errors}}.values())
    views = sections_with(rest.frame, paths, errors=wrong, raw=typed, lang=lang())
    cells = {path: cell for view in views for path, cell in cells_of(view).items() if path in paths and not cell.locked}
    pieces = [piece for view in views for piece in drawing.draw_some(view, cells.keys())]
    summary = mistakes([error for error in wrong if error.path in cells])
    return ShownRest(pieces, len(cells), rest.filled_in, summary, received_of([*cells.values()]), cells)
