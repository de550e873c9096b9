from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.http import systems
from tests.factories.outside import Outside


@pytest.fixture(autouse=True)
def fresh_configuration() -> Iterator[None]:
    """A rolled-back test tells nobody that its configuration is gone."""
    systems.forget()
    yield
    systems.forget()


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside()
    yield server
    server.close()
