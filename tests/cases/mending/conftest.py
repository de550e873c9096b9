"""A newborn case one of whose items is stuck at the health commission or the police."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Attention, Case, Delivery, SubApplication
from cases.ports import Actor
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, Fault
from tests.factories.received import sub_of

Stuck = Callable[[Fault, int], Attention]


def member(name: str, role: str, department: str = "") -> Account:
    return Account.objects.create_user(name, "a-long-password", role=role, name=name, department=department)


@pytest.fixture
def doctor(db: None) -> Account:
    """Works at the health commission, whose system is in trouble."""
    return member("doctor", Role.STAFF, "WJ")


@pytest.fixture
def second_doctor(db: None) -> Account:
    return member("second-doctor", Role.STAFF, "WJ")


@pytest.fixture
def policeman(db: None) -> Account:
    return member("policeman", Role.STAFF, "GA")


@pytest.fixture
def supervisor(db: None) -> Account:
    return member("supervisor", Role.SUPERVISOR)


@pytest.fixture
def operator(db: None) -> Account:
    return member("operator", Role.ADMINISTRATOR)


@pytest.fixture
def doctor_acts(doctor: Account) -> Actor:
    return doctor.actor


@pytest.fixture
def case(lin: Account, chen: Account, known_family: None, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    return newborn.submitted(lin, chen)


@pytest.fixture
def stuck(case: Case, departments: FakeDepartments) -> Stuck:
    """Let the birth certificate get stuck by a fault that happens so often; the attention it raised."""

    def get_stuck(fault: Fault, times: int) -> Attention:
        departments.fail(fault, department="WJ", times=times)
        for _ in range(times):
            make_due(birth(case))
            dispatch.pump()
        return Attention.objects.select_related("case", "sub").get(case=case, closed_at=None)

    return get_stuck


def birth(case: Case) -> SubApplication:
    return sub_of(case, "BIRTH_CERT")


def make_due(sub: SubApplication) -> None:
    """Time has passed: what waits for its next try may have it now."""
    Delivery.objects.filter(sub=sub, state="due").update(next_at=timezone.now(), lease_until=None)
