"""Ids: everything is named once, and fields, questions and variables share one name space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bundles.errors import Fault
from bundles.lint.draft import Draft


def faults(draft: Draft) -> Iterator[Fault]:
    spec = draft.spec
    yield from _doubled("items", "事项", (item.id for item in spec.items))
    yield from _doubled("materials", "材料", (material.id for material in spec.materials))
    yield from _doubled("results", "结果", (result.id for result in spec.results))
    yield from _doubled("parties", "当事人", (party.id for party in spec.parties))
    yield from _doubled("stages", "阶段", (stage.id for stage in spec.stages))
    yield from _doubled("guidance", "情形问题", (question.id for question in spec.guidance))
    yield from _doubled("eligibility", "准入条件", (condition.id for condition in spec.eligibility))
    yield from _doubled("form.sections", "表单段", (section.id for section in spec.form.sections))
    for item in spec.items:
        yield from _doubled(f"items[{item.id}].decision.rules", "规则", (rule.id for rule in item.decision.rules))
    for question in spec.guidance:
        yield from _doubled(f"guidance[{question.id}].options", "选项", (option.value for option in question.options))
    for kind in ("supplement", "reject"):
        yield from _doubled(f"reasons.{kind}", "退回原因", (reason.code for reason in getattr(spec.reasons, kind)))
    yield from _fields(draft)


def _doubled(path: str, word: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, one in enumerate(ids):
        if one in seen:
            yield Fault(f"{path}[{number}]", f"{word} {one} 重复")
        seen.add(one)


def _fields(draft: Draft) -> Iterator[Fault]:
    seen: set[str] = set()
    for section in draft.spec.form.sections:
        for number, field in enumerate(section.fields):
            for inner, suffix in [(field, "")] + [(f, f".fields[{n}]") for n, f in enumerate(field.fields)]:
                path = f"form.sections[{section.id}].fields[{number}]{suffix}"
                if inner.id in seen:
                    yield Fault(path, f"字段 {inner.id} 重复")
                elif inner.id in draft.questions:
                    yield Fault(path, f"字段 {inner.id} 与同名的情形问题冲突")
                elif inner.id in draft.spec.variables:
                    yield Fault(path, f"字段 {inner.id} 与同名的变量冲突")
                seen.add(inner.id)
