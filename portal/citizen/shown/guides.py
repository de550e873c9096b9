"""The guide of a bundle in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from bundles import queries
from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec, Item, Material
from cases.queries.observed import observed_time
from cases.queries.picture import duration_words
from cases.queries.wording import REMEDY
from portal.citizen.language import said
from portal.citizen.shown.bundles import fee_words, is_instant, promise
from portal.citizen.shown.departments import department, short_of
from portal.citizen.shown.guide_questions import Question, questions

FIELDS_A_MINUTE = 4
# Lengths of time, the longest unit first.
_LENGTHS = (
    (ngettext_lazy("%(count)s 天", "%(count)s 天", "count"), timedelta(days=1)),
    (ngettext_lazy("%(count)s 小时", "%(count)s 小时", "count"), timedelta(hours=1)),
    (ngettext_lazy("%(count)s 分钟", "%(count)s 分钟", "count"), timedelta(minutes=1)),
)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with its limit and fee."""

    title: str
    dept_code: str
    dept_short: str
    limit: str
    law: str
    fee: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper and whether one has to bring it."""

    title: str
    text: str
    tag: str
    tag_icon: str
    state: str
    icon: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was and what is: trips, days, papers. `share` is what is left of it, per cent."""

    title: str
    before: str
    after: str
    unit: str
    share: float


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything the page of a bundle says besides the picture."""

    items: Sequence[ItemLine]
    papers: Sequence[PaperLine]
    changes: Sequence[Change]
    basis: Sequence[str]
    results: Sequence[str]
    eligibility: Sequence[str]
    applicants: Sequence[str]
    sure: int
    most: int
    departments: int
    minutes: int
    limit_number: str
    limit_unit: str
    is_instant: bool
    agent: str
    promise: str
    spared: int
    observed: str
    questions: Sequence[Question]
    remedy: str
    lead: str
    lead_tel: str


def guide(bundle: PublishedBundle) -> Guide:
    """The guide of a published bundle."""
    spec = bundle.spec
    items = [_item(item) for item in spec.items]
    number, unit = _limit(spec)
    return Guide(
        items=items,
        papers=[paper(material) for material in sorted(spec.materials, key=is_spared)],
        changes=[_change(entry) for entry in spec.before_after],
        basis=[said(entry) for entry in spec.basis],
        results=[said(result) for result in spec.results],
        eligibility=[condition.zh for condition in spec.eligibility if condition.zh],
        applicants=[said(applicant) for applicant in spec.applicants],
        sure=sum(line.is_sure for line in items),
        most=len(items),
        departments=len({item.dept for item in spec.items}),
        minutes=max(3, sum(1 for _s, _g, f in spec.walk_fields() if not f.system) // FIELDS_A_MINUTE),
        limit_number=number,
        limit_unit=unit,
        is_instant=is_instant(spec),
        agent=said(spec.agent) if spec.agent and spec.agent.allowed else "",
        promise=_("，").join(promise(spec)),
        spared=sum(is_spared(material) for material in spec.materials),
        observed=_observed(spec),
        questions=questions(spec),
        remedy=str(REMEDY),
        lead=short_of(spec.lead),
        lead_tel=(found.tel if (found := department(spec.lead)) else ""),
    )


def is_spared(material: Material) -> bool:
    """免提交: looked up, made by the system, or handed on from an item before."""
    return bool(material.exempt_by or material.generated or material.from_item)


def _observed(spec: BundleSpec) -> str:
    """How long it really took, once there are cases enough to say so."""
    found = observed_time(spec.code)
    if found is None:
        return ""
    words = {"half": length_of(found.median), "most": length_of(found.ninth), "count": found.count}
    return _("近一年办结 %(count)s 件：一半在 %(half)s内办好，九成在 %(most)s内办好。") % words


def length_of(time: timedelta) -> str:
    """A length of time as people say it: 3 分钟, 5 小时, 4 天; rounded up, so that it is never too short."""
    unit, size = next((pair for pair in _LENGTHS if time >= pair[1]), _LENGTHS[-1])
    return str(unit % {"count": max(1, ceil(time / size))})


def _item(item: Item) -> ItemLine:
    is_sure = item.select == "required" and item.when is None
    limit = duration_words(item.committed)
    return ItemLine(
        said(item), item.dept, short_of(item.dept), limit, duration_words(item.statutory), fee_words(item.fee), is_sure
    )


def paper(material: Material) -> PaperLine:
    """A paper of the list, with how one is spared it."""
    title = said(material)
    if material.generated or material.from_item:
        text = _("按您填的内容自动生成，您核对后签名") if material.generated else _("由前一件事办出来，不用准备")
        return PaperLine(title, text, _("系统生成"), "", "doing", "sign")
    if material.exempt_by:
        return PaperLine(title, _looked_up(material), _("免提交"), "shield", "done", "card")
    tag = _("要拍照") if material.required else _("按情况")
    state = "you" if material.required and not material.when else "wait"
    return PaperLine(title, _otherwise(material), tag, "camera", state, "file")


def _looked_up(material: Material) -> str:
    registry = queries.registry()
    known = [registry.licences.get(code) or registry.interfaces.get(code) for code in material.exempt_by]
    names = "、".join(said(one) for one in known if one)
    found = _("系统调取%(names)s，查不到才请您上传") % {"names": names}
    return f"{found}；{_otherwise(material)}" if material.commitment or material.deferrable else found


def _otherwise(material: Material) -> str:
    """What else one may do: commit instead, or hand it in later."""
    words = []
    if material.commitment:
        words.append(_("可以签承诺代替"))
    if material.deferrable is not None:
        words.append(_("不在身边可以先交其他，%(limit)s内补") % {"limit": duration_words(material.deferrable)})
    return "；".join(words) or _("手机拍照或 PDF 都行")


def _limit(spec: BundleSpec) -> tuple[str, str]:
    limit = spec.clock.committed
    if limit is None:
        return "—", ""
    number = str(int(limit.n)) if limit.n == int(limit.n) else str(limit.n)
    return number, duration_words(limit).removeprefix(number)


def _change(entry: Mapping[str, Any]) -> Change:
    before, after = entry.get("before", 0), entry.get("after", 0)
    titles = {"items": _("要办几回"), "days": _("要等多久"), "trips": _("要跑几趟"), "materials": _("要交几份材料")}
    title = titles.get(str(entry.get("what"))) or said(entry)
    return Change(title, _figure(before), _figure(after), str(entry.get("unit", "")), _share(before, after))


def _share(before: object, after: object) -> float:
    """What is left, per cent; nothing to draw where the figures are words."""
    if not isinstance(before, int | float) or not isinstance(after, int | float) or before <= 0:
        return 0.0
    return round(min(100 * after / before, 100.0), 1)


def _figure(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
