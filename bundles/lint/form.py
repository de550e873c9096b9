"""The combined form: every field is needed by somebody, has options where it chooses, and repeats within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bundles.errors import Fault
from bundles.lint.draft import Draft, Placed
from bundles.lint.vocabulary import RULE_KEYS

CHOICES = ("enum", "multi")
REPEATED_NOTHING = re.compile(r"\([^()]*[+*][^()]*\)[+*{]")


def faults(draft: Draft) -> Iterator[Fault]:
    for placed in draft.placed:
        yield from _needed_by(draft, placed)
        yield from _options(draft, placed)
        yield from _rules(draft, placed)
        yield from _group(placed)
    for section in draft.spec.form.sections:
        if not section.fields:
            yield Fault(f"form.sections[{section.id}]", f"表单段 {section.id} 没有字段")
        if section.repeat and section.repeat.max is None:
            yield Fault(f"form.sections[{section.id}].repeat", "重复段没写最多几行（max）", "warning")
    yield from _items_without_input(draft)


def _needed_by(draft: Draft, placed: Placed) -> Iterator[Fault]:
    items, path = placed.items, placed.path
    if not items:
        yield Fault(path, f"字段 {placed.field.id} 没有事项需要它（items 为空），不得收集")
    elif items != "all":
        for item in items if isinstance(items, tuple | list) else (items,):
            if item not in draft.items:
                yield Fault(f"{path}.items", f"没有事项 {item}")


def _options(draft: Draft, placed: Placed) -> Iterator[Fault]:
    field, path = placed.field, f"{placed.path}.options"
    if field.type not in CHOICES:
        return
    if isinstance(field.options, str):
        if not field.options.startswith("@") or field.options[1:] not in draft.registry.codelists:
            yield Fault(path, f"没有代码表 {field.options}")
            return
    else:
        yield from _inline(field.options, path)
    if field.default is not None and field.default not in draft.options_of(field):
        yield Fault(f"{placed.path}.default", f"缺省值 {field.default} 不在选项里")


def _inline(options: Any, path: str) -> Iterator[Fault]:
    if not options:
        yield Fault(path, "选择型字段要写选项")
        return
    seen: set[str] = set()
    for number, option in enumerate(options):
        if not (isinstance(option, list) and len(option) == 3 and all(isinstance(part, str) for part in option)):
            yield Fault(f"{path}[{number}]", "选项要写成 [值, 中文, English]，都是文字")
        elif option[0] in seen:
            yield Fault(f"{path}[{number}]", f"选项 {option[0]} 重复")
        else:
            seen.add(option[0])


def _rules(draft: Draft, placed: Placed) -> Iterator[Fault]:
    path = f"{placed.path}.rule"
    for rule in placed.field.rules:
        if isinstance(rule, str):
            if rule not in draft.registry.validators:
                yield Fault(path, f"没有校验规则 {rule}")
        elif isinstance(rule, Mapping):
            yield from _rule_keys(rule, path)
        else:
            yield Fault(path, "校验要写规则名，或 {min, max, len, regex, expr, msg}")


def _rule_keys(rule: Mapping[str, Any], path: str) -> Iterator[Fault]:
    unknown = sorted(set(rule) - RULE_KEYS)
    if unknown:
        yield Fault(path, f"校验里没有 {'、'.join(unknown)} 这样的键")
    if "regex" in rule:
        yield from regex_faults(rule["regex"], f"{path}.regex")


def regex_faults(pattern: Any, path: str) -> Iterator[Fault]:
    """A pattern must compile and must not be one that a hostile answer can keep busy."""
    if not isinstance(pattern, str) or len(pattern) > 500:
        yield Fault(path, "正则表达式应为 500 个字符以内的文字")
        return
    try:
        re.compile(pattern)
    except re.error as error:
        yield Fault(path, f"正则表达式有误：{error}")
        return
    if REPEATED_NOTHING.search(pattern):
        yield Fault(path, "正则表达式里有重复套重复，可能被恶意输入拖慢，请改写")


def _group(placed: Placed) -> Iterator[Fault]:
    field = placed.field
    if field.is_group:
        highest = field.repeat.max if field.repeat else (field.import_ or {}).get("max_rows")
        if not field.fields:
            yield Fault(placed.path, f"重复组 {field.id} 没有字段")
        if highest is None:
            yield Fault(f"{placed.path}.repeat", f"重复组 {field.id} 没写最多几行（repeat.max）", "warning")
        if placed.group:
            yield Fault(placed.path, "重复组里不能再套重复组")
    elif field.fields:
        yield Fault(f"{placed.path}.fields", f"字段 {field.id} 不是重复组，不能有下级字段")


def _items_without_input(draft: Draft) -> Iterator[Fault]:
    named = [placed.items for placed in draft.placed] + [material.items for material in draft.spec.materials]
    if "all" in named:
        return
    used = {item for items in named if isinstance(items, tuple | list) for item in items}
    for item in draft.spec.items:
        if item.id not in used and not item.no_input:
            message = f"事项 {item.id} 不需要任何字段和材料；确实如此请写 no_input: true"
            yield Fault(f"items[{item.id}]", message)
