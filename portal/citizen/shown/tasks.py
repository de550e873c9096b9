"""The task list in the words of its components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bundles.queries import version
from cases.actions.applying.drafting import DRAFT_KEPT
from cases.queries.rosters import roster_view, takes_roster
from cases.queries.stages import fileable_later
from cases.queries.task_list import ItemChoice, PartyView, TaskList, TaskSection
from portal.citizen.shown.parts import Crumb, Task, trail
from portal.citizen.shown.slots import label_of
from portal.ui import words

_LOOKS = {"done": "done", "wrong": "you", "started": "doing", "not_started": "todo", "waiting": "party"}

# Blockers that are said in full; the others are the parts of the form themselves.
SAID = frozenset({"stop", "eligibility", "constraint", "window"})


@dataclass(frozen=True, slots=True)
class Opt:
    """An item that may be done now or later."""

    name: str
    title: str
    text: str
    dept_code: str
    dept_short: str
    later: bool


def shown(case: Any, page: TaskList) -> dict[str, Any]:
    """Everything the page shows."""
    sections = [_section(case, n, section) for n, section in enumerate(page.sections, start=1)]
    others = [party for party in page.parties if party.must_agree]
    opts = [] if case.submitted_at else [_opt(choice) for choice in choices(case, page)]
    if takes_roster(case):
        sections.append(_roster(case, len(sections) + 1))
    more = [_papers(case, page, len(sections) + 1)]
    if others:
        more.append(_parties(case, others, len(sections) + 2))
    done = sum(task.state == "done" for task in (*sections, more[0]))
    return {
        "sections": sections,
        "more": more,
        "put_off": _put_off(case, page),
        "opts": opts,
        "opts_said": _opts_said(opts),
        "items_on": sum(choice.is_on for choice in page.items),
        "parts": len(sections) + 1,
        "done": done,
        "left": len(sections) + 1 - done,
        "others": others,
        "stops": [blocker.text for blocker in page.blockers if blocker.kind in SAID],
        "kept_until": words.day_in_words(case.saved_at + DRAFT_KEPT),
        "trail": trail(Crumb(page.bundle_name, reverse("citizen:guide", args=[page.bundle_code])), Crumb(_("填报"))),
    }


def _opts_said(opts: Sequence[Opt]) -> str:
    """The choice between now and later in a line, as it stands."""
    later = sum(opt.later for opt in opts)
    now = len(opts) - later
    if not later:
        return ngettext("%(now)s 件都现在办，想以后办可以改", "%(now)s 件都现在办，想以后办可以改", now) % {"now": now}
    if not now:
        said = ngettext("还有 %(later)s 件可以一起办", "还有 %(later)s 件可以一起办", later)
        return said % {"later": later}
    return _("%(now)s 件现在办，%(later)s 件以后办，可以改") % {"now": now, "later": later}


def _roster(case: Any, number: int) -> Task:
    """The people of a batch come in by a file, not by the form."""
    view = roster_view(case)
    href = reverse("citizen:roster", args=[case.pk])
    if view is None or not view.total:
        return Task(_("名册"), href, _("下载模板，填好后导入"), "todo", _("未开始"), number)
    text = _("%(good)s 人可以办，%(bad)s 行要更正") % {"good": view.good, "bad": view.to_correct}
    look, word = ("done", _("填好了")) if view.good else ("you", _("要更正"))
    return Task(_("名册"), href, text, look, word, number)


def _put_off(case: Any, page: TaskList) -> list[ItemChoice]:
    """Of a filed case the items that can be filed now."""
    fileable = fileable_later(case, version(case.bundle_version_id).spec)
    return [choice for choice in page.items if choice.item_id in fileable]


def _section(case: Any, number: int, section: TaskSection) -> Task:
    href = reverse("citizen:section", args=[case.pk, section.id])
    return Task(section.title, href, _section_text(section), _LOOKS[section.state], _section_word(section), number)


def _section_word(section: TaskSection) -> str:
    if section.wrong:
        return ngettext("%(count)s 处要改", "%(count)s 处要改", section.wrong) % {"count": section.wrong}
    known = {"done": _("填好了"), "not_started": _("未开始"), "waiting": _("等对方填")}
    if section.state in known:
        return known[section.state]
    left = section.total - section.filled
    return ngettext("还差 %(count)s 项", "还差 %(count)s 项", left) % {"count": left}


def _section_text(section: TaskSection) -> str:
    if section.total == 0:
        return _("没有必填的，看一眼就行")
    return _("%(total)s 项必填，已有 %(filled)s 项") % {"total": section.total, "filled": section.filled}


def _papers(case: Any, page: TaskList, number: int) -> Task:
    required = page.required_slots
    lacking = [slot for slot in required if not slot.is_settled]
    href = reverse("citizen:materials", args=[case.pk])
    if not required:
        return Task(_("材料"), href, _("不用交材料"), "done", _("不用交"), number)
    if not lacking:
        text = ngettext("%(count)s 份都齐了", "%(count)s 份都齐了", len(required)) % {"count": len(required)}
        return Task(_("材料"), href, text, "done", _("齐了"), number)
    text = _("%(total)s 份里还差%(names)s") % {"total": len(required), "names": _named(lacking)}
    word = ngettext("还差 %(count)s 份", "还差 %(count)s 份", len(lacking)) % {"count": len(lacking)}
    return Task(_("材料"), href, text, "doing", word, number)


def _named(slots: Sequence[Any]) -> str:
    return "、".join(label_of(slot) for slot in slots)


def _parties(case: Any, others: Sequence[PartyView], number: int) -> Task:
    waiting = [party for party in others if party.state != "agreed"]
    href = reverse("citizen:parties", args=[case.pk])
    names = "、".join(dict.fromkeys(party.name or party.label for party in (waiting or others)))
    if not waiting:
        return Task(
            _("对方授权"), href, _("%(names)s已同意") % {"names": names}, "done", _("都同意了"), number, "users"
        )
    if any(party.state == "declined" for party in waiting):
        text = _("%(names)s没有同意，点开看怎么办") % {"names": names}
        return Task(_("对方授权"), href, text, "you", _("没同意"), number, "users")
    asked = any(party.state == "asked" for party in waiting)
    text = _("已请%(names)s确认") if asked else _("提交时会请%(names)s确认，也可以现在就请")
    return Task(_("对方授权"), href, text % {"names": names}, "party", _("等对方"), number, "users")


def choices(case: Any, page: TaskList) -> list[ItemChoice]:
    """Items that may be done now or later: optional ones, and in a staged bundle those that nothing waits for."""
    spec = version(case.bundle_version_id).spec
    on = {choice.item_id for choice in page.items if choice.is_on}
    needed = {d.item for item in spec.items if item.id in on for d in item.depends_on}
    return [c for c in page.items if c.is_optional or (c.can_postpone and c.item_id not in needed)]


def _opt(choice: ItemChoice) -> Opt:
    text = _("由%(dept)s办理") % {"dept": choice.dept_short}
    return Opt(f"item-{choice.item_id}", choice.title, text, choice.dept_code, choice.dept_short, not choice.is_on)
