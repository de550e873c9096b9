"""Suggested answers to situation questions: they name options of their question, and read what is known before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bundles.errors import Fault
from bundles.lint.draft import Draft, names_of, parsed
from bundles.rules import nodes
from bundles.spec import Option, Question


def faults(draft: Draft) -> Iterator[Fault]:
    for number, question in enumerate(draft.spec.guidance):
        if question.suggest is None:
            continue
        later = {one.id for one in draft.spec.guidance[number:]}
        yield from _shape(question)
        for path, text in expressions(question):
            if early := sorted(names_of(text) & later):
                yield Fault(path, f"建议只能读前面问题的回答，不能读 {'、'.join(early)}")


def expressions(question: Question) -> Iterator[tuple[str, str]]:
    """The expressions of a suggestion with their paths."""
    path = f"guidance[{question.id}].suggest"
    if isinstance(question.suggest, str):
        yield path, question.suggest
    elif question.suggest is not None:
        yield from ((f"{path}.{value}", text) for value, text in question.suggest.items())


def _shape(question: Question) -> Iterator[Fault]:
    """One expression for one answer; for several a condition for each option."""
    path, options = f"guidance[{question.id}].suggest", {option.value: option for option in question.options}
    if question.kind == "multi":
        if not isinstance(question.suggest, Mapping):
            yield Fault(path, "多选题的建议按选项写：选项值对应一个条件")
            return
        for value in question.suggest:
            yield from _option(options, value, f"{path}.{value}")
    elif not isinstance(question.suggest, str):
        yield Fault(path, "单选题的建议应为一个表达式")
    elif expression := parsed(question.suggest):
        yield from _outcomes(expression.root, options, path)


def _outcomes(node: nodes.Node, options: Mapping[str, Option], path: str) -> Iterator[Fault]:
    """Whatever the chain of choices can come to is an option, or None for no suggestion."""
    if isinstance(node, nodes.Choice):
        yield from _outcomes(node.then, options, path)
        yield from _outcomes(node.otherwise, options, path)
    elif not isinstance(node, nodes.Constant):
        yield Fault(path, "建议应写成“选项值 if 条件 else 选项值或 None”")
    elif node.value is not None:
        yield from _option(options, node.value, path)


def _option(options: Mapping[str, Option], value: object, path: str) -> Iterator[Fault]:
    option = options.get(value) if isinstance(value, str) else None
    if option is None:
        yield Fault(path, f"没有选项 {value!r}")
    elif option.stop:
        yield Fault(path, f"选项 {value} 会终止办理，不会预先选上", "warning")
