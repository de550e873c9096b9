"""The catalogue of data sharing as both faces show it: words for kinds, terms and health, and ways to narrow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec.registry import Interface
from cases.queries.interfaces import Figures, Listed, Use, catalogue, figures, listed, uses_of
from portal.ui.parts import Filter

HEALTH = ("down", "weak", "good", "quiet")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. `health` is empty on the public page."""

    kind: str
    code: str
    title: str
    dept_code: str
    dept_short: str
    share: str
    terms: str
    sensitive: str
    used_by: str
    state: str = ""
    health: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """What one department shares."""

    code: str
    name: str
    short: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one interface."""

    line: Line
    facts: Sequence[tuple[str, str]]
    inputs: Sequence[str]
    outputs: Sequence[str]
    uses: Sequence[Use]


def lines(asked: QueryDict, lang: str, *, with_figures: bool) -> list[Line]:
    """The lines that the address asks for."""
    chosen = {name: asked.get(name, "") for name in ("kind", "dept", "share")}
    found = catalogue(lang=lang, words=asked.get("q", "").strip()[:40], **chosen)
    known = figures() if with_figures else {}
    if with_figures:  # what is silent stands on top, what nobody asked at the end
        found = tuple(sorted(found, key=lambda one: HEALTH.index(known.get((one.kind, one.code), Figures()).health)))
    return [line(one, known.get((one.kind, one.code), Figures()) if with_figures else None) for one in found]


def by_department(lines: Sequence[Line], lang: str) -> list[Group]:
    """The lines under the name of who shares them, in the order in which they come."""
    groups = [(code, list(group)) for code, group in groupby(lines, key=attrgetter("dept_code"))]
    return [Group(code, _name(code, lang), group[0].dept_short, group) for code, group in groups]


def line(one: Listed, done: Figures | None = None) -> Line:
    """One line; with how it did within the last hour where that is shown."""
    count = len(one.bundles)
    state, health = _health(done) if done else ("", "")
    return Line(
        kind=one.kind,
        code=one.code,
        title=one.title,
        dept_code=one.dept,
        dept_short=_short(one.dept),
        share=_("有条件共享") if one.is_conditional else _("无条件共享"),
        terms=_terms(one),
        sensitive=_sensitive(one.known.sensitive),
        used_by=ngettext("%(count)s 件事在用", "%(count)s 件事在用", count) % {"count": count}
        if count
        else _("还没有在用"),
        state=state,
        health=health,
        calls=done.calls if done else 0,
    )


def sheet(kind: str, code: str, lang: str) -> Sheet | None:
    """The page of one interface; None for an unknown one."""
    one = listed(kind, code, lang)
    if one is None:
        return None
    known = one.known
    if isinstance(known, Interface):
        inputs, outputs = [_asked(name) for name in known.input], [zh for _name, zh, _type in known.output]
    else:
        inputs, outputs = [_("持证人的证件号")], [zh for _name, zh, _type in known.fields]
    return Sheet(line(one), _facts(one), inputs, outputs, uses_of(kind, code, lang))


def _facts(one: Listed) -> list[tuple[str, str]]:
    known, shared = one.known, line(one)
    found = [(_("提供部门"), shared.dept_short), (_("共享类型"), shared.share), (_("调用额度"), shared.terms)]
    if isinstance(known, Interface):
        levels = {"national": _("国家接口"), "province": _("省接口"), "city": _("市接口")}
        found += [(_("级别"), levels.get(known.level, known.level))]
        found += [
            (_("结果可用"), _("同一办件内 %(minutes)s 分钟，注明数据截至时间") % {"minutes": known.keeps_s // 60})
        ]
    if shared.sensitive:
        found += [(_("敏感个人信息"), _("%(kind)s，要单独同意") % {"kind": shared.sensitive})]
    return found


def _asked(name: str) -> str:
    """An input in words, with the name that the contract has for it."""
    words = {"name": _("姓名"), "id_no": _("证件号码"), "uscc": _("统一社会信用代码"), "plate_no": _("车牌号")}
    return f"{words[name]}（{name}）" if name in words else name


def _terms(one: Listed) -> str:
    known = one.known
    if not isinstance(known, Interface):
        return _("凭授权用证")
    said = [
        _("每分钟 %(count)s 次") % {"count": known.per_minute} if known.per_minute is not None else "",
        _("每天 %(count)s 次") % {"count": known.per_day} if known.per_day is not None else "",
    ]
    return "，".join(part for part in said if part) or _("不限次数")


def _sensitive(kind: str) -> str:
    if not kind:
        return ""
    words: Mapping[str, str] = {
        "health": _("医疗健康"),
        "finance": _("金融账户"),
        "identity": _("特定身份"),
        "biometric": _("生物识别"),
        "track": _("行踪轨迹"),
        "minor": _("不满十四周岁未成年人"),
    }
    return words.get(kind, "")


def _health(done: Figures) -> tuple[str, str]:
    words = {
        "good": ("done", _("正常")),
        "weak": ("retry", _("有时不通")),
        "down": ("bad", _("大多不通")),
        "quiet": ("todo", _("近一小时没人查")),
    }
    return words[done.health]


def filters(asked: QueryDict) -> list[tuple[str, list[Filter]]]:
    """Ways to narrow the list: what it is, how it is shared, whose it is."""
    departments = sorted({one.dept for one in catalogue()})
    return [*kinds(asked), _of_departments(asked, departments)]


def narrowed(asked: QueryDict) -> list[tuple[str, list[Filter]]]:
    """The same where departments are folds of the page: theirs only while one is chosen, as the way back to all."""
    chosen = asked.get("dept", "")
    return [*kinds(asked), *([_of_departments(asked, [chosen])] if chosen else [])]


def kinds(asked: QueryDict) -> list[tuple[str, list[Filter]]]:
    """Ways to narrow the list: what it is, how it is shared."""
    return [
        (_("种类"), _row(asked, "kind", {"": _("全部"), "api": _("数据接口"), "licence": _("电子证照")})),
        (
            _("共享类型"),
            _row(asked, "share", {"": _("全部"), "unconditional": _("无条件共享"), "conditional": _("有条件共享")}),
        ),
    ]


def _of_departments(asked: QueryDict, codes: Sequence[str]) -> tuple[str, list[Filter]]:
    return _("提供部门"), _row(asked, "dept", {"": _("全部"), **{code: _short(code) for code in codes}})


def _row(asked: QueryDict, name: str, words: Mapping[str, str]) -> list[Filter]:
    others = {key: asked[key] for key in ("kind", "dept", "share", "q") if key != name and asked.get(key)}
    return [
        Filter(title=word, count=None, href="?" + urlencode({**others, **({name: value} if value else {})}),
               on=asked.get(name, "") == value)
        for value, word in words.items()
    ]  # fmt: skip


def _name(code: str, lang: str) -> str:
    known: Any = queries.registry().departments.get(code)
    if known is None:
        return code
    return str(known.en) if known.en and lang == "en" else str(known.name)


def _short(code: str) -> str:
    known: Any = queries.registry().departments.get(code)
    if known is None:
        return code
    return str(known.short_en if known.en and (get_language() or "").startswith("en") else known.short)
