"""Tests of the catalogue: what one test publishes must not be remembered by the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bundles.kept import forget


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()
