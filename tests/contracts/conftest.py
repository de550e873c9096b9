"""Each port is held to one contract: the double in memory, and the real adapter over the wire to the mock process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from pytest_django import Settings

from bundles import queries
from bundles.loading.registries import load_registries
from integrations.http import systems
from tests.factories.library import LIBRARY
from tests.factories.mock_process import MockProcess


@pytest.fixture(scope="session")
def mock_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockProcess]:
    process = MockProcess(tmp_path_factory.mktemp("mock"))
    yield process
    process.stop()


@pytest.fixture
def connected(mock_process: MockProcess, settings: Settings, db: None) -> Iterator[MockProcess]:
    """Every department of the catalogue connected to the mock process, which behaves as usual."""
    settings.MOCK_URL = mock_process.url
    settings.MOCK_MASTER_SECRET = "mock-departments-demo"
    load_registries(LIBRARY)
    queries.forget()
    systems.forget()
    call_command("connect_mock_departments", verbosity=0)
    mock_process.control("reset")
    yield mock_process
    mock_process.control("reset", records=True)
    systems.forget()
    queries.forget()
