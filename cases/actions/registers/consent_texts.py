"""What a person reads before agreeing, kept with the consent as it stood.

Sources: 个人信息保护法 第十四、十七、二十三、二十九条.

Whoever changes the wording raises VERSION: a consent shows for ever what was agreed to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Interface, LicenceKind

VERSION = "2026-11"
KINDS = {
    "health": "医疗健康",
    "finance": "金融账户",
    "identity": "特定身份",
    "biometric": "生物识别",
    "track": "行踪轨迹",
    "minor": "不满十四周岁未成年人",
}


def text_of(spec: BundleSpec, *, covers: Collection[str], sensitive: Collection[str], until: datetime | None) -> str:
    """Purpose, sources by department, what is sensitive, who receives what for, how long, and how to take it back."""
    plain = [source for source in covers if source not in sensitive and not _sensitivity(source)]
    lines = [
        f"为办理“{spec.zh}”，我同意平台向下列部门查询我的信息，只用于办理这件事：",
        *_by_department(plain),
    ]
    if sensitive:
        lines += ["我单独同意查询下列敏感个人信息：", *_by_department(sensitive, named=True)]
    lines += [
        "办理中，下列部门各自只收到所办事项用得着的几项：" + "、".join(_receivers(spec)) + "。",
        f"授权到{_day(until)}为止。" if until else "授权到这项待遇停止为止。",
        "我可以随时在“我的—授权”里撤回；撤回以前已经办的不受影响。不同意的部分由我自己填写或者提交，不影响办理。",
    ]
    return "\n".join(lines)


def _by_department(sources: Iterable[str], *, named: bool = False) -> list[str]:
    """One line a department, its registers and licences behind it."""
    registry = queries.registry()
    lines: dict[str, list[str]] = {}
    for source in sources:
        known = _known(source)
        if known is None:
            continue
        department = registry.departments.get(known.dept)
        name = known.zh + (f"（{KINDS.get(known.sensitive, '敏感')}）" if named else "")
        lines.setdefault(department.name if department else known.dept, []).append(name)
    return [f"{department}：{'、'.join(dict.fromkeys(names))}；" for department, names in lines.items()]


def _receivers(spec: BundleSpec) -> list[str]:
    registry = queries.registry()
    codes = dict.fromkeys(item.dept for item in spec.items)
    return [known.name if (known := registry.departments.get(code)) else code for code in codes]


def _known(source: str) -> Interface | LicenceKind | None:
    kind, _, code = source.partition(":")
    registry = queries.registry()
    return registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)


def _sensitivity(source: str) -> str:
    known = _known(source)
    return known.sensitive if known else ""


def _day(until: datetime) -> str:
    day = timezone.localtime(until)
    return f"{day.year}年{day.month}月{day.day}日"
