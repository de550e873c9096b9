"""Departments as chips and marks."""

from __future__ import annotations

from collections.abc import Iterable

from bundles import queries
from bundles.spec.registry import Department
from portal.ui.fields import Receiver


def department(code: str) -> Department | None:
    """The department of a code, None for one the registry does not have."""
    return queries.registry().departments.get(code)


def short_of(code: str) -> str:
    """What a department is called in a chip."""
    known = department(code)
    return known.short if known else code


def receivers(codes: Iterable[str]) -> tuple[Receiver, ...]:
    """Each department once, in the order given."""
    return tuple(Receiver(code, short_of(code)) for code in dict.fromkeys(codes))
