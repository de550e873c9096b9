"""Judging goes on for everybody else when it fails for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Attention, Case, SubApplication
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def test_a_judgement_that_fails_holds_up_nobody_else_and_a_person_is_told(
    lin: Account, chen: Account, departments: FakeDepartments, register: Any
) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    register.records["BIRTH_INFO"] = "not a table"  # asked for HUKOU alone; whoever reads it fails
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    states = dict(SubApplication.objects.filter(case=case).values_list("item_id", "state"))
    assert (states["HUKOU"], states["VACCINE_BOOK"], states["MATERNITY_PAY"]) == ("ready", "approved", "approved")
    assert _told(case).exists()

    register.records["BIRTH_INFO"] = {}
    SubApplication.objects.filter(case=case, state="ready").update(next_at=timezone.now() - timedelta(seconds=1))
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).outcome == "all"
    assert not _told(case).exists()


def _told(case: Case) -> Any:
    return Attention.objects.filter(case=case, sub__item_id="HUKOU", reason="fault", closed_at=None)
