"""Behind a backlog somebody hears of a new case as well (reliability P19); what waits longest still goes first."""

from __future__ import annotations

from uuid import UUID

import pytest

from cases.actions.delivery import dispatch
from cases.actions.engine import judging
from cases.models import Delivery, SubApplication
from portal.accounts.models import Account
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db
PLACES = 2  # of a department at a time


@pytest.fixture
def backlog(lin: Account, departments: FakeDepartments, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Cases in the order in which they were handed in, each with one item that is due at the same department."""
    toll.publish({"kind": "none"})
    departments.say(item="FIRST", result={"voucher_no": "V-1"})
    departments.say(item="SECOND", result={"card_no": "C-1"})
    monkeypatch.setattr(dispatch, "QUOTA", PLACES)
    return [toll.filed(lin).pk for _ in range(PLACES * dispatch.NEWEST_EVERY * 2)]


def test_a_new_case_is_carried_before_the_backlog_is_gone(backlog: list[UUID], departments: FakeDepartments) -> None:
    dispatch.pump()
    case_of = dict(Delivery.objects.filter(purpose="file").values_list("sub_id", "sub__case_id"))
    came = list(dict.fromkeys(case_of[one.sub_application_id] for one in departments.parcels))
    assert came[:PLACES] == backlog[:PLACES]
    assert came.index(backlog[-1]) < PLACES * dispatch.NEWEST_EVERY
    assert sorted(came) == sorted(backlog)


@pytest.mark.usefixtures("known_family")
def test_one_judge_takes_what_came_last(lin: Account, chen: Account) -> None:
    for _ in range(3):
        newborn.submitted(lin, chen)
    ready = list(SubApplication.objects.filter(state="ready").order_by("next_at").values_list("pk", flat=True))
    assert len(ready) >= 3
    first, last = judging.take(), judging.take(newest=True)
    assert first and last
    assert (first.sub_id, last.sub_id) == (ready[0], ready[-1])
