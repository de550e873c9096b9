"""The desk of the police, without a system here: a household registration waits on its worklist."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import SubApplication
from portal.accounts.models import Account, Role
from tests.factories import desk, newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.library import person

At = Callable[[Account], Client]


def staff(username: str, role: str, department: str = "") -> Account:
    return Account.objects.create_user(username, "a-long-password", role=role, name=username, department=department)


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def chen(db: None) -> Account:
    return newborn.account(newborn.CHEN, "chen")


@pytest.fixture
def stranger(db: None) -> Account:
    return newborn.account(person("王建国"), "stranger")


@pytest.fixture
def officer(db: None) -> Account:
    return staff("officer", Role.STAFF, "GA")


@pytest.fixture
def colleague(db: None) -> Account:
    return staff("colleague", Role.STAFF, "GA")


@pytest.fixture
def teacher(db: None) -> Account:
    return staff("teacher", Role.STAFF, "JY")


@pytest.fixture
def clerk(db: None) -> Account:
    return staff("clerk", Role.CLERK, "SJ")


@pytest.fixture
def at() -> At:
    """A browser in which somebody is signed in."""

    def signed_in(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    return signed_in


@pytest.fixture
def sub(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    """The household registration, sent to the worklist."""
    return desk.hukou_task(lin, chen, register, licences, departments)
