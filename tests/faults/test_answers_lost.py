"""Departments act and their answer is lost: nothing is done twice, and what they did is learnt."""

from __future__ import annotations

import pytest

from tests.factories.stack import Stack
from tests.faults.checker import Seen, faults_in
from tests.faults.newborns import Newborns

pytestmark = [pytest.mark.faults_wide, pytest.mark.timeout(300)]

LOST = ("exec_500", "exec_cut")


def test_an_answer_lost_after_the_department_acted_is_learnt_and_nothing_is_done_twice(
    stack: Stack, newborns: Newborns
) -> None:
    for fault in LOST:
        for item in ("BIRTH_CERT", "VACCINE_BOOK", "HUKOU", "MI_JOIN", "SBK", "MATERNITY_PAY"):
            stack.mock.control("behaviour", item=item, faults={fault: True}, times=1)
    cases = newborns.file(2)
    newborns.wait_until_closed(cases)
    seen = newborns.seen(cases)
    assert faults_in(seen) == []
    for fault in LOST:
        assert _lost(seen, fault) == 6, "the fault did not show itself"


def _lost(seen: Seen, fault: str) -> int:
    """Filings that a department carried out and whose answer it then lost in this way."""
    done = {row["key"] for row in seen.applications}
    return sum(fault in request["note"].split(",") for request in seen.requests if request["key"] in done)
