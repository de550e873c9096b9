"""A bundle nobody of the portal knows, with many modes at once, runs by what its file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bundles import publishing
from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.models import Case, SubApplication
from portal.accounts.models import Account
from tests.factories.doubles import FakeDepartments
from tests.factories.received import by_staff, nothing_to_pay, received, sub_of

pytestmark = [pytest.mark.django_db]
HALL = Path(__file__).parents[1] / "seed" / "unknown_hall.yaml"
FIELDS = {
    "hall_no": "a", "event_day": "2027-05-01", "hours_used": "3", "guests": 40, "sizes": ["small"], "sign_text": "欢迎",
    "s_helper": [{"h_name": "陈屿"}],
}  # fmt: skip


@pytest.fixture
def hall(lin: Account, departments: FakeDepartments) -> Case:
    definition = yaml.safe_load(HALL.read_text(encoding="utf-8"))
    assert [fault for fault in publishing.faults_of(definition) if fault.severity == "error"] == []
    publishing.publish(publishing.new_bundle(definition))
    for item, result in RESULTS.items():
        departments.say(item=item, result=result)
    return received(lin, "SHHD", {"kind": "show", "noise": "yes"}, FIELDS)


RESULTS: dict[str, dict[str, Any]] = {
    "HALL": {"hall_permit": "H-1", "valid_to": "2027-06-01"},
    "POLICE": {"police_no": "P-1"},
    "FIRE": {"opinion": "合格"},
    "SIGN": {"sign_no": "S-1"},
    "SUM": {"sum_no": "N-1"},
}


def states(case: Case) -> dict[str, str]:
    return dict(SubApplication.objects.filter(case=case).values_list("item_id", "state"))


def decide(case: Case, item: str, values: dict[str, Any]) -> None:
    """Somebody of the department takes the task and approves it."""
    sub = sub_of(case, item)
    by = by_staff(sub.department)
    sub = worklist.take(sub.pk, by=by, version=sub.version)
    worklist.approve(sub.pk, values, by=by, version=sub.version)
    dispatch.pump()


def test_a_show_in_a_hall_runs_to_its_end(hall: Case, departments: FakeDepartments) -> None:
    for item in ("ASK1", "ASK2"):
        decide(hall, item, {"conclusion": "none", "rows": ["无"]})
    decide(hall, "LOOK", {"look_no": "L-1"})
    nothing_to_pay(hall)
    dispatch.pump()
    hall.refresh_from_db()
    assert set(states(hall).values()) == {"approved"}
    assert (hall.state, hall.outcome) == ("concluded", "all")
