"""Filing is cheap, and what a docket remembers of a case is never older than the case."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bundles.forms import select
from cases import docket
from cases.actions.applying import filing
from cases.actions.engine.locking import lock_on
from cases.models import Party, Result, SubApplication
from cases.queries.context import context_of
from cases.queries.people import parties_of
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 16
BESIDE = ("SAVEPOINT", "RELEASE", "PREPARE", "DEALLOCATE", 'SELECT "bundles_')


@pytest.fixture
def published(departments: FakeDepartments) -> None:
    toll.publish({"kind": "none"})


def test_handing_in_takes_few_statements(published: None, lin: Account) -> None:
    toll.filed(lin)
    case = toll.draft(lin)
    with CaptureQueriesContext(connection) as asked:
        filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    texts = [query["sql"] for query in asked.captured_queries]
    counted = [text for text in texts if not text.startswith(BESIDE)]
    assert len(counted) <= MOST_STATEMENTS, counted
    assert not [text for text in counted if text.startswith("UPDATE") and "cases_subapplication" in text]


def test_items_are_written_once_as_they_went_out(published: None, lin: Account) -> None:
    case = toll.filed(lin)
    first, second = SubApplication.objects.filter(case=case).order_by("seq")
    assert (first.state, second.state) == ("dispatched", "waiting")
    assert first.due_on is not None
    assert first.dispatched_at is not None


def test_a_context_on_a_docket_follows_the_answers_and_the_results(published: None, lin: Account) -> None:
    case_id = toll.filed(lin).pk
    with docket.opened() as book:
        (case,) = lock_on(book, [case_id])
        before = context_of(case)
        assert context_of(case) is before
        assert select(context_of(case)) is select(before)
        case.answers = {**case.answers, "later": ["SECOND"]}
        after = context_of(case)
        assert after is not before
        assert "SECOND" not in select(after).items
        results, sub = book.kept(Result, case_id), SubApplication.objects.get(case=case, item_id="FIRST")
        assert results is not None
        results.append(Result(sub=sub, result_id="R_FIRST", fields={"voucher_no": "V-1"}, issued_at=timezone.now()))
        assert context_of(case).results.get("FIRST", "voucher_no", None) == "V-1"


def test_parties_on_a_docket_are_read_again_after_they_were_written(published: None, lin: Account) -> None:
    case_id = toll.draft(lin).pk
    with docket.opened() as book:
        (case,) = lock_on(book, [case_id])
        (party,) = parties_of(case)
        assert parties_of(case)[0] is party
        Party.objects.filter(pk=party.pk).update(state=Party.State.DECLINED)
        assert [one.state for one in parties_of(case)] == [Party.State.DECLINED]
