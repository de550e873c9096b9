"""The next thing to fill in, as an address that leads to the question itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bundles import forms
from cases.queries.context import context_of
from cases.queries.resuming import last_section
from cases.queries.task_list import TaskList, TaskSection
from portal.citizen.language import lang
from portal.citizen.shown.fields import dom_id

SETTLED = frozenset({"done", "waiting"})


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where it goes on: the part of the form, and the way to it."""

    title: str
    href: str


def ahead(case: Any, page: TaskList) -> Ahead | None:
    """The part that was filled in last while it lacks something, else the first one that does, the papers behind them
    all; None where nothing lacks.
    """
    lacking = [one for one in page.sections if one.state not in SETTLED]
    last = last_section(case) if len(lacking) > 1 else ""
    section = next((one for one in lacking if one.id == last), None) or next(iter(lacking), None)
    if section is not None:
        return Ahead(section.title, _address(case, section))
    if any(not slot.is_settled for slot in page.required_slots):
        return Ahead(_("材料"), reverse("citizen:materials", args=[case.pk]))
    return None


def _address(case: Any, section: TaskSection) -> str:
    return reverse("citizen:section", args=[case.pk, section.id])


def place(case: Any) -> str:
    """The question that is still empty there; empty where every part is filled in."""
    context = context_of(case)
    selection = forms.select(context)
    lacking = [one.section_id for one in forms.missing(context, selection) if not one.is_complete]
    if not lacking:
        return ""
    last = last_section(case)
    section_id = last if last in lacking else lacking[0]
    view = forms.section_view(context, selection, section_id, lang=lang())
    fields = [*view.fields, *(field for row in view.rows for field in row.fields)]
    empty = (f for f in fields if f.required and not f.locked and f.block is None and not f.value and not f.values)
    first = next(empty, None)
    return reverse("citizen:section", args=[case.pk, section_id]) + (f"#{dom_id(first.path)}" if first else "")
