"""Shared by all tests: the shipped catalogue in the test database, and doubles behind the ports."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import blocking_manager_key

from bundles.models import Stamp
from cases import ports
from cases.queries import circuits
from devtools.browser import find_browser
from tests.factories import snapshot
from tests.factories.doubles import FakeDepartments, FakeLicences, FakePayments, FakeRegister, RecordingNotifier

STAMPS = f'"{Stamp._meta.db_table}"'
LINES = "FROM cases_circuit WHERE failures"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The catalogue is loaded once; tests read it, a test that changes it does so in its own transaction."""
    with django_db_blocker.unblock():
        call_command("load_domain", verbosity=0)
        snapshot.keep()


@pytest.fixture(autouse=True)
def fresh_lines() -> Iterator[None]:
    """What a process has seen of the lines to departments goes with the transaction of the test."""
    circuits.forget()
    yield
    circuits.forget()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page that was asked for in another language leaves that language to no other test."""
    yield
    translation.deactivate()


class _FailedRounds(logging.Handler):
    """What rounds of the sweep say when they keep a fault of ours to itself."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(str(record.msg))


@pytest.fixture(autouse=True)
def rounds_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """In the product a fault stops no round; a test whose rounds fail has failed, unless it is about just that."""
    heard, rounds = _FailedRounds(), logging.getLogger("cases.actions.engine.rounds")
    rounds.addHandler(heard)
    yield
    rounds.removeHandler(heard)
    if request.node.get_closest_marker("failing_rounds") is None:
        assert heard.said == []


@pytest.fixture
def django_assert_max_num_queries() -> Callable[[int], AbstractContextManager[CaptureQueriesContext]]:
    """At most so many queries, by the same count every time: the looks at the stamps of the catalogue and at the lines
    to departments, which a process takes every few seconds, belong to no page.
    """

    @contextmanager
    def at_most(number: int) -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as asked:
            yield asked
        said = [query["sql"] for query in asked.captured_queries]
        own = [sql for sql in said if STAMPS not in sql and LINES not in sql]
        assert len(own) <= number, f"{len(own)} queries:\n" + "\n".join(own)

    return at_most


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test whose transactions are real empties the whole database when it ends: the catalogue is put back."""
    yield
    if nextitem is not None and _commits(item):
        with item.config.stash[blocking_manager_key].unblock():
            snapshot.put_back()


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    by_mark = marker is not None and bool(marker.kwargs.get("transaction"))
    return by_mark or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture
def doubles(settings: Any) -> Iterator[None]:
    """Everything outside answers from memory."""
    settings.DEPARTMENT_GATEWAY = "tests.factories.doubles.FakeDepartments"
    settings.REGISTER = "tests.factories.doubles.FakeRegister"
    settings.LICENCE_LIBRARY = "tests.factories.doubles.FakeLicences"
    settings.NOTIFIER = "tests.factories.doubles.RecordingNotifier"
    settings.PAYMENT_GATEWAY = "tests.factories.doubles.FakePayments"
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


@pytest.fixture
def payments(doubles: None) -> FakePayments:
    return cast(FakePayments, ports.payment_gateway())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once. Its driver keeps an event loop on this thread, which Django has to be told."""
    program = find_browser()
    if program is None:
        pytest.fail("没有浏览器：请安装 chromium / no browser: install chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
