"""A hundred thousand open tasks of one department: the desk reads what it shows, and the counts are kept beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.actions.desk import tallies
from cases.models import Case, DeskTally, SubApplication
from portal.accounts.models import Account
from tests.portal.counter.conftest import At

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
DESK = reverse("counter:desk")
MANY, CASES = 100_000, 500
FEW = 10  # a page looks into a tenth of the blocks of the list at most, whatever else it reads


@pytest.fixture
def many(sub: SubApplication) -> SubApplication:
    """The same task a hundred thousand times over, in five hundred cases, due from two months ago to ten ahead."""
    cases = [_like(sub.case, n) for n in range(CASES)]
    Case.objects.bulk_create(cases)
    table = SubApplication._meta.db_table
    columns = [field.column for field in SubApplication._meta.concrete_fields]
    other = {
        "id": "gen_random_uuid()",
        "case_id": "(%s::uuid[])[1 + n %% %s]",
        "number": "s.number || '-' || n",
        "seq": "n / %s",
        "instance_key": "n::text",
        "instance_label": "NULL",
        "due_on": "current_date - 60 + (n * 7) %% 360",
    }
    chosen = ", ".join(other.get(name, f's."{name}"') for name in columns)
    given = {"case_id": [[case.pk for case in cases], CASES], "seq": [CASES]}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # planting is no page
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} s, generate_series(1, %s) n "
            "WHERE s.id = %s",
            [*(value for name in columns for value in given.get(name, [])), MANY, sub.pk],
        )
        cursor.execute(f"ANALYZE {table}")
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    return sub


def _like(case: Case, n: int) -> Case:
    """Another case of somebody, filed the same way; what is sealed is sealed for it."""
    kept = ("bundle_version_id", "bundle_code", "applicant_id", "applicant_kind", "channel", "region", "state")
    values = {name: getattr(case, name) for name in kept}
    now = timezone.now()
    times = {"saved_at": now, "submitted_at": now, "next_at": now}
    return Case(number=f"{case.number}-{n}", applicant_name="林晓岚", **times, **values)


def blocks_read(client: Client, **wanted: Any) -> int:
    """How many blocks of tables and indexes PostgreSQL looks into for a page, as it says itself."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(DESK, wanted).status_code == 200
    read = 0
    for query in caught.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) {query['sql']}")
                plan = cursor.fetchone()[0][0]["Plan"]
            read += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return read


def blocks_of_the_list() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpages FROM pg_class WHERE oid = %s::regclass", [SubApplication._meta.db_table])
        return int(cursor.fetchone()[0])


def test_a_page_of_a_very_long_list_reads_what_it_shows(
    many: SubApplication, officer: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(officer)
    assert tallies.count_long_lists() == 1
    page = client.get(DESK)
    found = page.context["found"]
    assert found.is_long and found.has_more and len(found.rows) == 50
    assert found.counts.total == MANY + 1 == sum(found.counts.by_colour.values()) == found.counts.free
    due = [row.due_on for row in found.rows]
    assert due == sorted(due) and due[0] < timezone.localdate()
    for wanted in ({"held": "free"}, {"colour": "red"}, {"colour": "green"}, {"colour": "paused"}, {"page": "50"}):
        assert client.get(DESK, wanted).status_code == 200
    with django_assert_max_num_queries(14):
        client.get(DESK)
    for wanted in ({}, {"held": "mine"}):
        assert blocks_read(client, **wanted) * FEW <= blocks_of_the_list(), wanted


def test_the_tally_is_counted_every_half_minute_and_forgotten_with_the_list(
    sub: SubApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "LONG_LIST", 0)
    assert tallies.count_long_lists() == 1
    assert tallies.count_long_lists() == 0
    DeskTally.objects.update(counted_at=timezone.now() - tallies.EVERY * 2)
    monkeypatch.undo()
    assert tallies.count_long_lists() == 0
    assert not DeskTally.objects.exists()
