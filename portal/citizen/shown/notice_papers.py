"""The one-time notice as a paper: the same facts as the page, for the printer and for whoever has no phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.papers import Block, Heading, Paper, Steps, Table, Words
from portal.citizen.language import lang
from portal.citizen.shown.notices import Notice
from portal.ui.papers import in_script_of_page

WIDTHS = (8, 3, 4, 7, 4)


def personal(notice: Notice) -> Paper:
    """The notice for the answers given."""
    return _paper(notice, _("扫码打开这份清单，在手机上接着办；也可以把这张纸给家人用。"), tuple(_personal(notice)))


def general(notice: Notice) -> Paper:
    """The notice for everybody, before any question is answered."""
    return _paper(notice, _("扫码打开办事指南，回答几个问题，只看您要办的。"), tuple(_general(notice)))


def _paper(notice: Notice, scan: str, blocks: tuple[Block, ...]) -> Paper:
    made = Paper(
        title=_("一次性告知单"),
        number=notice.number,
        lang="en" if lang() == "en" else "zh",
        on=notice.on,
        blocks=blocks,
        foot=(scan, _("咨询 12345")),
        code=notice.address,
        code_label=_("二维码：在手机上打开这件事"),
        page_label=notice.title,
    )
    return in_script_of_page(made)


def _personal(notice: Notice) -> Iterator[Block]:
    if notice.situation:
        yield Words(_("按您回答的情况：%(situation)s。") % {"situation": notice.situation})
    count = len(notice.items)
    yield Heading(ngettext("一、办这 %(count)s 件事", "一、办这 %(count)s 件事", count) % {"count": count})
    yield _items(notice, [item.title for item in notice.items])
    yield from _to_bring(notice)
    if notice.looked_up:
        text = _("%(papers)s由系统调取，不用交。查不到时会告诉您，不会因此不受理。")
        yield Words(text % {"papers": notice.looked_up}, is_note=True)
    yield from _people(notice)
    yield from _days_and_money(notice, _("费用合计 %(fee)s。") % {"fee": notice.fee})
    yield from _rights(notice)


def _to_bring(notice: Notice) -> Iterator[Block]:
    count = len(notice.to_bring)
    if not count:
        yield Heading(_("二、不用准备材料"))
        return
    yield Heading(ngettext("二、您只要准备 %(count)s 份", "二、您只要准备 %(count)s 份", count) % {"count": count})
    yield Steps(tuple((one.title, one.text) for one in notice.to_bring))


def _general(notice: Notice) -> Iterator[Block]:
    sure = sum(item.is_sure for item in notice.items)
    words = _("必办 %(sure)s 件，按情况最多 %(most)s 件。先回答几个问题，就知道您要办哪几件、要带什么。")
    yield Words(words % {"sure": sure, "most": len(notice.items)})
    yield Heading(_("一、一起办的事"))
    yield _items(
        notice,
        [item.title if item.is_sure else _("%(item)s（按情况）") % {"item": item.title} for item in notice.items],
    )
    yield Heading(_("二、材料") if notice.to_bring else _("二、不用准备材料"))
    if notice.to_bring:
        yield Steps(tuple((f"{one.title} · {one.tag}", one.text) for one in notice.to_bring))
    yield from _people(notice)
    yield from _days_and_money(notice, _("必办的事费用合计 %(fee)s。") % {"fee": notice.fee})
    yield from _rights(notice)


def _items(notice: Notice, titles: Sequence[str]) -> Table:
    rows = [
        (f"{item.number}. {title}", item.dept_short, item.limit, item.begins, item.fee)
        for item, title in zip(notice.items, titles, strict=True)
    ]
    head = (_("事项"), _("谁办"), _("承诺时限"), _("什么时候开始"), _("收费"))
    return Table(head, rows, WIDTHS)


def _people(notice: Notice) -> Iterator[Block]:
    if notice.others:
        yield Heading(_("三、还要别人点一下"))
        yield Words(_("在自己手机上登录确认，约 1 分钟。"), lead="、".join(notice.others))
    else:
        yield Heading(_("三、不用别人确认"))
    if notice.visits:
        yield Words(_("要到场一次，网上约时间：%(items)s。") % {"items": "、".join(notice.visits)})
    else:
        yield Words(_("全程网上办，不用到窗口。"))


def _days_and_money(notice: Notice, money: str) -> Iterator[Block]:
    yield Heading(_("四、多久办好、要多少钱"))
    found = []
    if notice.limit:
        found.append(_("承诺 %(limit)s。") % {"limit": notice.limit})
    if notice.latest:
        found.append(_("今天受理的话，最晚 %(day)s。制证和邮寄另计。") % {"day": notice.latest})
    yield Words(" ".join((*found, money)) if lang() == "en" else "".join((*found, money)))


def _rights(notice: Notice) -> Iterator[Block]:
    if notice.results:
        yield Heading(_("五、您会拿到"))
        yield Words("、".join(notice.results))
    yield Heading(_("六、依据，不服怎么办"))
    if notice.basis:
        yield Words("；".join(notice.basis), is_note=True)
    yield Words(notice.remedy, is_note=True)
    yield Words(_("材料齐全、符合法定形式的，当场受理；要补的，一次告诉您全部内容。"), is_note=True)
