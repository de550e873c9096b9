"""Files that were handed in, as pages show them: preview, what is to be said about them, where they may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles.spec import Duration
from cases.queries.my_papers import PaperView, last_good_day
from cases.queries.picture import duration_words
from cases.queries.slots import FileView, SlotView
from portal.citizen.language import lang
from portal.ui import words

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that was handed in. `advice`: a sentence, empty for nothing; `heard`: the person may wave it aside."""

    id: UUID
    name: str
    size: str
    href: str
    look: str
    small: str
    is_image: bool
    pages: int = 1
    advice: str = ""
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A file of an earlier case that may be handed in once more. `advice`: why a fresh one is better, or ""."""

    id: UUID
    name: str
    small: str
    text: str
    advice: str = ""


class Remarks:
    """What is to be said about the files of a page: hard to read, handed in twice, in the wrong place by its name."""

    def __init__(self, slots: Sequence[SlotView] = (), misplaced: Mapping[object, str] | None = None) -> None:
        self._labels = {slot.slot: label_of(slot) for slot in slots}
        self._places: dict[str, list[str]] = {}
        for slot in slots:
            for file in slot.files:
                self._places.setdefault(file.sha256, []).append(slot.slot)
        self._misplaced = misplaced or {}

    def on(self, file: FileView, slot: str) -> str:
        """One sentence, the weightiest; empty for nothing."""
        elsewhere = [one for one in self._places.get(file.sha256, ()) if one != slot]
        if elsewhere:
            return _("同一个文件在“%(paper)s”里已经交过，看看是不是放错了") % {"paper": self._labels[elsewhere[0]]}
        if file.id in self._misplaced:
            return _("看文件名像是“%(paper)s”，看看是不是放错了") % {"paper": self._labels[self._misplaced[file.id]]}
        return advice_in_words(file.advice)


def advice_in_words(advice: str) -> str:
    """What makes a picture hard to read, and what helps."""
    return {
        "blurred": _("看起来有点糊。擦一下镜头，拿稳了重拍一张更稳妥；也可以就用这张。"),
        "dark": _("有点暗，字可能看不清。到亮的地方重拍一张更稳妥；也可以就用这张。"),
        "small": _("图片太小，字可能看不清。请用原图，或者重拍一张；也可以就用这张。"),
        "blank": _("好像是一张空白页，看看是不是选错了；也可以就用这张。"),
    }.get(advice, "")


def label_of(slot: SlotView) -> str:
    """What a paper is called."""
    return slot.label_en if lang() == "en" and slot.label_en else slot.label


def shown_file(case: Any, file: FileView, remark: str = "") -> ShownFile:
    """A file of a slot."""
    args = [case.pk, file.id]
    return ShownFile(
        id=file.id,
        name=file.name,
        size=size_in_words(file),
        href=reverse("citizen:material_file", args=args),
        look=reverse("citizen:file_page", args=args),
        small=reverse("citizen:file_small", args=args),
        is_image=file.is_image,
        pages=file.pages,
        advice=remark,
        heard=bool(remark) and remark == advice_in_words(file.advice),
    )


def size_in_words(file: FileView) -> str:
    """320 KB; 3 页 · 1.2 MB."""
    size = filesizeformat(file.size)
    if file.pages == 1:
        return size
    return ngettext("%(pages)s 页", "%(pages)s 页", file.pages) % {"pages": file.pages} + f" · {size}"


def earlier(paper: PaperView, max_age: Duration | None = None) -> Earlier:
    """A file of my documents, offered for a slot whose paper may be so old."""
    label = paper.label_en if lang() == "en" and paper.label_en else paper.label
    bundle = paper.bundle_en if lang() == "en" and paper.bundle_en else paper.bundle
    told = {"day": words.day_in_words(paper.handed_in_at), "bundle": bundle, "paper": label}
    text = _("%(day)s交的“%(paper)s”，办“%(bundle)s”时") % told
    small = reverse("citizen:paper_small", args=[paper.file.id])
    return Earlier(paper.file.id, paper.file.name, small, text, _too_old(paper, max_age) if max_age else "")


def _too_old(paper: PaperView, max_age: Duration) -> str:
    """Too old already, or within the weeks that handling may take."""
    last, today = last_good_day(paper, max_age), timezone.localdate()
    told = {"limit": duration_words(max_age), "day": words.day_in_words(last)}
    if last < today:
        return _("这里要%(limit)s以内的，这份已经超过，请重新开一份或重新拍。") % told
    if last < today + SOON:
        return _("这里要%(limit)s以内的，这份%(day)s以后就超过了，最好重新开一份。") % told
    return ""
