"""Two saved the same section: what only one of them changed is kept by itself, what both changed is for the person.

A page carries, for each question, a mark of what stood in it (`base`). Against that it is seen who changed what: the
page that is sent in, somebody else meanwhile, or both. Nothing is ever overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles import forms
from cases.errors import ChangedMeanwhile

MINE, THEIRS = "mine", "theirs"
USE = "use:"
MOST_MARKS = 20_000  # letters of `base` that are read
Typed = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Clash:
    """One question, or the rows of a repeating block, that both changed: the two answers in words."""

    path: str
    label: str
    mine: str
    theirs: str

    @property
    def name(self) -> str:
        """Of the choice on the page."""
        return USE + self.path


@dataclass(slots=True)
class Merged:
    """What is to be saved: `taken` came from elsewhere; `is_reshaped`: rows came or went there."""

    typed: Typed
    clashes: list[Clash] = field(default_factory=list)
    taken: dict[str, str | list[str]] = field(default_factory=dict)
    is_reshaped: bool = False


class Collided(ChangedMeanwhile):
    """Both changed the same. `merged` holds everything that is not in question."""

    def __init__(self, message: str, merged: Merged) -> None:
        super().__init__(message)
        self.merged = merged


# ---- marks --------------------------------------------------------------------------------------------------------


def base_of(view: forms.SectionView) -> str:
    """Marks of what stands in each open question of a section now."""
    return base_of_cells(_cells(view))


def base_of_cells(cells: Mapping[str, forms.FieldView]) -> str:
    """The same of single questions, of one section or of many."""
    return _joined({path: _raw(cell) for path, cell in cells.items()})


def marked(base: str) -> list[str]:
    """The questions that a page with these marks has shown."""
    return [*_marks(base)]


def changed_since(cells: Mapping[str, forms.FieldView], base: str) -> dict[str, forms.FieldView]:
    """Of these questions those in which something else stands now than the page showed."""
    marks = _marks(base)
    return {path: cell for path, cell in cells.items() if path in marks and _mark(_raw(cell)) != marks[path]}


def adds_nothing(cell: forms.FieldView, typed: str | list[str]) -> bool:
    """Whether what was typed is nothing, or what stands there already."""
    return _mark(typed) in (_mark(""), _mark(_raw(cell)))


def base_after(base: str, typed: Mapping[str, str | list[str]]) -> str:
    """Marks of a page that shows what was typed: as before for the same questions, anew for added rows."""
    return _joined({path: typed.get(path, "") for path in {**_marks(base), **typed}})


def _joined(values: Mapping[str, str | list[str]]) -> str:
    return ",".join(f"{path}:{_mark(value)}" for path, value in values.items())


def _marks(base: str) -> dict[str, str]:
    pairs = (part.rpartition(":") for part in base[:MOST_MARKS].split(",") if part)
    return {path: mark for path, _colon, mark in pairs}


def _mark(value: str | list[str]) -> str:
    """The same for what a page would show alike: blanks, line ends and the commas of amounts do not count."""
    plain = "|".join(sorted(value)) if isinstance(value, list) else value
    return sha256("".join(plain.replace(",", "").split()).lower().encode()).hexdigest()[:8]


# ---- merging ------------------------------------------------------------------------------------------------------


def merge(view: forms.SectionView, base: str, typed: Mapping[str, str | list[str]]) -> Merged:
    """What was typed on a page with these marks, merged into the section as it stands now."""
    merged, marks, now = Merged(dict(typed)), _marks(base), _cells(view)
    blocks = [block.group for block in _blocks(view)]
    settled = {group for group in blocks if _merge_rows(group, view, marks, now, merged)}
    for path, cell in now.items():
        if path in marks and path.partition(".")[0] not in settled:
            _merge_cell(cell, marks[path], merged)
    return merged


def merge_cells(cells: Mapping[str, forms.FieldView], base: str, typed: Mapping[str, str | list[str]]) -> Merged:
    """The same of single questions: no row comes or goes."""
    merged, marks = Merged(dict(typed)), _marks(base)
    for path, cell in cells.items():
        if path in marks:
            _merge_cell(cell, marks[path], merged)
    return merged


def _merge_cell(cell: forms.FieldView, mark: str, merged: Merged) -> None:
    theirs, mine = _raw(cell), merged.typed.get(cell.path, "")
    if _mark(theirs) in (mark, _mark(mine)):
        return
    if _mark(mine) == mark:
        merged.typed[cell.path] = merged.taken[cell.path] = theirs
    else:
        merged.clashes.append(Clash(cell.path, cell.label, _in_words(cell, mine), _in_words(cell, theirs)))


def _merge_rows(
    group: str, view: forms.SectionView, marks: Mapping[str, str], now: Mapping[str, forms.FieldView], merged: Merged
) -> bool:
    """Rows that came or went on either side are taken whole; False where the rows are the same on both."""
    was, are, mine = (_rows(group, paths) for paths in (marks, now, merged.typed))
    i_changed = mine != was or any(_mark(v) != marks.get(p) for p, v in merged.typed.items() if _is_of(group, p))
    they_changed = are != was or any(_mark(_raw(c)) != marks.get(p) for p, c in now.items() if _is_of(group, p))
    if mine == was == are or not they_changed:
        return mine != was or are != was
    if not i_changed:
        _take_rows(group, now, merged)
        return True
    block = next(one for one in _blocks(view) if one.group == group)
    merged.clashes.append(_clash_of_rows(block, now, merged))
    return True


def _clash_of_rows(block: forms.BlockView, now: Mapping[str, forms.FieldView], merged: Merged) -> Clash:
    theirs = {path: _raw(cell) for path, cell in now.items()}
    words = _rows_in_words(block.group, merged.typed), _rows_in_words(block.group, theirs)
    return Clash(block.group, block.title, *words)


def _take_rows(group: str, now: Mapping[str, forms.FieldView], merged: Merged) -> None:
    merged.is_reshaped = True
    merged.typed = {path: value for path, value in merged.typed.items() if not _is_of(group, path)}
    merged.typed |= {path: _raw(cell) for path, cell in now.items() if _is_of(group, path)}


def settled(view: forms.SectionView, typed: Typed, chosen: Mapping[str, str], *, left: Sequence[str]) -> Merged:
    """What was typed, with the answer from elsewhere where that was chosen; `left` is in question still."""
    now = _cells(view)
    merged = settled_cells(now, typed, chosen, left=left)
    groups = {block.group: block for block in _blocks(view)}
    for path in groups.keys() & {path for path, choice in chosen.items() if choice == THEIRS}:
        _take_rows(path, now, merged)
    merged.clashes += [_clash_of_rows(groups[path], now, merged) for path in left if path in groups]
    return merged


def settled_cells(
    cells: Mapping[str, forms.FieldView], typed: Typed, chosen: Mapping[str, str], *, left: Sequence[str]
) -> Merged:
    """The same of single questions."""
    merged = Merged(dict(typed))
    for path, choice in chosen.items():
        if choice == THEIRS and path in cells:
            merged.typed[path] = _raw(cells[path])
    for path in left:
        if path in cells:
            _merge_cell(cells[path], "", merged)
    return merged


# ---- reading a section --------------------------------------------------------------------------------------------


def _cells(view: forms.SectionView) -> dict[str, forms.FieldView]:
    """The open questions by path, those in rows too."""
    own = [cell for cell in view.fields if cell.block is None]
    inner = [cell for block in _blocks(view) for row in block.rows for cell in row.fields]
    return {cell.path: cell for cell in (*own, *inner) if not cell.locked}


def _blocks(view: forms.SectionView) -> Iterator[forms.BlockView]:
    if view.block is not None:
        yield view.block
    yield from (cell.block for cell in view.fields if cell.block is not None)


def _raw(cell: forms.FieldView) -> str | list[str]:
    """As the inputs of a page would post it."""
    return list(cell.values) if cell.type == "multi" else cell.value


def _is_of(group: str, path: str) -> bool:
    return path.startswith(f"{group}.")


def _rows(group: str, paths: Mapping[str, object]) -> set[str]:
    return {path.split(".")[1] for path in paths if _is_of(group, path)}


def _in_words(cell: forms.FieldView, value: str | list[str]) -> str:
    titles = dict(cell.options) | ({"true": _("是"), "false": _("否")} if cell.type == "bool" else {})
    parts = [value] if isinstance(value, str) else value
    return "、".join(titles.get(part.lower() if cell.type == "bool" else part, part) for part in parts if part)


def _rows_in_words(group: str, values: Mapping[str, str | list[str]]) -> str:
    """Each row by what it says first."""
    rows: dict[str, str] = {}
    for path, value in values.items():
        if _is_of(group, path) and isinstance(value, str) and value:
            rows.setdefault(path.split(".")[1], value)
    count = len(_rows(group, values))
    named = "、".join(rows[index] for index in sorted(rows))
    return (
        _("%(count)s 项：%(named)s") % {"count": count, "named": named}
        if named
        else ngettext("%(count)s 项", "%(count)s 项", count) % {"count": count}
    )
