"""One row of the page on which several tasks are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries.answer_rows import AnswerRow
from portal.counter.posted import Typed
from portal.counter.shown.task import result_field
from portal.ui.fields import Choice, FieldView


@dataclass(frozen=True, slots=True)
class RowForm:
    """A task and its inputs; their names begin with its id. `error` is of the row as a whole."""

    id: str
    number: str
    who: str
    href: str
    version: int
    act: FieldView
    fields: tuple[FieldView, ...]
    reason: FieldView
    error: str


def row_form(row: AnswerRow, typed: Mapping[str, str], faults: Mapping[str, str]) -> RowForm:
    """As it stands, or as it was typed with what is wrong."""
    start, picked = f"{row.sub_id}.", typed.get("act", "")
    acts = (("", _("先不办")), ("approve", _("同意")), ("reject", _("不予批准")))
    choices = tuple(Choice(value, title, chosen=value == picked) for value, title in acts)
    fields = tuple(result_field(one, Typed(typed, faults=faults)) for one in row.fields)
    reason = FieldView(
        f"{start}reason",
        _("不予批准的理由"),
        "text",
        typed.get("reason", ""),
        error=faults.get("reason", ""),
        required=False,
    )
    return RowForm(
        id=str(row.sub_id),
        number=row.number,
        who="，".join(part for part in (row.who, row.instance[:1] + "**" if row.instance else "") if part),
        href=reverse("counter:task", args=[row.sub_id]),
        version=row.version,
        act=FieldView(f"{start}act", _("答复"), "enum", picked, choices),
        fields=tuple(replace(field, name=f"{start}{field.name}") for field in fields),
        reason=reason,
        error=faults.get("", ""),
    )
