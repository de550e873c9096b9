"""Shared by all tests: the shipped catalogue in the test database, and doubles behind the ports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.core.management import call_command

from cases import ports
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The catalogue is loaded once; tests read it, a test that changes it does so in its own transaction."""
    with django_db_blocker.unblock():
        call_command("load_domain", verbosity=0)


@pytest.fixture
def doubles(settings: Any) -> Iterator[None]:
    """Everything outside answers from memory."""
    settings.DEPARTMENT_GATEWAY = "tests.factories.doubles.FakeDepartments"
    settings.REGISTER = "tests.factories.doubles.FakeRegister"
    settings.LICENCE_LIBRARY = "tests.factories.doubles.FakeLicences"
    settings.NOTIFIER = "tests.factories.doubles.RecordingNotifier"
    settings.NUDGE_THROUGH_BROKER = False
    ports.forget_adapters()
    yield
    ports.forget_adapters()


@pytest.fixture
def departments(doubles: None) -> FakeDepartments:
    return cast(FakeDepartments, ports.department_gateway())


@pytest.fixture
def register(doubles: None) -> FakeRegister:
    return cast(FakeRegister, ports.register())


@pytest.fixture
def licences(doubles: None) -> FakeLicences:
    return cast(FakeLicences, ports.licence_library())


@pytest.fixture
def notifier(doubles: None) -> RecordingNotifier:
    return cast(RecordingNotifier, ports.notifier())
