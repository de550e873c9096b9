"""Judging goes on for everybody else when it fails for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.engine import judging
from cases.actions.mending import replay
from cases.models import Attention, Case, SubApplication
from cases.ports import Actor
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


def _told(case: Case, item_id: str = "HUKOU") -> Any:
    return Attention.objects.filter(case=case, sub__item_id=item_id, reason="fault", closed_at=None)


def test_what_kills_its_judge_each_time_is_set_apart_and_a_person_may_try_it_again(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    """F41: a judge that dies leaves the item taken and its lease to run out; after five deaths nobody takes it."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    sub = SubApplication.objects.get(case=case, state="ready")
    for _ in range(judging.MOST_TRIES):
        _lease_is_over(sub)
        assert judging.take() is not None  # and then the process is gone
    _lease_is_over(sub)
    dispatch.pump()
    sub.refresh_from_db()
    assert sub.state == "ready" and sub.next_at is not None
    assert sub.next_at > timezone.now() + timedelta(hours=23)
    told = _told(case, sub.item_id).get()
    assert told.detail == judging.NEVER_ENDS

    replay.send_again(told.pk, by=Actor("staff", department="GA"))
    dispatch.pump()
    sub.refresh_from_db()
    assert sub.state != "ready" and not _told(case, sub.item_id).exists()


def test_a_judging_that_came_to_its_end_is_not_counted_as_lost(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    assert set(SubApplication.objects.filter(case=case).values_list("judged_no", flat=True)) == {0}


def _lease_is_over(sub: SubApplication) -> None:
    SubApplication.objects.filter(pk=sub.pk).update(next_at=timezone.now() - timedelta(hours=1))
