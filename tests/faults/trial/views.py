"""All three views of the cases of a rehearsal, so many cases at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.factories.waiting import wait_for
from tests.faults.checker import CHECKS, Seen, faults_in
from tests.faults.trial.applicants import Applicants, Pressed
from tests.faults.trial.record import Record
from tests.faults.trial.stack import BUNDLE, TrialStack

AT_ONCE = 200
TOLD_S, QUIET_S = 180.0, 60.0
# A callback that met a dead process may be left without an answer; an honest one is told again.
OF_EACH = tuple(name for name in CHECKS if name != "callback_unanswered")
OF_THE_WHOLE = ("unexpected_case", "crashed", "duplicate_effect", "silent")
_HANDED_IN = """
SELECT c.id::text FROM cases_case c JOIN bundles_bundleversion v ON v.id = c.bundle_version_id
JOIN bundles_bundle b ON b.id = v.bundle_id WHERE b.code = %s AND c.submitted_at >= to_timestamp(%s)
"""


def all_faults(stack: TrialStack, people: Applicants, cases: Sequence[Pressed]) -> list[str]:
    """Every fault in the cases of a rehearsal, once the departments have told what they had to tell."""
    record = Record(stack.folder / "data")
    wait_for(lambda: not record.waiting_callbacks(), TOLD_S, "callbacks are still on their way")
    wait_for(lambda: not stack.health()["due_deliveries"], TOLD_S, "deliveries are still due")
    with suppress(AssertionError):  # alarms of what has just been end with the next look; one that stays is a fault
        wait_for(lambda: stack.health()["ok"], QUIET_S)
    found, matched = [], 0
    for seen in views(stack, people, cases, record):
        found += faults_in(seen, OF_EACH)
        matched += len(seen.applications)
    if record.count() != matched:
        found.append(f"unexpected_application: {record.count() - matched} of nobody's case")
    return found + faults_in(_of_the_whole(stack, people, cases), OF_THE_WHOLE)


def views(stack: TrialStack, people: Applicants, cases: Sequence[Pressed], record: Record) -> Iterator[Seen]:
    """The cases in portions, with all that the departments know of them."""
    for at in range(0, len(cases), AT_ONCE):
        some = list(cases[at : at + AT_ONCE])
        shown = _shown(people, some, "")
        applications = record.applications(item["sub_id"] for case in shown.values() for item in case["items"])
        yield Seen(
            filed=tuple(one.filed for one in some),
            applications=tuple(applications),
            requests=tuple(record.requests(row["key"] for row in applications)),
            duplicate_effects=(),
            cases=shown,
            results=_shown(people, some, "results/"),
            health={"ok": True, "silent_rows": 0, "due_deliveries": 0},
        )


def _of_the_whole(stack: TrialStack, people: Applicants, cases: Sequence[Pressed]) -> Seen:
    """What can only be said of all together: cases of nobody, answers, health, the departments' own count."""
    return Seen(
        filed=tuple(one.filed for one in cases),
        applications=(),
        requests=(),
        duplicate_effects=tuple(stack.mock.get("/_control/summary")["duplicate_effects"]),
        cases={},
        results={},
        health=stack.health(),
        known=tuple(case_id for (case_id,) in stack.rows(_HANDED_IN, BUNDLE, people.since)),
        answers=people.answers.counted,
    )


def _shown(people: Applicants, cases: list[Pressed], what: str) -> dict[str, Mapping[str, Any]]:
    found = zip(cases, people.each(lambda one: people.look(one, what), cases), strict=True)
    return {pressed.filed.case_id: case for pressed, case in found if case is not None}
