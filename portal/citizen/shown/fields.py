"""Sections of the form as the field components draw them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bundles import forms
from portal.citizen.language import lang
from portal.citizen.shown import closing
from portal.citizen.shown.departments import receivers, short_of
from portal.citizen.shown.parts import Mistake, Received
from portal.ui import words
from portal.ui.fields import Choice, Offer
from portal.ui.fields import FieldView as ShownField

MOST_NAMED = 2
MOST_NEAR = 2
# A browser offers the own number here; in a field about somebody else that would be wrong.
ABOUT_PEOPLE = frozenset({"phone", "email"})


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a repeating block, or the empty one that scripts copy."""

    id: str
    title: str
    number: str
    parts: Sequence[ShownPart]
    removable: bool
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A repeating block."""

    group: str
    title: str
    rows: Sequence[ShownRow]
    empty: ShownRow
    least: int
    most: int | None
    can_add: bool


@dataclass(frozen=True, slots=True)
class ShownPart:
    """Either a field or a block inside a section."""

    field: ShownField | None = None
    block: ShownBlock | None = None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section ready for its page."""

    id: str
    title: str
    parts: Sequence[ShownPart]
    errors: Sequence[Mistake]
    received: Sequence[Received]


@dataclass(frozen=True, slots=True)
class ShownPiece:
    """Some questions of a section, or of one of its rows; `href` leads to all of it."""

    id: str
    title: str
    href: str
    fields: Sequence[ShownField]


class SectionDrawing:
    """Turns a section of one case into what its page shows.

    `addresses` gives the addresses that the person keeps; it is asked only where a question needs one.
    """

    def __init__(
        self,
        case_id: object,
        as_of: Mapping[str, datetime] | None = None,
        addresses: Callable[[], Sequence[Offer]] = tuple,
    ) -> None:
        self.case_id = case_id
        self.as_of = as_of or {}
        self._addresses = cache(addresses)
        self._near: dict[str, tuple[Offer, ...]] = {}

    def draw(self, view: forms.SectionView) -> ShownSection:
        """The section; what is wrong is listed once on top."""
        self._look_near(view)
        parts = [self._part(view.id, field) for field in view.fields]
        if view.block:
            parts.append(ShownPart(block=self._block(view.id, view.block)))
        return ShownSection(view.id, view.title, parts, mistakes(view.errors), received(view))

    def draw_some(self, view: forms.SectionView, paths: Collection[str]) -> list[ShownPiece]:
        """Some questions of a section: its own first, then those of each row under a heading with its number."""
        self._look_near(view)
        inner = [field.block for field in view.fields if field.block is not None]
        pieces = [(view.title, [field for field in view.fields if field.block is None])]
        for block in (*inner, *([view.block] if view.block else [])):
            pieces += [(f"{block.title} {row.index + 1}", list(row.fields)) for row in block.rows]
        chosen = [(title, [field for field in fields if field.path in paths]) for title, fields in pieces]
        href = reverse("citizen:section", args=[self.case_id, view.id])
        return [
            ShownPiece(f"{view.id}-{n}", title, href, [self._field(view.id, field) for field in fields])
            for n, (title, fields) in enumerate(chosen)
            if fields
        ]

    def _part(self, section: str, field: forms.FieldView) -> ShownPart:
        if field.block is not None:
            return ShownPart(block=self._block(section, field.block))
        return ShownPart(field=self._field(section, field))

    def _block(self, section: str, block: forms.BlockView) -> ShownBlock:
        rows = [self._row(section, block, row) for row in block.rows]
        empty = forms.RowView(len(block.rows), "", block.template, True)
        return ShownBlock(
            group=block.group,
            title=block.title,
            rows=rows,
            empty=self._row(section, block, empty, number="__row__"),
            least=block.min,
            most=block.max,
            can_add=block.can_add,
        )

    def _row(self, section: str, block: forms.BlockView, row: forms.RowView, number: str = "") -> ShownRow:
        return ShownRow(
            id=f"{block.group}-{number or row.index}",
            title=block.title,
            number=number or str(row.index),
            parts=[self._part(section, field) for field in row.fields],
            removable=row.removable,
            wrong=sum(bool(field.errors) for field in row.fields),
        )

    def _field(self, section: str, field: forms.FieldView) -> ShownField:
        wrong = reverse("citizen:dispute", args=[self.case_id, section]) + "?" + urlencode({"path": field.path})
        return ShownField(
            name=field.path,
            label=field.label,
            type="multi" if field.widget == "checkbox" else field.type,
            value=field.value,
            choices=_choices(field),
            hint=field.help or _place_in_words(field),
            error=field.errors[0] if field.errors else "",
            required=field.required,
            locked=field.locked,
            source=_source(field.source, self.as_of),
            receivers=receivers(field.departments),
            wrong_href=wrong if field.locked else "",
            shown=field.display,
            fill=field.autocomplete or ("off" if field.type in ABOUT_PEOPLE else ""),
            offers=self._offers(field),
            near=self._near.get(field.path, ()),
            closed="" if field.locked else closing.words(field.closed, dict(field.options)),
        )

    def _look_near(self, view: forms.SectionView) -> None:
        """Addresses beside each other are about the same person or house: those of a section, those of a row."""
        blocks = [view.block, *(field.block for field in view.fields)]
        units = [view.fields, *(row.fields for block in blocks if block is not None for row in block.rows)]
        for unit in units:
            known = [one for one in unit if one.type == "address" and one.value and not one.errors]
            held = {one.value: Offer(one.path, one.value, one.label) for one in reversed(known)}
            empty = (one for one in unit if one.type == "address" and not one.value and not one.locked)
            self._near |= {one.path: tuple(reversed(held.values()))[:MOST_NEAR] for one in empty}

    def _offers(self, field: forms.FieldView) -> tuple[Offer, ...]:
        """Kept addresses beside an open question for one; what a register has answered needs none."""
        if field.type != "address" or field.locked or field.source is not None:
            return ()
        return tuple(one for one in self._addresses() if one.text != field.value)


