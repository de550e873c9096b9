"""How a check ends, other than well."""

from __future__ import annotations


class Failed(Exception):
    """The department does not keep a sentence of the contract; the message says what was seen."""


class Skipped(Exception):
    """The check could not be made here; the message says what it would need."""


def expect(holds: bool, seen: str) -> None:
    """Raise Failed with what was seen unless it holds."""
    if not holds:
        raise Failed(seen)
