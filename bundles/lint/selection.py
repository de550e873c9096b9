"""What switches what on: answers, `when`s, and circles among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bundles.errors import Fault
from bundles.lint.circles import circles
from bundles.lint.draft import Draft, parsed
from bundles.lint.references import known_ref


def faults(draft: Draft) -> Iterator[Fault]:
    yield from _switches(draft)
    yield from _never_on(draft)
    for circle in circles(_graph(draft)):
        path = _path_of(draft, circle[0])
        yield Fault(path, f"显示条件互相等待：{' → '.join(circle)}")


def _switches(draft: Draft) -> Iterator[Fault]:
    for question in draft.spec.guidance:
        for option in question.options:
            path = f"guidance[{question.id}].options[{option.value}]"
            if not option.en:
                yield Fault(path, "缺少 en")
            for key in ("adds", "drops"):
                for ref in getattr(option, key):
                    if not known_ref(draft, ref):
                        yield Fault(f"{path}.{key}", f"没有名为 {ref} 的事项、材料、表单段、字段或结果")


def _never_on(draft: Draft) -> Iterator[Fault]:
    for item in draft.spec.items:
        if item.select == "conditional" and item.id not in draft.added and not item.when:
            yield Fault(f"items[{item.id}].select", f"事项 {item.id} 是条件事项，但没有任何选项或 when 会启用它")
        if item.select == "runtime" and not item.instances:
            yield Fault(f"items[{item.id}].select", f"事项 {item.id} 由查询结果生成，须写 instances")


def _graph(draft: Draft) -> Mapping[str, set[str]]:
    """Name of a part -> the parts whose answer or selection its own appearance waits for."""
    waits: dict[str, set[str]] = {}
    for name, text in _conditions(draft):
        waits.setdefault(name, set()).update(_read(text))
    for placed in draft.placed:
        waits[placed.field.id].add(placed.group.id if placed.group else placed.section.id)
    for question in draft.spec.guidance:
        for option in question.options:
            for ref in (*option.adds, *option.drops):
                waits.setdefault(ref, set()).add(question.id)
    return waits


def _conditions(draft: Draft) -> Iterator[tuple[str, str | None]]:
    """Every part that can be on or off, with its own condition."""
    spec = draft.spec
    for parts in (spec.items, spec.form.sections, spec.materials, spec.guidance):
        yield from ((part.id, part.when) for part in parts)
    for placed in draft.placed:
        yield placed.field.id, placed.field.when
    for question in spec.guidance:
        for option in question.options:
            yield question.id, option.when
    for name, variable in spec.variables.items():
        yield name, variable.expr


def _read(text: str | None) -> set[str]:
    expression = parsed(text)
    if expression is None:
        return set()
    chosen = {str(call.args[0]) for call in expression.calls if call.function == "selected" and call.args}
    return set(expression.names) | chosen


def _path_of(draft: Draft, name: str) -> str:
    if name in draft.fields:
        return f"{draft.fields[name].path}.when"
    for key, ids in (("items", draft.items), ("form.sections", draft.sections), ("materials", draft.materials)):
        if name in ids:
            return f"{key}[{name}].when"
    return f"variables.{name}" if name in draft.spec.variables else f"guidance[{name}].when"
