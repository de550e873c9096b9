"""The 68 data-sharing interfaces: who answers which, and what the answers are made of.

A record is put together from four layers, the later over the earlier: what is usual for such a subject, what the demo
world says, what cases have changed since, and plausible values for whatever declared field is still missing.
"""

from __future__ import annotations

from . import bodies, learning, moving, ownership, persons, works
from .lookup import IncompleteQuestion, Look, Record, Registers

__all__ = [
    "IncompleteQuestion",
    "Look",
    "Record",
    "Registers",
    "bodies",
    "learning",
    "moving",
    "ownership",
    "persons",
    "works",
]
