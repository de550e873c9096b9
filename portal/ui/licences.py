"""Licences as both faces show them: words for state, trust and time; the watermark of a copy."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec.registry import LicenceKind
from cases.queries.licence_copies import CopyPage
from cases.queries.licences import LicenceCard
from portal.ui import words

LINES_OF_WATERMARK = 18
LONG_NUMBER = 15
SOON_DAYS = 60
LOOKS = {"in_force": "done", "superseded": "gone", "revoked": "bad", "expired": "gone"}


def look_of(card: LicenceCard) -> str:
    """The sign of its state."""
    return LOOKS.get(card.state, "gone")


def term_of(card: LicenceCard) -> str:
    """Until when, in words. 行政许可法 第五十条: a renewal is applied for thirty days before the end."""
    if card.valid_to is None:
        return _("长期有效")
    day = words.day_in_words(card.valid_to)
    if card.days_left is None:
        return _("有效期到%(day)s") % {"day": day}
    if card.days_left > SOON_DAYS:
        return _("有效期到%(day)s") % {"day": day}
    left = ngettext("还有 %(days)s 天到期", "还有 %(days)s 天到期", card.days_left) % {"days": card.days_left}
    return _("%(left)s；要延续的，请在到期 30 日前申请") % {"left": left}


def use_of(card: LicenceCard) -> str:
    """What it spares (可信等级)."""
    said = {
        "A": _("办事免提交"),
        "B": _("办事免提交"),
        "C": _("办事免上传，要核原件"),
        "D": _("未经核对，不能代替材料"),
    }
    return said[card.trust]


def masked(value: str) -> str:
    """A long number with its middle hidden; anything else as it is."""
    is_number = len(value) >= LONG_NUMBER and value.replace("X", "").isalnum() and value[:4].isdecimal()
    return words.mask_id(value) if is_number else value


def watermark(page: CopyPage, who: str) -> Sequence[str]:
    """The lines that lie across a copy: for what alone, who had it made, when, and the mark to verify it by."""
    line = f"仅用于：{page.purpose}　{who}　{moment_on_paper(page)}　{page.mark}"
    return [line] * LINES_OF_WATERMARK


def moment_on_paper(page: CopyPage) -> str:
    """Day and minute as a paper keeps them: not "today", which is another day tomorrow."""
    return f"{timezone.localtime(page.made_at):%Y-%m-%d %H:%M}"


def kind_name(kind: LicenceKind) -> str:
    """A kind of the catalogue in the language of the page."""
    return kind.en if (get_language() or "").startswith("en") and kind.en else kind.zh


def issuer_name(code: str) -> str:
    known = queries.registry().departments.get(code)
    return known.name if known else code


def verify_path(page: CopyPage) -> str:
    return reverse("citizen:verify_mark", args=[page.mark])
