"""The clock of a case over the API: the expected day and how it was counted."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cases.models import Case
from tests.factories.doubles import FakeDepartments
from tests.portal.api.conftest import Caller, submitted

pytestmark = pytest.mark.django_db


def test_the_clock_tells_every_day_and_why_民法典_201(lin: Caller, chen: Caller, departments: FakeDepartments) -> None:
    departments.say("accepted", item="HUKOU")
    case = submitted(lin, chen)
    answer = lin.get(f"/cases/{case['id']}/clock/")
    assert answer.status_code == 200
    clock = answer.json()
    held = Case.objects.get(pk=case["id"])
    assert clock["due_on"] == str(held.due_on)
    assert clock["days"][0]["kind"] == "start" and clock["days"][0]["text"].endswith("当天不算")
    assert clock["days"][-1]["last"] == clock["promise_on"]
    assert {item["item_id"] for item in clock["items"]} >= {"HUKOU"}
    assert all(item["days"] for item in clock["items"])


def test_a_draft_has_no_clock(lin: Caller) -> None:
    assert lin.get(f"/cases/{uuid4()}/clock/").status_code == 404
