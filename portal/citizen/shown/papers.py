"""My documents as pages show them: grouped by paper, with age and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries.my_papers import Look, PaperView
from portal.citizen.language import lang
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.files import size_in_words
from portal.ui import words

DAYS_A_MONTH, DAYS_A_YEAR = 30, 365


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A file handed in before. `age`: how long ago, in words; `case_href`: the case it was handed in with."""

    id: UUID
    name: str
    label: str
    size: str
    age: str
    day: str
    bundle: str
    number: str
    case_href: str
    small: str
    href: str
    is_image: bool
    is_filed: bool
    cases: int


@dataclass(frozen=True, slots=True)
class ShownLook:
    """Somebody looked at it."""

    day: str
    who: str
    purpose: str


def groups(found: Sequence[PaperView]) -> list[tuple[str, list[ShownPaper]]]:
    """By what paper they are, the paper handed in last first."""
    by_label: dict[str, list[ShownPaper]] = {}
    for one in map(paper, found):
        by_label.setdefault(one.label, []).append(one)
    return list(by_label.items())


def paper(one: PaperView) -> ShownPaper:
    """A file with where it was handed in."""
    english = lang() == "en"
    return ShownPaper(
        id=one.file.id,
        name=one.file.name,
        label=(one.label_en if english else "") or one.label or _("其他"),
        size=size_in_words(one.file),
        age=_age(one),
        day=words.day_in_words(one.handed_in_at),
        bundle=(one.bundle_en if english else "") or one.bundle,
        number=one.number,
        case_href=reverse("citizen:case" if one.is_filed else "citizen:materials", args=[one.case_id]),
        small=reverse("citizen:paper_small", args=[one.file.id]),
        href=reverse("citizen:paper_file", args=[one.file.id]),
        is_image=one.file.is_image,
        is_filed=one.is_filed,
        cases=one.cases,
    )


def _age(one: PaperView) -> str:
    days = (timezone.localdate() - timezone.localdate(one.handed_in_at)).days
    if days < 1:
        return _("今天交的")
    if days < DAYS_A_MONTH:
        return ngettext("%(count)s 天前交的", "%(count)s 天前交的", days) % {"count": days}
    if days < DAYS_A_YEAR:
        months = days // DAYS_A_MONTH
        return ngettext("%(count)s 个月前交的", "%(count)s 个月前交的", months) % {"count": months}
    years = days // DAYS_A_YEAR
    return ngettext("%(count)s 年前交的", "%(count)s 年前交的", years) % {"count": years}


def look(one: Look) -> ShownLook:
    """Who of which department, when, for what."""
    who = {"clerk": _("窗口人员"), "department": _("系统取用")}.get(one.kind, _("部门工作人员"))
    return ShownLook(words.day_in_words(one.at), f"{short_of(one.department)} {who}".strip(), one.purpose)
