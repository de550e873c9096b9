"""Everything wrong with a definition, found before anybody can apply for it.

`lint` reads the document only; it never touches the database. Errors forbid publishing, warnings are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bundles.errors import Fault, MalformedDocument
from bundles.lint import (
    afterwards,
    batches,
    expressions,
    fees,
    form,
    identity,
    limits,
    options,
    order,
    papers,
    people,
    rare,
    references,
    runtime,
    selection,
    shape,
    suggestions,
)
from bundles.lint.draft import Draft
from bundles.spec import load
from bundles.spec.registry import Registry

__all__ = ["lint"]

CHECKS: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    identity.faults,
    references.faults,
    selection.faults,
    suggestions.faults,
    options.faults,
    order.faults,
    limits.faults,
    fees.faults,
    form.faults,
    papers.faults,
    people.faults,
    runtime.faults,
    batches.faults,
    afterwards.faults,
    expressions.faults,
)


def lint(document: Any, registry: Registry, *, line_of: Callable[[str], int | None] | None = None) -> tuple[Fault, ...]:
    """All faults of a document, errors before warnings, each in the order of the file.

    A document whose shape is wrong gets no further than its shape. `line_of` gives the line of a path.
    """
    found = list(shape.faults(document))
    if not _errors(found):
        found += _content_faults(document, registry)
    placed = [replace(fault, line=line_of(fault.path)) for fault in found] if line_of else found
    return tuple(sorted(dict.fromkeys(placed), key=lambda f: (f.severity != "error", f.line or 0)))


def _content_faults(document: Any, registry: Registry) -> Iterator[Fault]:
    try:
        draft = Draft(load(document), registry)
    except MalformedDocument as error:
        yield Fault(error.path.removeprefix("bundle").lstrip("."), error.message)
        return
    unreadable = list(rare.faults(draft.spec))
    for check in () if unreadable else CHECKS:
        yield from check(draft)
    yield from unreadable


def _errors(found: list[Fault]) -> bool:
    return any(fault.severity == "error" for fault in found)
