"""What a page shows of a section: fields with their values, options, sources, errors, and who will see them.

Every text in here is data: a template escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bundles.forms.answers import Place, rows_of, source_of, stored
from bundles.forms.checks import Checker, FieldError
from bundles.forms.cleaning import is_box
from bundles.forms.coded import place_name
from bundles.forms.context import Context, Row
from bundles.forms.instances import row_label
from bundles.forms.materials import departments_of
from bundles.forms.options import Closed, closed_options
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, shows
from bundles.forms.typed import EMPTY, SHANGHAI, as_typed, read
from bundles.forms.words import Choice, choices, has_language, label_of, short_label, source_label, text_of
from bundles.rules import UNKNOWN
from bundles.spec import BundleSpec, Field, Group
from bundles.spec.registry import Registry

MAX_RADIOS: Final = 5
_WIDGETS: Final = {"longtext": "textarea", "multi": "checkboxes", "date": "date", "datetime": "datetime",
                   "region": "region", "file": "file", "group": "group", "phone": "tel", "email": "email"}  # fmt: skip
_INPUT_MODES: Final = {"phone": "tel", "bank_card": "numeric", "integer": "numeric", "number": "decimal",
                       "money": "decimal", "email": "email"}  # fmt: skip
_AUTOCOMPLETE: Final = {"account:name": "name", "account:phone": "tel", "account:email": "email",
                        "account:operator_name": "name", "account:operator_phone": "tel"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prefilled value came from, as the chip beside the field says it."""

    label: str
    at: datetime | None
    path: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as it is shown. `value` stands in the input, `display` is what a person reads.

    `closed` are options that a rule would refuse; those that it refuses for good are not among `options`.
    """

    path: str
    id: str
    label: str
    type: str
    widget: str
    value: str
    values: tuple[str, ...]
    display: str
    options: tuple[Choice, ...]
    required: bool
    locked: bool
    source: Source | None
    help: str
    help_is_chinese: bool
    errors: tuple[str, ...]
    items: tuple[str, ...]
    departments: tuple[str, ...]
    autocomplete: str = ""
    inputmode: str = ""
    block: BlockView | None = None
    closed: tuple[Closed, ...] = ()

    @property
    def prefilled(self) -> bool:
        return self.source is not None


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a repeating block."""

    index: int
    title: str
    fields: tuple[FieldView, ...]
    removable: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    """A repeating block: its rows, and whether one more fits. `template` is an empty row numbered `__row__`."""

    group: str
    title: str
    rows: tuple[RowView, ...]
    min: int
    max: int | None
    can_add: bool
    template: tuple[FieldView, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the form; a repeating section has a block in place of fields."""

    id: str
    title: str
    fields: tuple[FieldView, ...]
    block: BlockView | None
    errors: tuple[FieldError, ...]

    @property
    def rows(self) -> tuple[RowView, ...]:
        return self.block.rows if self.block else ()

    @property
    def departments(self) -> tuple[str, ...]:
        """Everybody who receives something of this section."""
        own = [d for field in self.fields for d in field.departments]
        inner = [d for row in self.rows for field in row.fields for d in field.departments]
        return tuple(dict.fromkeys(own + inner))


def section_view(
    context: Context,
    selection: Selection,
    section_id: str,
    *,
    errors: Iterable[FieldError] = (),
    raw: Mapping[str, str | Sequence[str]] | None = None,
    lang: str = "zh",
) -> SectionView:
    """A section as it is shown. `raw` is what was typed, and is shown again as it was."""
    view = _View(context, selection, tuple(errors), raw or {}, lang)
    section = context.spec.section(section_id)
    block = view.block(context.spec.groups[section.id], section.repeat.by) if section.repeat else None
    fields = () if section.repeat else tuple(view.field(f, view.case) for f in section.fields if view.is_shown(f))
    inside = {f.id for s, _, f in context.spec.walk_fields() if s.id == section.id} | {section.id}
    return SectionView(
        section.id, label_of(section, lang), fields, block, tuple(e for e in view.errors if e.field in inside)
    )


def display(spec: BundleSpec, registry: Registry, field_id: str, value: object, lang: str = "zh") -> str:
    """A stored value as a person reads it: labels for codes, dates and times in full."""
    field = spec.field(field_id)
    if value in EMPTY:
        return ""
    if field.type == "region" and not field.options:
        return place_name(registry, value, lang)
    if field.type in ("enum", "multi", "region"):
        labels = dict(choices(field, registry, lang))
        return "、".join(labels.get(str(v), str(v)) for v in (value if isinstance(value, list | tuple) else [value]))
    known = read(field, value)
    if isinstance(known, bool):
        return ("是" if known else "否") if lang == "zh" else ("Yes" if known else "No")
    if isinstance(known, datetime):
        return known.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if field.type == "money" and known is not UNKNOWN:
        return f"{known:,.2f}"
    return as_typed(field, value)


class _View:
    def __init__(
        self,
        context: Context,
        selection: Selection,
        errors: tuple[FieldError, ...],
        raw: Mapping[str, str | Sequence[str]],
        lang: str,
    ) -> None:
        self.context = context
        self.spec = context.spec
        self.selection = selection
        self.checker = Checker(context, selection)
        self.case = self.checker.case
        self.errors = errors
        self.raw = raw
        self.lang = lang

    def is_shown(self, field: Field) -> bool:
        if field.is_group:
            return self.checker.is_asked(self.spec.groups[field.id])
        return not field.system and shows(field, self.selection, self.case)

    def block(self, group: Group, note: str | None = None) -> BlockView:
        count = len(rows_of(self.context.answers, group.id))
        template = tuple(
            self.field(field, self.case.in_row(Row(group.id, count)), f"{group.id}.__row__.{field.id}")
            for field in group.fields
            if field.id in self.selection.fields and not field.system
        )
        return BlockView(
            group=group.id,
            title=short_label(group, self.lang),
            rows=tuple(self._row(group, index, count) for index in range(count)),
            min=group.min,
            max=group.max,
            can_add=group.max is None or count < group.max,
            template=template,
            note=note or "",
        )

    def _row(self, group: Group, index: int, count: int) -> RowView:
        scope = self.case.in_row(Row(group.id, index))
        fields = [f for f in group.fields if not f.system and shows(f, self.selection, scope)]
        title = row_label(self.context, Row(group.id, index))
        return RowView(index, title, tuple(self.field(f, scope) for f in fields), count > group.min)

    def field(self, field: Field, scope: FormScope, path: str = "") -> FieldView:
        place = Place(field.id, scope.row)
        at = path or place.path
        value = None if path or field.is_group else stored(self.context.answers, place)
        items = tuple(i for i in self.selection.items if i in self.spec.items_of_field(field.id))
        closed = closed_options(self.context, field, scope)
        options = self._offered(field, closed, value)
        source = source_of(self.context.answers, at)
        return FieldView(
            path=at,
            id=field.id,
            label=label_of(field, self.lang),
            type=field.type,
            widget=_widget(field, options),
            value=self._typed(at, field, value),
            values=self._chosen(at, value),
            display=display(self.spec, self.context.registry, field.id, value, self.lang),
            options=options or self._regions(field),
            required=field.required,
            locked=bool(source and source.get("locked")),
            source=self._source(source),
            help=text_of(field.help, self.lang),
            help_is_chinese=not has_language(field.help, self.lang),
            errors=tuple(self._message(e) for e in self.errors if e.path == at),
            items=items,
            departments=departments_of(self.spec, items),
            autocomplete=next((_AUTOCOMPLETE[p] for p in field.prefills if p in _AUTOCOMPLETE), ""),
            inputmode=_INPUT_MODES.get(field.type, ""),
            block=self.block(self.spec.groups[field.id]) if field.is_group else None,
            closed=tuple(one for one in closed if not one.for_good),
        )

    def _offered(self, field: Field, closed: Iterable[Closed], value: object) -> tuple[Choice, ...]:
        """Every option but those that are refused whatever else is answered; what is chosen stays to be seen."""
        chosen = value if isinstance(value, list | tuple) else [value]
        never = {refused for one in closed if one.for_good for refused in one.values if refused not in chosen}
        return tuple(one for one in choices(field, self.context.registry, self.lang) if one[0] not in never)

    def _regions(self, field: Field) -> tuple[Choice, ...]:
        """Suggestions for a place: the shipped list of regions, where there is one."""
        if field.type != "region":
            return ()
        regions = self.context.registry.codelists.get("region", ())
        return tuple((value, (en if self.lang == "en" else "") or zh) for value, zh, en in regions)

    def _typed(self, path: str, field: Field, value: object) -> str:
        typed = self.raw.get(path)
        if typed is None:
            return as_typed(field, value)
        return typed if isinstance(typed, str) else (typed[-1] if typed else "")

    def _chosen(self, path: str, value: object) -> tuple[str, ...]:
        typed: Any = self.raw.get(path, value)
        if typed in EMPTY:
            return ()
        return tuple(map(str, typed)) if isinstance(typed, list | tuple) else (str(typed),)

    def _source(self, source: Mapping[str, Any] | None) -> Source | None:
        if source is None:
            return None
        path = str(source.get("path", ""))
        label = source_label(self.spec, self.context.registry, path, self.lang) if path else str(source.get("label"))
        try:
            at = datetime.fromisoformat(str(source.get("at")))
        except ValueError:
            at = None
        return Source(label, at, path)

    def _message(self, error: FieldError) -> str:
        return (error.message_en if self.lang == "en" else "") or error.message


def _widget(field: Field, options: tuple[Choice, ...]) -> str:
    if field.type == "enum":
        return "radio" if len(options) <= MAX_RADIOS else "select"
    if field.type == "bool":
        return "checkbox" if is_box(field) else "yesno"
    return _WIDGETS.get(field.type, "text")