def _place_in_words(field: forms.FieldView) -> str:
    """What the code of a place means, under the code that a register gave (420102：湖北省武汉市江岸区)."""
    if field.type != "region" or field.display in ("", field.value):
        return ""
    return _("%(code)s：%(place)s") % {"code": field.value, "place": field.display}


def _choices(field: forms.FieldView) -> tuple[Choice, ...]:
    chosen = field.values or ((field.value,) if field.value else ())
    if field.widget == "checkbox":
        return (Choice("true", _("是，我确认"), chosen="true" in map(str.lower, chosen)),)
    if field.widget == "yesno":
        said = [value.lower() for value in chosen]
        return (Choice("true", _("是"), chosen="true" in said), Choice("false", _("否"), chosen="false" in said))
    known = [Choice(value, label, chosen=value in chosen) for value, label in field.options]
    missing = [Choice(value, value, chosen=True) for value in chosen if value not in {c.value for c in known}]
    return closing.close((*known, *missing), field.closed) if known else ()


def _source(source: forms.Source | None, as_of: Mapping[str, datetime]) -> str:
    """Where a value came from and how old it is: 数据截至 where a register said so, else when it was fetched."""
    if source is None:
        return ""
    stood = as_of.get(source.path.rpartition(".")[0])
    if stood is not None:
        return _("%(source)s，数据截至%(when)s") % {"source": source.label, "when": words.moment_in_words(stood)}
    if source.at is None:
        return source.label
    return _("%(source)s，%(when)s 取来") % {"source": source.label, "when": words.moment_in_words(source.at)}


def dom_id(path: str) -> str:
    """The id of a field on the page."""
    return ShownField(path, "", "text").dom_id


def mistakes(errors: Sequence[forms.FieldError]) -> tuple[Mistake, ...]:
    """The error summary: each text leads to its field."""
    return tuple(Mistake(f"#{dom_id(error.path)}", _message(error)) for error in errors)


def messages_by_path(errors: Sequence[forms.FieldError]) -> dict[str, str]:
    """What is wrong by its path, in the language of the page."""
    return {error.path: _message(error) for error in errors}


def closed_by_path(cells: Iterable[forms.FieldView]) -> dict[str, dict[str, object]]:
    """What is ruled out now, of every open question with options, for the script of its page."""
    ruled = (cell for cell in cells if cell.type in ("enum", "multi") and not cell.locked)
    return {cell.path: closing.as_told(cell.closed, dict(cell.options)) for cell in ruled}


def _message(error: forms.FieldError) -> str:
    return (error.message_en if lang() == "en" else "") or error.message


def received(view: forms.SectionView) -> tuple[Received, ...]:
    """What each department receives of a section, the one that receives most first."""
    first_row = view.rows[0].fields if view.rows else view.block.template if view.block else ()
    return received_of([*view.fields, *first_row])


def received_of(fields: Sequence[forms.FieldView]) -> tuple[Received, ...]:
    """The same of some questions, of one section or of many."""
    departments = dict.fromkeys(dept for field in fields for dept in field.departments)
    labels = {dept: [f.label for f in fields if dept in f.departments] for dept in departments}
    ordered = sorted(labels, key=lambda dept: -len(labels[dept]))
    return tuple(_received(dept, labels[dept], len(fields)) for dept in ordered if labels[dept])


def _received(dept: str, labels: Sequence[str], total: int) -> Received:
    named = "、".join(labels[:MOST_NAMED])
    return Received(dept, short_of(dept), len(labels), named, len(labels) == total and total > 1)
