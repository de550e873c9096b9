"""Departments as chips and marks."""

from __future__ import annotations

from collections.abc import Iterable

from bundles import queries
from bundles.spec.registry import Department
from portal.citizen.language import lang
from portal.ui.fields import Receiver


def department(code: str) -> Department | None:
    """The department of a code, None for one the registry does not have."""
    return queries.registry().departments.get(code)


def short_of(code: str) -> str:
    """What a department is called in a chip."""
    known = department(code)
    if known is None:
        return code
    return known.short_en if lang() == "en" and known.en else known.short


def named(code: str, otherwise: str) -> str:
    """The same for a code that may be nobody's: the portal itself asks as 平台."""
    return short_of(code) if department(code) else otherwise


def receivers(codes: Iterable[str]) -> tuple[Receiver, ...]:
    """Each department once, in the order given."""
    return tuple(Receiver(code, short_of(code)) for code in dict.fromkeys(codes))
