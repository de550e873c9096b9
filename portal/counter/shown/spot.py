"""Fields that may be put right on the spot: open to typing, needed by an item that has not been decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bundles import forms
from cases.queries.context import context_of
from portal.ui.fields import Choice, FieldView


@dataclass(frozen=True, slots=True)
class Correctable:
    """A field to choose: where it stands and what it is called there."""

    path: str
    label: str
    section: str


def correctable(case: Any) -> list[Correctable]:
    """All fields of the form as it stands, in its order."""
    return [Correctable(field.path, field.label, section) for section, field in _fields(case, {}, ())]


def drawn(
    case: Any, path: str, typed: Mapping[str, Any] | None = None, errors: Sequence[forms.FieldError] = ()
) -> FieldView | None:
    """One field with what stands in it; None for a path that is not open."""
    known = (field for _section, field in _fields(case, typed or {}, errors) if field.path == path)
    field = next(known, None)
    return _shown(field) if field else None


def _fields(
    case: Any, typed: Mapping[str, Any], errors: Sequence[forms.FieldError]
) -> Iterator[tuple[str, forms.FieldView]]:
    context = context_of(case)
    selection = forms.select(context)
    for section in context.spec.form.sections:
        view = forms.section_view(context, selection, section.id, raw=typed, errors=errors)
        for field in (*view.fields, *_of_block(view.block)):
            nested = _of_block(field.block) if field.block else (field,)
            yield from ((view.title, one) for one in nested if not one.locked)


def _of_block(block: forms.BlockView | None) -> tuple[forms.FieldView, ...]:
    return tuple(field for row in (block.rows if block else ()) for field in row.fields)


def _shown(field: forms.FieldView) -> FieldView:
    return FieldView(
        name=field.path,
        label=field.label,
        type="multi" if field.widget == "checkbox" else field.type,
        value=field.value,
        choices=_choices(field),
        hint=field.help,
        error=field.errors[0] if field.errors else "",
        required=field.required,
    )


def _choices(field: forms.FieldView) -> tuple[Choice, ...]:
    chosen = field.values or ((field.value,) if field.value else ())
    known = field.options
    if field.widget in ("checkbox", "yesno"):
        known = (("true", _("是")), ("false", _("否")))[: 1 if field.widget == "checkbox" else 2]
    return tuple(Choice(value, label, chosen=value in chosen) for value, label in known)
