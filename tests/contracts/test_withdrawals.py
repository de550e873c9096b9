"""Withdrawals over the wire of what a department never saw."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from cases import ports
from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.models import Attention, Delivery, SubApplication
from integrations.http import systems
from integrations.models import DepartmentSystem
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.factories.mock_process import MockProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def commission(
    connected: MockProcess, register: FakeRegister, licences: FakeLicences, settings: Settings
) -> MockProcess:
    """The health commission behind its real interface; registers answer from memory."""
    settings.DEPARTMENT_GATEWAY = "integrations.departments.gateway.HttpGateway"
    ports.forget_adapters()
    newborn.fill_registers(ports.register(), ports.licence_library())  # type: ignore[arg-type]
    return connected


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def birth(commission: MockProcess, lin: Account) -> SubApplication:
    """The birth certificate, refused unseen at the door of the department, then taken back."""
    commission.control("behaviour", dept="WJ", connect="api-sync", faults={"error422": True})
    case = newborn.submitted(lin, newborn.account(newborn.CHEN, "chen"))
    dispatch.pump()
    commission.control("reset")
    sub = SubApplication.objects.get(case=case, item_id="BIRTH_CERT")
    withdrawal.withdraw_item(sub.pk, by=lin.actor, reason="不办了")
    return sub


def test_a_withdrawal_of_what_never_arrived_ends(commission: MockProcess, birth: SubApplication) -> None:
    dispatch.pump()
    told = Delivery.objects.get(sub=birth, purpose="withdraw")
    assert (told.state, told.last_error) == ("due", "never seen")
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        dispatch.pump()
    assert Delivery.objects.get(pk=told.pk).state == "done"
    record = commission.get("/_control/record?dept=WJ")
    assert record["applications"] == []
    assert not Attention.objects.filter(sub=birth, closed_at=None).exists()


def test_an_address_that_does_not_exist_is_no_word_about_the_application(
    commission: MockProcess, birth: SubApplication
) -> None:
    """A 404 to the withdrawal from a department that has the application, or cannot be asked, settles nothing."""
    DepartmentSystem.objects.filter(department="WJ").update(supports_query=False)
    systems.forget()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        dispatch.pump()
    told = Delivery.objects.get(sub=birth, purpose="withdraw")
    assert (told.state, told.last_error) == ("due", "HTTP 404")
