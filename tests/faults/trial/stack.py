"""The stack of the rehearsal: one more bundle in the catalogue, and a PostgreSQL of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from devtools.environment import ROOT
from tests.factories.mock_process import MockProcess
from tests.factories.stack import STOP_S, Stack
from tests.factories.waiting import wait_for

BUNDLE = "TRIAL"
DEFINITION = Path(__file__).with_name("trial.yaml")
ENDED = ("concluded", "withdrawn", "lapsed")
Row = tuple[Any, ...]


class TrialStack(Stack):
    """Five departments of the shipped catalogue and one bundle that goes to all of them.

    A folder that was prepared once is gone on with: the same database, and the addresses that departments know.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, own_postgres=True)
        self._known = folder / "addresses.json"
        self._mock_port = 0
        self.goes_on = self._known.exists()
        if self.goes_on:
            known = json.loads(self._known.read_text())
            self.port, self._mock_port, self.database = known["port"], known["mock_port"], known["database"]
            self.base_url = f"http://127.0.0.1:{self.port}"

    def _start_mock(self) -> MockProcess:
        library = _library_with_the_trial(self.folder / "library")
        return MockProcess(self.folder, port=self._mock_port, MOCK_LIBRARY=str(library))

    def _create_database(self) -> None:
        if not self.goes_on:
            super()._create_database()

    def _prepare(self) -> None:
        if self.goes_on:
            return
        super()._prepare()
        self.manage("load_bundle", str(DEFINITION), "--publish")
        known = {"port": self.port, "mock_port": self.mock.port, "database": self.database}
        self._known.write_text(json.dumps(known))

    @contextmanager
    def crowded(self) -> Iterator[None]:
        """Strangers hold every connection that the server has, and the portal has to queue up behind them."""
        self.postgres.line("refuse")
        self.postgres.line("cut")
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with ExitStack() as strangers:
            look = strangers.enter_context(closing(psycopg2.connect(**self.postgres.session("postgres")))).cursor()
            wait_for(lambda: look.execute(sessions, [self.database]) or look.fetchone() == (0,), STOP_S)
            with suppress(psycopg2.OperationalError):
                while True:
                    stranger = psycopg2.connect(**self.postgres.session("postgres"))
                    strangers.enter_context(closing(stranger))
            self.postgres.line("heal")
            yield

    # -- looking into the portal's tables, past every line that is cut ----------------------------------------------
    def rows(self, statement: str, *values: object) -> list[Row]:
        """What a statement of the test's own finds; nothing while the server is away."""
        with suppress(psycopg2.OperationalError), self.database_cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
        return []

    def open_cases(self, case_ids: Iterable[str]) -> list[str]:
        """Those of the cases that have not ended."""
        wanted = list(case_ids)
        found = self.rows("SELECT id::text, state FROM cases_case WHERE id = ANY(%s::uuid[])", wanted)
        ended = {case_id for case_id, state in found if state in ENDED}
        return [case_id for case_id in wanted if case_id not in ended]

    def due_now(self) -> dict[str, int]:
        """Every delivery that ought to be on its way, with the number of its lease."""
        found = self.rows("SELECT id::text, lease_no FROM cases_delivery WHERE state = 'due' AND next_at <= now()")
        return dict(found)

    def untouched(self, before: dict[str, int]) -> list[str]:
        """Those of the deliveries that nobody has taken up since; all of them while nobody can be asked."""
        found = self.rows(
            "SELECT id::text, lease_no FROM cases_delivery WHERE state = 'due' AND id = ANY(%s::uuid[])"
            " UNION ALL SELECT '', 0",
            list(before),
        )
        if not found:
            return list(before) or [""]
        return [delivery for delivery, lease_no in found if delivery and lease_no == before[delivery]]


@contextmanager
def running_trial(folder: Path, *others: str) -> Iterator[TrialStack]:
    """Everything started and answering; nothing left of it afterwards."""
    stack = TrialStack(folder)
    try:
        stack.start(*others)
        yield stack
    finally:
        stack.stop()


def _library_with_the_trial(folder: Path) -> Path:
    """The shipped definitions with the bundle of the rehearsal among them, for the departments to read."""
    shutil.copytree(ROOT / "bundles" / "library", folder, dirs_exist_ok=True)
    shutil.copy(DEFINITION, folder / "bundles" / "99_trial.yaml")
    return folder
