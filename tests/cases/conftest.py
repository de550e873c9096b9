"""People and cases of the engine's tests."""

from __future__ import annotations

import pytest

from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def chen(db: None) -> Account:
    return newborn.account(newborn.CHEN, "chen")


@pytest.fixture
def known_family(register: FakeRegister, licences: FakeLicences) -> None:
    newborn.fill_registers(register, licences)
