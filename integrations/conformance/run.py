"""The run of a kit: check after check, each ending as pass, fail or skip."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

from .checks import CHECKS, Check
from .findings import Failed, Skipped
from .portal import Portal
from .report import Outcome, Verdict

ORDER = "FOSQLRBPAGD"


def chosen(only: Collection[str]) -> list[Check]:
    """The checks named by id or by the letter of their group, filing first; all where nothing is named."""
    named = [one for one in CHECKS if not only or one.id in only or one.id[0] in only]
    return sorted(named, key=lambda one: (ORDER.index(one.id[0]), int(one.id[1:])))


def run(portal: Portal, only: Collection[str] = ()) -> Iterator[Verdict]:
    """Make the checks one after another; each verdict as soon as it is there."""
    for check in chosen(only):
        started = time.monotonic()
        outcome, seen = _end_of(check, portal)
        yield Verdict(check.id, outcome, seen, round((time.monotonic() - started) * 1000))


def _end_of(check: Check, portal: Portal) -> tuple[Outcome, str]:
    try:
        return "pass", check.run(portal)
    except Failed as failed:
        return "fail", str(failed)
    except Skipped as skipped:
        return "skip", str(skipped)
    except ValueError as error:  # JSON that is none, an address or a date that is none
        return "fail", f"{error}"
