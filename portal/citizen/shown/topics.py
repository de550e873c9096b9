"""What the catalogue offers across stages of life: at once, without applying, from anywhere, by situation, ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec
from portal.citizen.shown.bundles import is_instant, is_paperless


@dataclass(frozen=True, slots=True)
class Topic:
    """A way of narrowing with a page of its own. `key` and `value` stand in the address; `text` says what it means."""

    key: str
    value: str
    icon: str
    title: str | Promise
    text: str | Promise
    has: Callable[[BundleSpec], bool]
    of_matters: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A topic on the home page."""

    title: str | Promise
    text: str
    href: str
    icon: str


def is_by_situation(spec: BundleSpec) -> bool:
    """场景服务: answers to its questions decide which items and papers there are."""
    return any(option.adds or option.drops for question in spec.guidance for option in question.options or ())


def is_local(spec: BundleSpec) -> bool:
    """特色创新: it stands on no list of the country."""
    return not spec.national_list


TOPICS: Sequence[Topic] = (
    Topic("instant", "1", "bolt", _("秒批"), _("交完就出结果，系统自动核对、自动批。"), is_instant, of_matters=True),
    Topic(
        "mode", "proactive", "leaf", _("免申即享"), _("不用申请：符合条件的，数据找到您，最多点一次确认。"),
        lambda spec: spec.mode == "proactive",
    ),
    Topic(
        "reach", "national", "map", _("跨省通办"), _("人在外地也能办，不用两头跑。"),
        lambda spec: spec.reach == "national", of_matters=True,
    ),
    Topic("scene", "1", "layers", _("场景服务"), _("先答几个问题，只留下您这种情况要办的。"), is_by_situation),
    Topic("local", "1", "spark", _("特色创新"), _("国家清单之外，本市先做起来的。"), is_local),
    Topic(
        "paperless", "1", "box", _("零材料"), _("要的材料都能由部门共享的数据代替，一张也不用带。"), is_paperless,
        of_matters=True,
    ),
)  # fmt: skip


def modules(found: Sequence[PublishedBundle]) -> list[Module]:
    """The topics that some bundle has, with how many."""
    shown = []
    for topic in TOPICS:
        count = sum(topic.has(one.spec) for one in found)
        words = ngettext("%(count)s 件", "%(count)s 件", count) % {"count": count}
        address = f"{reverse('citizen:catalogue')}?{topic.key}={topic.value}"
        if count:
            shown.append(Module(topic.title, words, address, topic.icon))
    return shown


def topic_of(chosen: Mapping[str, str]) -> Topic | None:
    """The topic that is the only thing chosen."""
    if len(chosen) != 1:
        return None
    return next((topic for topic in TOPICS if chosen.get(topic.key) == topic.value), None)
