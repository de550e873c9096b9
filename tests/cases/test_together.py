"""What the parts of one page read in common: once inside, anew outside."""

from __future__ import annotations

from typing import Any

import pytest

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.models import Case
from cases.queries.results import earlier_of, results_of
from cases.queries.together import items_of, read_together, results_of_items
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def decided(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def test_a_page_reads_items_and_results_once(decided: Case, django_assert_num_queries: Any) -> None:
    with read_together():
        first = [row.pk for row in results_of_items(decided)]
        assert results_of(decided)
        with django_assert_num_queries(0), read_together():
            assert [row.pk for row in results_of_items(decided)] == first
            assert [row.sub.item_id for row in results_of_items(decided)] and items_of(decided)
            assert len(results_of(decided)) + len(earlier_of(decided)) == len(first)


def test_whoever_acts_reads_anew(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    with read_together():
        before = {sub.item_id: sub.state for sub in items_of(case)}
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="")
    assert {sub.item_id: sub.state for sub in items_of(case)} != before
