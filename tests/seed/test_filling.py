"""What the filler types where nobody tells it: texts that fit patterns, days counted from the walk, papers."""

from __future__ import annotations

import re

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from cases.actions.papers.uploads import examine
from portal.seed_check import scenario
from portal.seed_check.papers import paper
from portal.seed_check.patterns import example_of
from portal.seed_check.values import written
from tests.factories.library import registry


@pytest.mark.parametrize("name", [n for n, v in registry().validators.items() if "regex" in v])
def test_a_text_is_found_for_every_pattern_of_the_code_lists(name: str) -> None:
    pattern = registry().validators[name]["regex"]
    text = example_of(pattern)
    assert text is not None and re.fullmatch(pattern, text)


@given(st.text("ab[]0-9{}?+*()|^$\\d.", max_size=12))
def test_a_pattern_either_has_an_example_that_fits_or_none(pattern: str) -> None:
    text = example_of(pattern)
    assert text is None or re.fullmatch(pattern, text)


@time_machine.travel("2026-11-22 10:00+08:00", tick=False)
def test_days_of_a_scenario_are_counted_from_the_walk() -> None:
    assert written("today") == "2026-11-22"
    assert written("today+60") == "2027-01-21"
    assert written("today-15 09:12") == "2026-11-07T09:12"
    assert written("now+6h") == "2026-11-22T16:00"
    assert written(True) == "true"
    assert written("today we go") == "today we go"


def test_every_paper_can_be_handed_in_and_no_two_are_the_same() -> None:
    first, second = examine(paper("户口簿/首页")), examine(paper("户口簿/首页"))
    assert first.media_type == "application/pdf"
    assert first.sha256 != second.sha256


def test_a_scenario_with_a_word_nobody_reads_is_refused() -> None:
    with pytest.raises(scenario.UnknownWord, match="applicnt"):
        scenario._plan({"bundle": "X", "applicnt": "林晓岚"})


def test_four_scenarios_follow_from_every_walk() -> None:
    plan = scenario._plan({"bundle": "X", "refusal": {"item": "B"}, "outage": {"aim": "none"}})
    assert [script.name for script in plan.scripts] == ["happy", "refusal", "supplement", "withdrawal"]
    assert plan.scripts[1].aim_at == "B"
