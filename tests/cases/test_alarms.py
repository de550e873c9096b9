"""Green, blue, yellow, red by the rules of electronic supervision, which an administrator changes."""

from __future__ import annotations

from datetime import date

import pytest

from bundles import queries
from bundles.models import DeadlineRule
from cases.queries.alarms import Deadline, colour_of, worst_colour
from tests.cases.test_clock import CALENDAR

pytestmark = pytest.mark.django_db
START, DUE, LAW = date(2025, 11, 3), date(2025, 11, 17), date(2025, 12, 1)  # ten working days, twenty by law


def on(day: date, *, received: date | None = None) -> str:
    deadline = Deadline(day, START, DUE, LAW, received, CALENDAR)
    return worst_colour(deadline, queries.deadline_rules())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 11, 11), "green"),
        (date(2025, 11, 12), "blue"),  # three of ten days left: thirty per cent
        (date(2025, 11, 17), "blue"),
        (date(2025, 11, 18), "yellow"),  # past the promise
        (date(2025, 12, 1), "yellow"),
        (date(2025, 12, 2), "red"),  # past the law
    ],
)
def test_colours_follow_promise_and_law(day: date, expected: str) -> None:
    assert on(day) == expected


def test_who_should_have_accepted_and_did_not_is_red_行政许可法_32() -> None:
    assert on(date(2025, 11, 10), received=START) == "green"
    assert on(date(2025, 11, 11), received=START) == "red"


def test_an_administrator_changes_the_rules() -> None:
    DeadlineRule.objects.filter(trigger="percent_left").update(threshold=50)
    queries.forget()
    assert on(date(2025, 11, 10)) == "blue"
    DeadlineRule.objects.filter(trigger="past_committed").update(enabled=False)
    queries.forget()
    assert on(date(2025, 11, 18)) == "blue"


def test_what_is_finished_is_green_and_what_waits_for_the_applicant_is_paused() -> None:
    late = Deadline(date(2026, 1, 5), START, DUE, LAW, None, CALENDAR)
    assert colour_of("approved", late) == "green"
    assert colour_of("supplement_requested", late) == "paused"
    assert colour_of("accepted", late) == "red"
