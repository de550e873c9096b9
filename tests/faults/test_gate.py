"""The short rehearsal of every run: 300 cases, ten kills, and everything that may go away goes away once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.trial.applicants import applicants_of
from tests.faults.trial.rehearsal import Rehearsal, lines_of, named, spread
from tests.faults.trial.stack import TrialStack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

SUBMISSIONS, HANDS, SEED = 300, 6, 20260105
PLAN = (
    "worker killed", "commits lost", "PostgreSQL killed", "answers lost", "web killed", "Redis emptied",
    "PostgreSQL stopped at once", "commits lost", "worker killed", "department hangs", "PostgreSQL restarted",
    "web killed", "Redis killed", "noisy callbacks", "PostgreSQL killed", "line cut", "commits lost",
    "PostgreSQL stopped at once", "worker killed",
)  # fmt: skip
KILLS = 10


def test_300_submissions_under_ten_kills_are_neither_lost_nor_doubled_nor_silent(
    stack: TrialStack, tmp_path: Path
) -> None:
    with applicants_of(stack.base_url, HANDS, SEED) as people:
        rehearsal = Rehearsal(stack, people, seed=SEED, log=tmp_path / "log.jsonl")
        figures = rehearsal.run(SUBMISSIONS, spread(named(*PLAN), SUBMISSIONS))
    said = "\n".join(lines_of(figures))
    print(said)
    assert figures.faults == [], said
    assert (figures.submissions, figures.kills) == (SUBMISSIONS, KILLS)
    assert figures.late() == [], said
    cut = stack.postgres.line("standing")["cut"]
    assert cut["before"] >= 10 and cut["after"] >= 10, f"commits were not lost: {cut}"
