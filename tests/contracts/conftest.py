"""Each port is held to one contract: the double in memory, and the real adapter over the wire to the mock process."""

from __future__ import annotations

import contextlib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test.testcases import QuietWSGIRequestHandler
from pytest_django import Settings

from integrations.departments.door import CallbackDoor
from integrations.http import systems
from tests.factories.mock_process import MASTER_SECRET, MockProcess


@pytest.fixture(scope="session")
def mock_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockProcess]:
    process = MockProcess(tmp_path_factory.mktemp("mock"))
    yield process
    process.stop()


@pytest.fixture
def connected(mock_process: MockProcess, settings: Settings, db: None) -> Iterator[MockProcess]:
    """Every department of the catalogue connected to the mock process, which behaves as usual."""
    settings.MOCK_URL = mock_process.url
    settings.MOCK_MASTER_SECRET = MASTER_SECRET
    systems.forget()
    call_command("connect_mock_departments", verbosity=0)
    mock_process.control("reset")
    yield mock_process
    mock_process.control("reset", records=True)
    systems.forget()


class _Door(ThreadedWSGIServer):
    """The portal on a port, inside the transaction of the test: what it writes goes when the test ends."""

    def _close_connections(self) -> None:
        """The connection is the test's own."""


@pytest.fixture
def door(db: None) -> Iterator[str]:
    """The address of the portal as departments see it. The test leaves the database alone while they call."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    server = _Door(("127.0.0.1", 0), QuietWSGIRequestHandler, connections_override={"default": connection})
    server.set_app(CallbackDoor(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with contextlib.suppress(urllib.error.HTTPError):  # the first request loads the portal
        urllib.request.urlopen(f"{address}/callbacks/GA", timeout=60)
    yield address
    server.shutdown()
    thread.join(5)
    server.server_close()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    connection.dec_thread_sharing()
