"""The next thing to fill in, as an address that leads to the question itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles import forms
from cases.queries.left_open import Rest, cells_of, rest_of, sections_with
from cases.queries.resuming import last_section
from cases.queries.task_list import TaskList, TaskSection
from portal.citizen.shown.fields import dom_id
from portal.citizen.shown.resting import fits_one_page

SETTLED = frozenset({"done", "waiting"})


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where it goes on: the part of the form, and the way to it."""

    title: str
    href: str


def ahead(case: Any, page: TaskList) -> Ahead | None:
    """What is left where one page takes it; else the part that was filled in last while it lacks something, else the
    first one that does, the papers behind them all; None where nothing lacks.
    """
    rest = rest_of(case)
    if fits_one_page(rest):
        left = len(rest.paths)
        return Ahead(ngettext("只差 %(count)s 项", "只差 %(count)s 项", left) % {"count": left}, _rest_page(case))
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


def _rest_page(case: Any) -> str:
    return reverse("citizen:rest", args=[case.pk])


def place(case: Any) -> str:
    """What is left where one page takes it, else the question that is still empty in the part that was filled in last
    or the first that lacks something; empty where the applicant has filled in every part.
    """
    rest = rest_of(case)
    if fits_one_page(rest):
        return _rest_page(case)
    lacking = [one.section_id for one in rest.sections]
    if not lacking:
        return ""
    last = last_section(case)
    section_id = last if last in lacking else lacking[0]
    first = _first_empty(rest, section_id)
    return reverse("citizen:section", args=[case.pk, section_id]) + (f"#{dom_id(first)}" if first else "")


def _first_empty(rest: Rest, section_id: str) -> str:
    """The path of the first question of a section that is required and empty, as its page shows them."""
    gaps = {gap.path for one in rest.sections if one.section_id == section_id for gap in one.gaps}
    cells: dict[str, forms.FieldView] = {}
    for view in sections_with(rest.frame, gaps):
        cells |= cells_of(view)
    return next((path for path in cells if path in gaps), "")
