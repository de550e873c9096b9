"""Bundles as cards and tiles: what is promised, by whom, and how it looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from bundles import queries
from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec, Fee
from cases.queries.picture import duration_words
from portal.citizen.language import said
from portal.citizen.shown.departments import receivers
from portal.ui.fields import Receiver

# Stage of life -> (icon, department whose hue it wears, English).
STAGES = {
    "出生": ("baby", "WJ", "Birth"),
    "教育": ("school", "ZG", "School"),
    "就业": ("work", "YB", "Work"),
    "置业": ("home", "SC", "Home"),
    "民生": ("hand", "SW", "Support"),
    "退休": ("sunset", "RS", "Retirement"),
    "养老": ("elder", "JK", "Old age"),
    "准入准营": ("shop", "SC", "Opening"),
    "经营发展": ("grow", "YB", "Running"),
    "工程建设": ("crane", "RS", "Building"),
    "注销退出": ("exit", "GA", "Closing"),
}
_ICONS = {"BDCN": "key", "GJJTQ": "coin", "CYKB": "bowl", "XSEYB": "coin", "CBJCG": "ship", "ZTYS": "truck"}
CLASSES = {"个人": gettext_lazy("个人"), "企业": gettext_lazy("企业")}
OFTEN_ASKED = (
    gettext_lazy("宝宝出生"),
    gettext_lazy("办退休"),
    gettext_lazy("公积金提取"),
    gettext_lazy("开餐饮店"),
)
INSTANT_UNITS = ("second", "minute")
# What a fee is asked for, each time.
FEE_UNITS = {
    "人/年": pgettext_lazy("收费单位", "人/年"),
    "件": pgettext_lazy("收费单位", "件"),
    "证": pgettext_lazy("收费单位", "证"),
    "次": pgettext_lazy("收费单位", "次"),
}


@dataclass(frozen=True, slots=True)
class BundleCard:
    """A bundle in the catalogue."""

    code: str
    title: str
    href: str
    icon: str
    dept_code: str
    text: str
    promise: Sequence[str]
    depts: Sequence[Receiver]
    foot: str


@dataclass(frozen=True, slots=True)
class StageTile:
    """A stage of life with the bundles it holds."""

    title: str
    href: str
    icon: str
    dept_code: str
    text: str


def enabled() -> tuple[PublishedBundle, ...]:
    """The bundles that can be applied for, in the order of the catalogue."""
    return tuple(one for one in queries.published_all() if one.bundle.enabled)


def icon_of(spec: BundleSpec) -> str:
    """Icon of a bundle: its own, or that of its stage of life."""
    return _ICONS.get(spec.code) or STAGES.get(spec.stage, ("layers", "GA", ""))[0]


def hue_of(spec: BundleSpec) -> str:
    """The department code whose hue a bundle wears."""
    return STAGES.get(spec.stage, ("", spec.lead, ""))[1]


def stage_title(stage: str) -> str:
    """A stage of life in the reader's language."""
    return said({"zh": stage, "en": STAGES.get(stage, ("", "", stage))[2]})


def card(bundle: PublishedBundle) -> BundleCard:
    """The card of a bundle."""
    spec = bundle.spec
    depts = receivers(item.dept for item in spec.items)
    return BundleCard(
        code=spec.code,
        title=said(spec),
        href=reverse("citizen:guide", args=[spec.code]),
        icon=icon_of(spec),
        dept_code=hue_of(spec),
        text=said(spec.summary),
        promise=promise(spec),
        depts=depts,
        foot=_foot(spec, len(depts)),
    )


def _foot(spec: BundleSpec, count: int) -> str:
    words = ngettext("%(count)s 个部门", "%(count)s 个部门", count) % {"count": count}
    return f"{words}，{_('秒批')}" if is_instant(spec) else words


def promise(spec: BundleSpec) -> tuple[str, ...]:
    """一次填报, 7 件事, 5 个工作日."""
    items = ngettext("%(count)s 件事", "%(count)s 件事", len(spec.items)) % {"count": len(spec.items)}
    return tuple(word for word in (_("一次填报"), items, duration_words(spec.clock.committed)) if word)


def is_instant(spec: BundleSpec) -> bool:
    """秒批: decided by machine within minutes."""
    limit = spec.clock.committed
    return limit is not None and limit.unit in INSTANT_UNITS


def is_paperless(spec: BundleSpec) -> bool:
    """零材料: nothing that must be handed in has no other way to be had."""
    return all(not m.required or m.exempt_by or m.generated or m.from_item for m in spec.materials)


def tiles(class_name: str) -> tuple[StageTile, ...]:
    """The stages of life of people or of companies that hold something, in the order of a life."""
    found = [one.spec for one in enabled() if one.spec.class_ == class_name]
    stages = [stage for stage in STAGES if any(spec.stage == stage for spec in found)]
    return tuple(_tile(class_name, stage, [spec for spec in found if spec.stage == stage]) for stage in stages)


def _tile(class_name: str, stage: str, specs: Sequence[BundleSpec]) -> StageTile:
    icon, hue, _en = STAGES[stage]
    query = f"?class={class_name}&stage={stage}"
    text = ngettext("%(count)s 件", "%(count)s 件", len(specs)) % {"count": len(specs)}
    return StageTile(stage_title(stage), reverse("citizen:catalogue") + query, icon, hue, text)


def fee_words(fee: Fee) -> str:
    """What an item costs, in a word or two."""
    if fee.kind == "none":
        return _("免费")
    if fee.amount is not None:
        return f"{_plain(Decimal(str(fee.amount)))} {_unit(fee)}"
    return said(fee) if fee.zh else _("按规定收费")


def _plain(amount: Decimal) -> str:
    """1,200 or 12.5: no zeros behind the point."""
    return f"{amount.normalize():,f}"


def _unit(fee: Fee) -> str:
    """Yuan, and for what: a unit that is not known is said as the bundle says it."""
    return _("元") if not fee.unit else f"{_('元')}/{FEE_UNITS.get(fee.unit, fee.unit)}"


def total_fee(spec: BundleSpec, items: Iterable[str]) -> str:
    """What is known to be paid for these items together."""
    fees = [spec.item(item).fee for item in items]
    known = sum((Decimal(str(fee.amount)) for fee in fees if fee.amount is not None), Decimal(0))
    words = f"{_plain(known)} {_('元')}"
    open_fees = any(fee.kind != "none" and fee.amount is None for fee in fees)
    return f"{words}＋" if open_fees else words
