"""One statement says which rounds of the sweep have something to do: all of those that would find something."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.actions.engine import due, heartbeats, judging, rounds, sweep
from cases.models import Attention, Case, Delivery, DeskTally, Heartbeat, SubApplication
from cases.states import SubState
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db
AtMost = Callable[[int], AbstractContextManager[CaptureQueriesContext]]
# These ask by prepared statements or for what is not there; each has a test of its own.
ASKED_OTHERWISE = {due.EVERYTHING, due.PUMP, "engine.heartbeats.look_round", "desk.tallies.count_long_lists"} | {
    "delivery.arrivals.apply_late"
}


def test_every_round_of_the_sweep_has_conditions_or_goes_by_the_minute() -> None:
    assert set(due.WHEN) - {due.EVERYTHING} | due.BY_THE_MINUTE == set(sweep._rounds())
    assert not due.BY_THE_MINUTE & set(due.WHEN)


# ---- what a round finds is what the statement knows of


@pytest.mark.parametrize("path", sorted(set(due.WHEN) - ASKED_OTHERWISE))
def test_whatever_a_round_would_find_its_conditions_hold_for(path: str) -> None:
    """Its own question and its conditions over the same rows: all values that either of them speaks of."""
    questions = list(_questions(path))
    assert questions
    for table, question in questions:
        conditions = [one for one in due.WHEN[path] if one.startswith(f"{table} ")]
        _fill_with_everything(table, " ".join([question, *conditions]))
        found = _ids(f"SELECT row_no FROM {table} WHERE {question}")
        known = set().union(*(_ids(f"SELECT row_no FROM {one}".replace("$1", "now()")) for one in conditions))
        assert found and found <= known < _ids(f"SELECT row_no FROM {table}")


def _questions(path: str) -> Iterator[tuple[str, str]]:
    """(table, condition) of every question that a round asks where nothing is due."""
    with CaptureQueriesContext(connection) as asked:
        sweep._rounds()[path]()
    for query in asked.captured_queries:
        found = re.match(r'SELECT .*? FROM "(cases_\w+)".*? WHERE (.*?)(?: ORDER BY .*| LIMIT .*)?$', query["sql"])
        if found and found[1] != "cases_roundfault":
            yield found[1], found[2]


def _fill_with_everything(table: str, words: str) -> None:
    """In place of the table one without rules, with a row for each combination of values that `words` speaks of."""
    model = next(one for one in apps.get_app_config("cases").get_models() if one._meta.db_table == table)
    fields = [one for one in model._meta.concrete_fields if re.search(rf"\b{one.column}\b", words)]
    said = [*re.findall(r"'([a-z_]+)'", words), "anything"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM public.{table} WHERE false")
        cursor.execute(f"ALTER TABLE pg_temp.{table} ADD COLUMN row_no serial")
        names = ", ".join(f'"{one.column}"' for one in fields if not one.primary_key)
        for row in itertools.product(*(_values(one, said) for one in fields if not one.primary_key)):
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(row))})", row)


def _values(field: Any, said: list[str]) -> list[Any]:
    now = timezone.now()
    if isinstance(field, models.DateTimeField):
        return [None, now - timedelta(hours=1), now + timedelta(hours=1)]
    if isinstance(field, models.CharField):
        return [one for one in said if len(one) <= (field.max_length or 0)]
    return [0, 5, 6]


def _ids(question: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return {row[0] for row in cursor.fetchall()}


# ---- what is asked otherwise


@pytest.fixture
def filed(lin: Account, chen: Account, departments: FakeDepartments, known_family: None) -> Case:
    return newborn.submitted(lin, chen)


def test_a_promise_that_nobody_carries_is_for_the_pump(filed: Case) -> None:
    assert judging.judge_ready() and Delivery.objects.filter(state="due").exists()
    assert due.PUMP in due.rounds_due()
    Delivery.objects.update(next_at=timezone.now() + timedelta(minutes=1))
    assert due.PUMP not in due.rounds_due()


def test_what_is_to_be_judged_is_for_the_pump(filed: Case) -> None:
    ready = SubApplication.objects.filter(case=filed, state=SubState.READY)
    assert ready and not Delivery.objects.exists() and due.PUMP in due.rounds_due()
    ready.update(next_at=timezone.now() + timedelta(minutes=1))
    assert due.PUMP not in due.rounds_due()


def test_long_lists_are_counted_again_after_half_a_minute() -> None:
    DeskTally.objects.create(department="X", counts={}, counted_at=timezone.now() - timedelta(seconds=20))
    assert "desk.tallies.count_long_lists" not in due.rounds_due()
    DeskTally.objects.update(counted_at=timezone.now() - timedelta(seconds=31))
    assert "desk.tallies.count_long_lists" in due.rounds_due()


@pytest.mark.parametrize(("name", "age_s"), [(heartbeats.SWEEP, 16), (heartbeats.NUDGE, 31)])
def test_a_sign_of_life_that_grows_old_is_due(name: str, age_s: int) -> None:
    _all_signs_of_life()
    assert "engine.heartbeats.look_round" not in due.rounds_due()
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - timedelta(seconds=age_s))
    assert "engine.heartbeats.look_round" in due.rounds_due()


def _all_signs_of_life() -> None:
    Heartbeat.objects.all().delete()
    Heartbeat.objects.bulk_create(
        Heartbeat(name=name, at=timezone.now()) for name in (heartbeats.SWEEP, heartbeats.NUDGE)
    )


# ---- the sweep


@pytest.fixture
def idle() -> None:
    """Everything was looked at a moment ago, and nothing was found the last time."""
    _all_signs_of_life()
    while sweep.sweep_alone():
        pass
    _all_signs_of_life()


def test_a_sweep_that_finds_nothing_is_one_statement(idle: None, django_assert_max_num_queries: AtMost) -> None:
    with django_assert_max_num_queries(2) as first:  # it is prepared once a session
        assert sweep.sweep_alone() == 0
    with django_assert_max_num_queries(1):
        assert sweep.sweep_alone() == 0
    assert first[-1]["sql"].startswith("EXECUTE select_")


def test_only_what_is_due_is_looked_at_and_again_as_long_as_there_was_some(filed: Case, idle: None) -> None:
    now = timezone.now()
    told = Attention.objects.create(case=filed, reason=Attention.Reason.SILENT, owner="X", since=now, next_at=now)
    assert due.rounds_due() == {"desk.attention_rounds.look_round"}
    assert sweep.sweep_alone() == 1
    told.refresh_from_db()
    assert told.closed_at is not None or (told.next_at and told.next_at > now)
    assert sweep._at_work == {"desk.attention_rounds.look_round"}
    assert sweep.sweep_alone() == 0 and not sweep._at_work


def test_once_a_minute_everything_is_looked_at_whatever_the_statement_says(
    idle: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_whole_from", 0.0)
    with CaptureQueriesContext(connection) as asked:
        sweep.sweep_alone()
    said = " ".join(query["sql"] for query in asked.captured_queries)
    assert all(f'FROM "{table}"' in said for table in ("cases_licenceerrand", "cases_watch", "cases_consultation"))


@pytest.mark.failing_rounds
def test_after_a_sweep_that_ended_its_process_the_next_goes_over_everything(idle: None) -> None:
    """F41: whichever process sweeps next finds the row, also one whose own minute is not over."""
    Heartbeat.objects.create(name=rounds.SWEEPING, at=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        sweep.sweep_alone()
    assert any('FROM "cases_consultation"' in query["sql"] for query in asked.captured_queries)
    assert not Heartbeat.objects.filter(name=rounds.SWEEPING).exists()
