"""Questions people ask before they begin: those a bundle answers itself, then those its definition answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bundles.spec import BundleSpec
from cases.queries.picture import duration_words
from cases.queries.wording import REMEDY
from portal.citizen.language import said

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer."""

    title: str
    text: str


def questions(spec: BundleSpec) -> list[Question]:
    """At most a screenful; what the bundle says itself comes first."""
    own = [Question(said(one), said(one.answer)) for one in spec.faq]
    return [*own, *_derived(spec)]


def _derived(spec: BundleSpec) -> Iterator[Question]:
    yield _visits(spec)
    if any(material.exempt_by for material in spec.materials):
        yield Question(
            _("系统查不到我的证照怎么办？"),
            _("查不到只是要您自己拍照上传，不会因此不受理。查到的内容不对，可以当场提出，由来源部门核对。"),
        )
    later = [material for material in spec.materials if material.deferrable is not None]
    if later:
        names = "、".join(said(material) for material in later[:MOST_NAMED])
        yield Question(
            _("材料一时拿不齐，能先办吗？"),
            _("可以。%(names)s能先欠着，其余的先办；期限写在提交页上，到期前补齐就行。") % {"names": names},
        )
    if spec.mode == "staged" or any(item.select == "optional" for item in spec.items):
        yield Question(
            _("只办其中几件可以吗？"), _("可以。按您的情况列出要办的事，不急的选“以后办”，以后从同一个办件接着办。")
        )
    yield _deputies(spec)
    yield _lateness(spec)
    yield Question(
        _("没办成，或者对结果不服，怎么办？"),
        _("哪件没办成，理由和依据都会写明。%(remedy)s其他事不受影响。") % {"remedy": REMEDY},
    )


def _visits(spec: BundleSpec) -> Question:
    """Whether somebody has to come, or the departments do."""
    title = _("要跑窗口吗？")
    coming = [said(item) for item in spec.items if spec.appointment(item.id)]
    if coming:
        return Question(
            title, _("只到场一次（%(items)s），时间在网上约；其余在网上办完。") % {"items": "、".join(coming)}
        )
    if spec.joint_visit:
        return Question(title, _("不用。要看现场的，各部门约好一起来一次，不分头上门。"))
    if "window" in spec.channels:
        return Question(title, _("不用。从填报到拿结果都在网上；愿意去窗口的，窗口也能办同一张表。"))
    return Question(title, _("不用，从填报到拿结果都在网上。"))


def _deputies(spec: BundleSpec) -> Question:
    title = _("能让家里人替我办吗？") if spec.class_ == "个人" else _("能让别人替我办吗？")
    if spec.agent and spec.agent.allowed:
        return Question(title, said(spec.agent) or _("可以，先在“我的”里写一份委托，对方用自己的账户替您办。"))
    return Question(title, _("这件事要本人办。家里人可以在旁边帮您填，最后由您自己登录确认。"))


def _lateness(spec: BundleSpec) -> Question:
    limit = duration_words(spec.clock.committed)
    promise = _("承诺的时限是%(limit)s，超过就亮红灯，有人督办。") % {"limit": limit} if limit else ""
    return Question(
        _("部门没按时办怎么办？"),
        promise + _("您可以在办件里催办，也可以打 12345。期限按法定工作日算，等您补材料的日子不算。"),
    )
