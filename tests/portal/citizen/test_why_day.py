"""The case page says why the expected day is that day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from cases.actions.deadlines import limits
from cases.actions.delivery import dispatch
from cases.actions.engine.locking import lock_case, lock_subs
from cases.models import Case, Pause
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db


def on(day: date) -> Any:
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Shanghai")), tick=False)


@pytest.fixture
def stopped_for_three_days(
    lin: Account, chen: Account, departments: FakeDepartments, register: FakeRegister, licences: FakeLicences
) -> Case:
    """Accepted on a Monday; the clock of one item stood still from Tuesday to Friday."""
    departments.say(item="BIRTH_CERT", result=newborn.RESULTS["BIRTH_CERT"])
    departments.say("accepted", item="HUKOU")
    with on(date(2025, 11, 24)):
        newborn.fill_registers(register, licences)
        case = newborn.submitted(lin, chen)
        dispatch.pump()
    for day, act in ((25, limits.pause), (28, limits.resume)):
        with on(date(2025, 11, day)), transaction.atomic():
            locked = lock_case(case.pk)
            subs = lock_subs(locked)
            sub = next(sub for sub in subs if sub.item_id == "HUKOU")
            act(locked, subs, sub, Pause.Kind.SUPPLEMENT)  # type: ignore[operator]
    return case


def test_a_supplement_of_three_days_moves_the_day_by_three_and_the_page_says_so(
    stopped_for_three_days: Case, lin: Account, as_person: SignIn
) -> None:
    with on(date(2025, 11, 28)):
        page = as_person(lin).get(reverse("citizen:case", args=[stopped_for_three_days.pk])).content.decode()
    assert "等您补正，不算" in page
    assert "11月26日至28日" in page
    assert "办结日由11月27日（周四）改为12月2日（周二），等您补正的日子不算" in page


def test_the_page_speaks_english_too(stopped_for_three_days: Case, lin: Account, as_person: SignIn) -> None:
    with on(date(2025, 11, 28)):
        client = as_person(lin)
        page = client.get(
            reverse("citizen:case", args=[stopped_for_three_days.pk]), headers={"Accept-Language": "en"}
        ).content.decode()
    assert "Waiting for your correction, not counted" in page
    assert "days of waiting for your supplement do not count" in page
