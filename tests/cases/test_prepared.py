"""Prepared statements on the driver's own cursor: heard, counted and refused as any statement of Django's is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, ProgrammingError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from cases import prepared
from cases.prepared import Prepared

pytestmark = pytest.mark.django_db

half = Prepared("SELECT 100 / $1", "int")


def test_rows_come_back_planned_once_and_again() -> None:
    assert [half(2), half(4)] == [[(50,)], [(25,)]]


def test_an_error_is_one_of_django_and_spoils_the_transaction() -> None:
    with pytest.raises(DataError), transaction.atomic():
        half(0)
    assert half(5) == [(20,)]


def test_a_transaction_that_is_to_be_rolled_back_takes_no_more_statements() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            half(2)


def test_whoever_stands_before_statements_hears_it_and_may_keep_it_back() -> None:
    heard: list[str] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append(sql.split()[0])
        assert context["connection"] is connections["default"]
        return execute(sql, (10,), many, context)

    half(1)
    with connection.execute_wrapper(hear):
        assert half(2) == [(10,)]
    assert heard == ["EXECUTE"]


def test_whoever_counts_statements_sees_it() -> None:
    half(1)
    with CaptureQueriesContext(connection) as asked:
        half(2)
    assert [query["sql"].split()[0] for query in asked.captured_queries] == ["EXECUTE"]


def test_a_plan_that_could_not_be_made_anew_is_made_at_the_next_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "PLANS_LIVE_S", 0.0)
    counted = Prepared("SELECT count(*) FROM passing WHERE number > $1", "int")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE passing (number int) ON COMMIT DROP")
        assert counted(0) == [(0,)]
        cursor.execute("ALTER TABLE passing RENAME TO gone")
        with pytest.raises(ProgrammingError), transaction.atomic():
            counted(0)
        cursor.execute("ALTER TABLE gone RENAME TO passing")
    assert counted(0) == [(0,)]
