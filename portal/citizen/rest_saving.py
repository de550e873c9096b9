"""Saving the page of what is left: answers of many sections at once, none of the others touched.

As on the page of a section nothing is overwritten unseen: each question carries a mark of what stood in it. The marks
are signed: whoever makes them up could say that a locked value stood open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bundles import forms
from bundles.forms.answers import sources_of
from cases import access
from cases.actions.applying import drafting
from cases.actions.registers import held_values
from cases.errors import ChangedMeanwhile
from cases.queries.context import frame_of
from cases.queries.left_open import cells_of, sections_with
from portal.citizen import clashes
from portal.citizen.clashes import USE, Collided, Typed
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest
from portal.citizen.seen import CHANGED, TRIES

Cells = dict[str, forms.FieldView]


def save(request: OwnRequest, case_id: UUID, typed: Typed) -> drafting.SectionSaved:
    """Save what was typed; what only one side changed is merged, late answers of registers are no change.

    Raises Collided where both changed the same, ChangedMeanwhile where a row came or went.
    """
    base = base_in(request, case_id)
    shown = clashes.marked(base)
    for _ in range(TRIES):
        case = access.cases_for(request.user).get(pk=case_id)
        cells = cells_at(case, [*shown, *typed])
        if not _rows_stand(case, shown, request.POST.get("rows", "")):
            raise ChangedMeanwhile(CHANGED)
        wanted = _merged(request, base, cells, _with_cleared(shown, cells, typed))
        late = [path for path in wanted if cells[path].locked]
        if late:
            held_values.keep_typed(case.pk, late, by=request.user.actor)
        try:
            return drafting.save_fields(case_id, wanted, by=request.user.actor, version=case.version)
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile(CHANGED)


def signed(case_id: UUID, base: str) -> str:
    """Marks as the page carries them."""
    return Signer(salt=f"rest:{case_id}").sign(base)


def base_in(request: OwnRequest, case_id: UUID) -> str:
    """The marks of the page that is sent in; none where they are not ours."""
    try:
        return Signer(salt=f"rest:{case_id}").unsign(request.POST.get("base", ""))
    except BadSignature:
        return ""


def cells_at(case: Any, paths: Iterable[str]) -> Cells:
    """The applicant's own questions among these paths that are asked now, as they stand."""
    wanted = set(paths)
    views = sections_with(frame_of(case), wanted, lang=lang())
    return {path: cell for view in views for path, cell in cells_of(view).items() if path in wanted}


def rows_mark(case: Any, paths: Iterable[str]) -> str:
    """How many rows the blocks have in which these questions stand: "s_child:2"."""
    groups = dict.fromkeys(path.partition(".")[0] for path in paths if "." in path)
    return ",".join(f"{group}:{len(forms.rows_of(case.answers or {}, group))}" for group in sorted(groups))


def _rows_stand(case: Any, shown: Iterable[str], told: str) -> bool:
    """Whether the rows are those of the page; a register may have added some behind them meanwhile."""
    then, now = _counts(told), _counts(rows_mark(case, shown))
    return then.keys() == now.keys() and all(
        now[group] == then[group] or _came_behind(case, group, then[group]) for group in now
    )


def _counts(mark: str) -> dict[str, int]:
    pairs = (part.partition(":") for part in mark.split(",") if part)
    return {group: int(count) for group, _colon, count in pairs if count.isdecimal() and len(count) < 6}


def _came_behind(case: Any, group: str, count: int) -> bool:
    """Whether more rows stand there than `count`, and every further one holds what a register gave."""
    behind = range(count, len(forms.rows_of(case.answers or {}, group)))
    given = {path.rpartition(".")[0] for path in sources_of(case.answers or {})}
    return bool(behind) and all(f"{group}.{number}" in given for number in behind)


def settled(request: OwnRequest, case: Any, typed: Typed) -> Typed:
    """What was typed, after the person chose between two answers; a choice that was not made stays open."""
    chosen = {name.removeprefix(USE): request.POST[name] for name in request.POST if name.startswith(USE)}
    asked = [path for path in request.POST["settle"].split(",") if path]
    cells = cells_at(case, asked)
    merged = clashes.settled_cells(cells, typed, chosen, left=[path for path in asked if path not in chosen])
    if merged.clashes:
        raise Collided(CHANGED, merged)
    return merged.typed


def _with_cleared(shown: Iterable[str], cells: Cells, typed: Typed) -> Typed:
    """What was typed into what is still asked; boxes of the page that nobody ticks post nothing and count as empty."""
    boxes = {path for path in shown if path in cells and cells[path].widget in ("checkbox", "checkboxes")}
    cleared: Typed = {path: [] if cells[path].type == "multi" else "" for path in boxes - typed.keys()}
    return {**cleared, **{path: value for path, value in typed.items() if path in cells}}


def _merged(request: OwnRequest, base: str, cells: Cells, typed: Typed) -> Typed:
    """What is to be saved. What a register gave meanwhile stays where nothing was typed, else what was typed does."""
    given = {path: cell for path, cell in clashes.changed_since(cells, base).items() if cell.source is not None}
    theirs = {path for path, cell in given.items() if clashes.adds_nothing(cell, typed.get(path, ""))}
    open_ones = {path: cell for path, cell in cells.items() if path not in given and not cell.locked}
    request.merged = merged = clashes.merge_cells(open_ones, base, typed)
    if merged.clashes:
        raise Collided(CHANGED, merged)
    kept = {path: value for path, value in merged.typed.items() if path in open_ones or path in given}
    return {path: value for path, value in kept.items() if path not in theirs}
