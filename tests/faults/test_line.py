"""The line to PostgreSQL does what the tests of faults believe of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from tests.faults.trial.stack import TrialStack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

PARTS = ("web", "worker")


@pytest.fixture
def quiet(stack: TrialStack) -> Iterator[TrialStack]:
    """Nobody else speaks over the line; there is a table to write to."""
    for part in PARTS:
        stack.pause_part(part)
    with stack.database_cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS line_kept (word text)")
        cursor.execute("TRUNCATE line_kept")
    yield stack
    stack.postgres.line("heal")
    for part in PARTS:
        stack.resume_part(part)


@pytest.mark.parametrize(("when", "kept"), [("after", 1), ("before", 0)])
def test_a_commit_is_lost_after_it_was_done_or_before_it_arrived(quiet: TrialStack, when: str, kept: int) -> None:
    quiet.postgres.line(f"commits {when} 1")
    with closing(_connected(quiet)) as session:
        session.cursor().execute("INSERT INTO line_kept VALUES ('once')")
        with pytest.raises(psycopg2.OperationalError):
            session.commit()
    assert quiet.rows("SELECT count(*) FROM line_kept") == [(kept,)]
    with closing(_connected(quiet)) as session:
        session.cursor().execute("INSERT INTO line_kept VALUES ('again')")
        session.commit()
    assert quiet.rows("SELECT count(*) FROM line_kept") == [(kept + 1,)]


def test_a_line_that_hangs_keeps_the_word_and_brings_it_when_it_is_well(quiet: TrialStack) -> None:
    with closing(_connected(quiet)) as session, ThreadPoolExecutor(1) as other:
        quiet.postgres.line("hang")
        asked = other.submit(_ask, session)
        with pytest.raises(TimeoutError):
            asked.result(timeout=0.5)
        quiet.postgres.line("heal")
        assert asked.result(timeout=10) == 1


def test_a_slow_line_is_slow_and_a_cut_one_is_cut(quiet: TrialStack) -> None:
    with closing(_connected(quiet)) as session:
        quiet.postgres.line("delay 100")
        began = time.monotonic()
        assert _ask(session) == 1
        assert time.monotonic() - began >= 0.2
        quiet.postgres.line("heal")
        assert quiet.postgres.line("cut")["done"] >= 1
        with pytest.raises(psycopg2.OperationalError):
            _ask(session)


def _connected(stack: TrialStack) -> psycopg2.extensions.connection:
    address = stack.postgres.url.rpartition("/")[0]
    return psycopg2.connect(f"{address}/{stack.database}", connect_timeout=10)


def _ask(session: psycopg2.extensions.connection) -> int:
    with session.cursor() as cursor:
        cursor.execute("SELECT 1")
        (found,) = cursor.fetchone()
        return int(found)
