"""The pile as the page draws it: each file with where it may belong, why, and where it can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries.piles import LyingFile
from cases.queries.slots import SlotView
from cases.queries.sorting import BEFORE, LAST, NAME, Proposal
from portal.citizen.shown.files import advice_in_words, label_of, size_in_words


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot that a file can go to."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownLying:
    """A file of the pile. `why`: what speaks for the proposed slot, empty where none is proposed."""

    id: UUID
    name: str
    size: str
    small: str
    href: str
    why: str
    advice: str
    choices: Sequence[Choice]
    error: str = ""


def lying(case: Any, one: LyingFile, slots: Sequence[SlotView], error: str = "") -> ShownLying:
    """A file with the slots it can go to, the proposed one chosen."""
    chosen = one.proposal.slot if one.proposal else ""
    args = [case.pk, one.file.id]
    return ShownLying(
        id=one.file.id,
        name=one.file.name,
        size=size_in_words(one.file),
        small=reverse("citizen:pile_small", args=args),
        href=reverse("citizen:pile_file", args=args),
        why=_why(one.proposal, slots),
        advice=advice_in_words(one.file.advice),
        choices=[Choice(slot.slot, label_of(slot), slot.slot == chosen) for slot in slots],
        error=error,
    )


def _why(proposal: Proposal | None, slots: Sequence[SlotView]) -> str:
    if proposal is None:
        return ""
    if proposal.why == NAME and proposal.word:
        return _("文件名里有“%(word)s”") % {"word": proposal.word}
    label = next((label_of(slot) for slot in slots if slot.slot == proposal.slot), "")
    if proposal.why == NAME:
        return _("文件名像是“%(paper)s”") % {"paper": label}
    said = {BEFORE: _("上次您把它交作“%(word)s”") % {"word": proposal.word}, LAST: _("只差这一份了")}
    return said[proposal.why]
