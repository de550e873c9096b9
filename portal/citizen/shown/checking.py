"""Check your answers: the form in full, papers, who receives what, and what is still lacking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from bundles.rules import parse
from cases.errors import NotEligible, NotReady
from cases.queries.context import context_of
from cases.queries.task_list import TaskList
from portal.citizen.language import said
from portal.citizen.shown import slots
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.fields import dom_id
from portal.citizen.shown.parts import Mistake, Received

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """Answers under one heading; the heading is empty outside repeating blocks."""

    title: str
    rows: Sequence[forms.SummaryRow]


@dataclass(frozen=True, slots=True)
class CheckedSection:
    """A section with the way back to it."""

    title: str
    href: str
    blocks: Sequence[CheckedBlock]


def sections(case: Any, summary: Sequence[forms.SummarySection]) -> list[CheckedSection]:
    """Every answer, in the order of the form."""
    return [
        CheckedSection(
            one.title,
            reverse("citizen:section", args=[case.pk, one.id]) + "?back=check",
            [CheckedBlock(title, tuple(rows)) for title, rows in groupby(one.rows, key=lambda row: row.block)],
        )
        for one in summary
    ]


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """A paper and how it is covered."""

    title: str
    text: str


def papers(page: TaskList) -> list[CheckedPaper]:
    """Papers that are needed, with their standing."""
    return [CheckedPaper(slots.label_of(slot), slots.tag_of(slot)) for slot in page.slots]


def receivers(context: forms.Context, selection: forms.Selection) -> list[Received]:
    """How many answers each department receives, and the first of them by name."""
    labels: dict[str, list[str]] = {}
    for field_id in _asked(context, selection):
        needed_by = context.spec.items_of_field(field_id)
        field = context.spec.field(field_id)
        for dept in dict.fromkeys(context.spec.item(i).dept for i in selection.items if i in needed_by):
            labels.setdefault(dept, []).append(said(field))
    total = len(_asked(context, selection))
    ordered = sorted(labels, key=lambda dept: -len(labels[dept]))
    return [
        Received(d, short_of(d), len(labels[d]), "、".join(labels[d][:MOST_NAMED]), len(labels[d]) == total)
        for d in ordered
    ]


def _asked(context: forms.Context, selection: forms.Selection) -> list[str]:
    return [
        f.id for _s, _g, f in context.spec.walk_fields() if f.id in selection.fields and not f.system and not f.is_group
    ]


def mistakes(case: Any, lacking: NotReady) -> tuple[Mistake, ...]:
    """What keeps the case from being submitted, each with the way to where it is mended."""
    spec = context_of(case).spec
    found = [Mistake(_place(case, spec, path), text) for path, text in lacking.faults]
    return tuple(found) or (Mistake(reverse("citizen:situations", args=[case.pk]), lacking.message),)


def refusals(case: Any, context: forms.Context, selection: forms.Selection) -> tuple[Mistake, ...]:
    """Conditions that the answers do not meet, each with the way to what it reads: known before anybody presses."""
    return tuple(
        Mistake(_place(case, context.spec, _read_by(context, selection, one.id)), one.message)
        for one in forms.check_eligibility(context, selection)
        if one.verdict == "false"
    )


def not_eligible(case: Any, refused: NotEligible) -> tuple[Mistake, ...]:
    """Why the engine refuses a case; what its answers do not show by themselves leads to the questions."""
    context = context_of(case)
    shown = refusals(case, context, forms.select(context))
    known = {one.text for one in shown}
    questions = reverse("citizen:situations", args=[case.pk])
    return (*shown, *(Mistake(questions, text) for text in refused.reasons if text not in known))


def _read_by(context: forms.Context, selection: forms.Selection, condition: str) -> str:
    """The first answer that a condition reads: a field that is asked for, else the questions."""
    expression = next(one.expr for one in context.spec.eligibility if one.id == condition)
    names = sorted(parse(expression).names)
    return next((name for name in names if name in selection.fields), "guidance.")


def _place(case: Any, spec: Any, path: str) -> str:
    if path == "charges":
        return reverse("citizen:pay", args=[case.pk])
    if path.startswith("constraints."):
        return reverse("citizen:tasks", args=[case.pk])
    if path.startswith("guidance."):
        return reverse("citizen:situations", args=[case.pk])
    field = path.rpartition(".")[2]
    name = field if spec.has_field(field) else path.partition(".")[0]
    if spec.has_field(name):
        return reverse("citizen:section", args=[case.pk, spec.section_of(name).id]) + f"?back=check#{dom_id(path)}"
    if name in spec.groups:
        return reverse("citizen:section", args=[case.pk, spec.groups[name].section])
    return reverse("citizen:materials", args=[case.pk]) + f"#{slots.dom_id(path)}"


def calendar_entry(case: Any, address: str) -> str:
    """The expected day as an all-day entry (RFC 5545)."""
    day, after = case.due_on, case.due_on + timedelta(days=1)
    title = _("预计办齐：%(title)s") % {"title": case.number}
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//one-thing portal//EN", "BEGIN:VEVENT", f"UID:{case.pk}",
        f"DTSTAMP:{timezone.now():%Y%m%dT%H%M%SZ}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{after:%Y%m%d}", f"SUMMARY:{title}", f"URL:{address}", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines)
