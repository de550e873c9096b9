"""Single matters as lines and pages: whose they are, how they are handled, and what they can be done together with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bundles import queries
from bundles.errors import NotPublished
from bundles.queries import PublishedBundle
from bundles.spec import Item
from bundles.spec.registry import Matter
from cases.queries.picture import duration_words
from portal.citizen.language import lang, said
from portal.citizen.shown.bundles import BundleCard, card, fee_words
from portal.citizen.shown.departments import department, short_of
from portal.citizen.shown.parts import Fact, Link

LEVELS = {
    "national": gettext_lazy("国家级"),
    "province": gettext_lazy("省级"),
    "city": gettext_lazy("市级"),
    "district": gettext_lazy("区县级"),
    "town": gettext_lazy("乡镇街道"),
}
AUDIENCES = {
    "person": gettext_lazy("个人"),
    "org": gettext_lazy("企业"),
    "both": gettext_lazy("个人和企业"),
}
REACHES = {"national": gettext_lazy("跨省通办"), "province": gettext_lazy("全省通办"), "city": gettext_lazy("本市")}
CHANNELS = {
    "online": gettext_lazy("网上"),
    "mobile": gettext_lazy("手机"),
    "window": gettext_lazy("窗口"),
    "kiosk": gettext_lazy("自助机"),
    "proactive": gettext_lazy("不用申请"),
}


@dataclass(frozen=True, slots=True)
class MatterLine:
    """A matter in a list; `text` says with what it can be done together, or whose it is."""

    title: str
    href: str
    text: str
    dept_code: str
    dept_short: str
    tags: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MatterPage:
    """A matter with all that is known of it."""

    title: str
    dept_code: str
    dept_short: str
    tags: Sequence[tuple[str, str]]
    facts: Sequence[Fact]
    bundles: Sequence[BundleCard]
    ways: Sequence[tuple[str, str, str]]
    parts: Sequence[Link]
    main: Link | None
    tel: str
    zh_only: bool


def line(matter: Matter) -> MatterLine:
    """The line of a matter."""
    return MatterLine(
        title=matter.zh,
        href=reverse("citizen:matter", args=[matter.matter]),
        text=_line_text(matter),
        dept_code=matter.dept,
        dept_short=short_of(matter.dept),
        tags=_tags(matter),
    )


def _line_text(matter: Matter) -> str:
    within = published_with(matter.matter)
    if not within:
        return office_of(matter)
    if len(within) == 1:
        return _("在“%(bundle)s”里一起办") % {"bundle": said(within[0].spec)}
    count = len(within)
    words = ngettext("可以在 %(count)s 件一件事里一起办", "可以在 %(count)s 件一件事里一起办", count)
    return words % {"count": count}


def page(matter: Matter) -> MatterPage:
    """The page of a matter."""
    within = published_with(matter.matter)
    item = _item(matter, within)
    known = department(matter.dept)
    main = queries.registry().matters.get(matter.parent) if matter.parent else None
    return MatterPage(
        title=matter.zh,
        dept_code=matter.dept,
        dept_short=short_of(matter.dept),
        tags=_tags(matter),
        facts=tuple(_facts(matter, item)),
        bundles=tuple(card(one) for one in within),
        ways=_ways(matter, within),
        parts=tuple(
            Link(one.zh, reverse("citizen:matter", args=[one.matter])) for one in queries.parts_of(matter.matter)
        ),
        main=Link(main.zh, reverse("citizen:matter", args=[main.matter])) if main else None,
        tel=known.tel if known else "",
        zh_only=lang() == "en",
    )


def published_with(code: str) -> tuple[PublishedBundle, ...]:
    """The bundles that contain a matter and can be applied for."""
    found = []
    for bundle in queries.bundles_of_matter(code):
        try:
            found.append(queries.published(bundle))
        except NotPublished:
            continue
    return tuple(one for one in found if one.bundle.enabled)


def office_of(matter: Matter) -> str:
    """The body that handles it, by its full name."""
    known = department(matter.dept)
    if matter.office or known is None:
        return matter.office or matter.dept
    return known.en if lang() == "en" and known.en else known.name


def _item(matter: Matter, within: Sequence[PublishedBundle]) -> Item | None:
    return next((item for one in within for item in one.spec.items if item.matter == matter.matter), None)


def _facts(matter: Matter, item: Item | None) -> list[Fact]:
    days = (
        ngettext("%(days)s 个工作日", "%(days)s 个工作日", matter.days) % {"days": matter.days} if matter.days else ""
    )
    limit = (duration_words(item.committed) if item else "") or days
    fee = (fee_words(item.fee) if item and item.fee else "") or matter.fee
    found = [
        Fact(_("办理机关"), office_of(matter)),
        Fact(_("为谁办"), _who(matter, item)),
        Fact(_("办好要多久"), limit, strong=True),
        Fact(_("收费"), _("免费") if fee == "不收费" else fee),
        Fact(_("层级"), str(LEVELS[matter.level])),
        Fact(_("种类"), matter.type),
        Fact(_("实施编码"), matter.impl),
    ]
    return [fact for fact in found if fact.value]


def _who(matter: Matter, item: Item | None) -> str:
    """A matter of bundles is for whom they are for."""
    classes = {one.spec.class_ for one in published_with(matter.matter)} if item else set()
    if len(classes) == 1:
        return str(AUDIENCES["org" if classes == {"企业"} else "person"])
    return str(AUDIENCES[matter.audience])


def _ways(matter: Matter, within: Sequence[PublishedBundle]) -> tuple[tuple[str, str, str], ...]:
    """(icon, title, text) for each way of having it done outside a bundle."""
    texts = {
        "online": ("globe", _("网上"), _("登录办理机关的办事网站提交，进度在那里查。")),
        "mobile": ("phone", _("手机"), _("用手机提交，照片当场拍。")),
        "window": ("users", _("窗口"), _("带上身份证件到%(office)s的窗口。") % {"office": office_of(matter)}),
        "kiosk": ("print", _("自助机"), _("政务服务大厅的自助机，刷身份证就能办。")),
        "proactive": ("leaf", _("不用申请"), _("符合条件的，部门核对数据后主动给您。")),
    }
    channels = matter.channels or (() if within else ("window",))
    return tuple(texts[one] for one in channels if one in texts)


def _tags(matter: Matter) -> tuple[tuple[str, str], ...]:
    """(word, icon) of what is special about it."""
    found = (
        (matter.instant, _("秒批"), "bolt"),
        (matter.paperless, _("零材料"), "box"),
        (matter.reach == "national", _("跨省通办"), "map"),
        ("proactive" in matter.channels, _("免申即享"), "leaf"),
    )
    return tuple((word, icon) for has, word, icon in found if has)
