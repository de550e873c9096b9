"""Answers row by row: each decided by itself, what is wrong stays, nothing of other hands."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.actions.desk import worklist
from cases.models import Result, SubApplication
from portal.accounts.models import Account
from tests.factories.desk import current
from tests.portal.counter.conftest import At

pytestmark = pytest.mark.django_db
PLACE = reverse("counter:answer_rows", args=["XSECS.HUKOU"])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def mine(sub: SubApplication, officer: Account) -> SubApplication:
    return current(worklist.take(sub.pk, by=officer.actor, version=sub.version))


def typed(page: Any, act: str, **more: str) -> dict[str, str]:
    """The one row, filled in."""
    (row,) = page.context["rows"]
    known = {"id_no": "350203202610301069", "name": "陈一诺"}
    fields = {field.name: known.get(field.name.rpartition(".")[2], "2026-11-20") for field in row.fields}
    extra = {f"{row.id}.{name}": value for name, value in more.items()}
    return {**fields, f"{row.id}.version": str(row.version), f"{row.id}.act": act, **extra}


def test_a_row_is_approved_with_its_results(mine: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    answer = client.post(PLACE, typed(client.get(PLACE), "approve"))
    assert answer.headers["Location"] == reverse("counter:desk")
    assert current(mine).state == "approved"
    assert Result.objects.get(sub=mine).fields["name"] == "陈一诺"


def test_a_row_is_refused_with_its_reason(mine: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    page = client.get(PLACE)
    refused = client.post(PLACE, typed(page, "reject"))
    assert refused.status_code == 422 and "请写明理由" in text_of(refused)
    client.post(PLACE, typed(page, "reject", reason="户口簿不符"))
    assert current(mine).state == "rejected" and current(mine).reasons[0]["text"] == "户口簿不符"


def test_what_is_wrong_stays_as_it_was_typed(mine: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    sent = {**typed(client.get(PLACE), "approve"), f"{mine.pk}.result.id_no": "1"}
    answer = client.post(PLACE, sent)
    assert answer.status_code == 422 and 'value="陈一诺"' in text_of(answer)
    stale = client.post(PLACE, {**typed(client.get(PLACE), "approve"), f"{mine.pk}.version": "0"})
    assert stale.status_code == 422 and "同事刚刚改动了" in text_of(stale)
    assert current(mine).state == "received"


def test_a_row_left_alone_is_left_alone(mine: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    assert client.post(PLACE, typed(client.get(PLACE), "")).headers["Location"] == PLACE
    assert current(mine).version == mine.version


def test_nothing_of_other_hands(mine: SubApplication, colleague: Account, teacher: Account, at: At) -> None:
    for account in (colleague, teacher):
        client = at(account)
        assert mine.number not in text_of(client.get(PLACE))
        client.post(PLACE, {f"{mine.pk}.act": "reject", f"{mine.pk}.version": "9", f"{mine.pk}.reason": "不"})
    assert current(mine).state == "received"
    assert at(colleague).get(reverse("counter:answer_rows", args=["no such key"])).status_code == 200
