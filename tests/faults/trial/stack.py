"""The stack of the rehearsal: one more bundle in the catalogue, and a PostgreSQL of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from devtools.environment import ROOT
from tests.factories.mock_process import MockProcess
from tests.factories.stack import Stack

BUNDLE = "TRIAL"
DEFINITION = Path(__file__).with_name("trial.yaml")
ENDED = ("concluded", "withdrawn", "lapsed")
Row = tuple[Any, ...]


class TrialStack(Stack):
    """Five departments of the shipped catalogue and one bundle that goes to all of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, own_postgres=True)

    def _start_mock(self) -> MockProcess:
        return MockProcess(self.folder, MOCK_LIBRARY=str(_library_with_the_trial(self.folder / "library")))

    def _prepare(self) -> None:
        super()._prepare()
        self.manage("load_bundle", str(DEFINITION), "--publish")

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
        """Those of the deliveries that nobody has taken up since."""
        found = self.rows(
            "SELECT id::text, lease_no FROM cases_delivery WHERE state = 'due' AND id = ANY(%s::uuid[])", list(before)
        )
        return [delivery for delivery, lease_no in found if lease_no == before[delivery]]


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
