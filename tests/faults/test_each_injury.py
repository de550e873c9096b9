"""The wide matrix: every kind of injury alone, while a dozen cases are on their way. `./dev soak --faults` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.trial.applicants import applicants_of
from tests.faults.trial.injuries import INJURIES, Injury
from tests.faults.trial.rehearsal import Rehearsal, lines_of, spread
from tests.faults.trial.stack import TrialStack

pytestmark = [pytest.mark.faults_wide, pytest.mark.timeout(600)]

SUBMISSIONS, HANDS, SEED, TIMES = 12, 4, 7, 2


@pytest.mark.parametrize("injury", INJURIES, ids=lambda injury: f"{injury.faults} {injury.name}")
def test_an_injury_alone_loses_and_doubles_nothing(stack: TrialStack, tmp_path: Path, injury: Injury) -> None:
    with applicants_of(stack.base_url, HANDS, SEED) as people:
        rehearsal = Rehearsal(stack, people, seed=SEED, log=tmp_path / "log.jsonl")
        figures = rehearsal.run(SUBMISSIONS, spread([injury] * TIMES, SUBMISSIONS))
    said = "\n".join(lines_of(figures))
    assert figures.faults == [], said
    assert figures.late() == [], said
    assert len(figures.recoveries) == TIMES
