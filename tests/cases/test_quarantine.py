"""A promise whose carrier dies each time is set apart, told, and stops no others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import outbox
from cases.actions.delivery import dispatch, quarantine
from cases.actions.engine.sweep import sweep
from cases.models import Attention, Delivery
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


@pytest.fixture
def poison(lin: Account, departments: FakeDepartments) -> Delivery:
    """A filing that was taken six times, each time by a process that died before it could say how it ended."""
    toll.publish({"kind": "none"})
    toll.filed(lin)
    past = timezone.now() - timedelta(seconds=60)
    Delivery.objects.update(lease_no=outbox.MOST_LOST_LEASES + 1, lease_until=past)
    return Delivery.objects.get()


def test_what_kills_its_carrier_is_not_taken_again(poison: Delivery, departments: FakeDepartments) -> None:
    assert dispatch.pump() == 0
    assert departments.parcels == []


def test_a_person_is_told_and_it_rests(poison: Delivery) -> None:
    sweep()
    told = Attention.objects.get(closed_at=None)
    poison.refresh_from_db()
    assert (told.reason, told.sub_id) == (Attention.Reason.FAULT, poison.sub_id)
    assert poison.next_at is not None and poison.next_at > timezone.now() + timedelta(hours=23)
    assert quarantine.set_apart() == 0


def test_sent_again_by_a_person_it_is_asked_about_first(poison: Delivery, departments: FakeDepartments) -> None:
    sweep()
    Delivery.objects.filter(pk=poison.pk).update(next_at=timezone.now())
    dispatch.pump()
    poison.refresh_from_db()
    assert poison.state == "done"
    assert departments.parcels[0].ask_first, "the department may have it"
