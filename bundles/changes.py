"""What differs between two definitions, entry by entry, in the words of an administrator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bundles.lint.limits import WORDS as UNITS

LABEL_KEYS = ("id", "code", "value", "item")
WORDS: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "zh=名称 en=英文名称 summary=一句话介绍 class=对象 stage=阶段 lead=牵头部门 mode=模式 channels=渠道 "
        "reach=通办范围 languages=语言 basis=依据 applicants=申请人 agent=代办 parties=当事人 clock=时限 "
        "eligibility=准入条件 guidance=情形 options=选项 items=事项 matter=单事项 dept=部门 executor=经办 "
        "type=类型 statutory=法定时限 committed=承诺时限 select=启用方式 fee=收费 decision=裁量 rules=规则 "
        "expr=条件 fail=不满足时 special=特别程序 connect=对接方式 depends_on=前置事项 need=须达到 "
        "flow=取用的结果 if_rejected=前置未准予时 alternative=替代路径 instances=实例 when=出现条件 form=表单 "
        "sections=段 fields=字段 required=必填 rule=校验 prefill=预填 lock=锁定 system=系统填写 default=缺省值 "
        "help=说明 repeat=重复 materials=材料 exempt_by=免提交来源 of=谁的 deferrable=容缺期限 "
        "commitment=告知承诺 generated=系统生成 signs=签字人 results=结果 kind=种类 licence=证照 "
        "delivery=送达方式 reasons=退回原因 supplement=补正 reject=不予 before_after=改革前后 notes=备注 "
        "sources=来源 stages=阶段 variables=变量 formulas=公式 constraints=约束 points=积分 schedule=日程 "
        "adds=增加 drops=减去 stop=终止 note=说明 amount=金额 waive=减免 national_list=国家清单 row=行 "
    ).split()
)
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` leads into the document, `words` says where, `old` and `new` what stands there."""

    path: str
    words: str
    old: str
    new: str

    @property
    def kind(self) -> str:
        return "新增" if not self.old else "删除" if not self.new else "修改"


def diff(old: Any, new: Any) -> list[Change]:
    """Every difference between two documents, in the order of the newer one."""
    return list(_between(old, new, "", ""))


def _between(old: Any, new: Any, path: str, words: str) -> Iterator[Change]:
    if old == new:
        return
    if _is_duration(old) or _is_duration(new):
        yield Change(path, words, in_words(old), in_words(new))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from _below(old.get(key), new.get(key), _join(path, str(key)), _say(words, WORDS.get(key, str(key))))
    elif _labelled(old) and _labelled(new):
        yield from _entries(_by_label(old), _by_label(new), path, words)
    else:
        yield Change(path, words, in_words(old), in_words(new))


def _below(old: Any, new: Any, path: str, words: str) -> Iterator[Change]:
    """A part that one side lacks is one change, not one for each of its keys."""
    if old is None or new is None:
        if old != new:
            yield Change(path, words, in_words(old), in_words(new))
    else:
        yield from _between(old, new, path, words)


def _entries(old: Mapping[str, Any], new: Mapping[str, Any], path: str, words: str) -> Iterator[Change]:
    for label in dict.fromkeys([*new, *old]):
        entry = new.get(label) or old.get(label) or {}
        name = f"{label}（{entry['zh']}）" if isinstance(entry.get("zh"), str) else label
        yield from _below(old.get(label), new.get(label), f"{path}[{label}]", f"{words} {name}")
    kept_old, kept_new = [x for x in old if x in new], [x for x in new if x in old]
    if kept_old != kept_new:
        yield Change(path, f"{words}的顺序", "、".join(kept_old), "、".join(kept_new))


def _labelled(value: Any) -> bool:
    labels = [_label(entry) for entry in value] if isinstance(value, list) else []
    return bool(labels) and None not in labels and len(set(labels)) == len(labels)


def _by_label(entries: list[Any]) -> dict[str, Any]:
    return {str(_label(entry)): entry for entry in entries}


def _label(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    return next((entry[key] for key in LABEL_KEYS if isinstance(entry.get(key), str)), None)


def _is_duration(value: Any) -> bool:
    return isinstance(value, Mapping) and {"n", "unit"} <= set(value) and value["unit"] in UNITS


def in_words(value: Any) -> str:
    """A value of the document, short enough to read in a table; empty for one that is absent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if _is_duration(value):
        return f"{value['n']:g} {UNITS[value['unit']]}"
    if isinstance(value, Mapping) and isinstance(value.get("zh"), str):
        return _short(value["zh"])
    if isinstance(value, list) and all(isinstance(entry, str | int | float) for entry in value):
        return _short("、".join(str(entry) for entry in value) or "（空）")
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _say(words: str, word: str) -> str:
    return f"{words} › {word}" if words else word
