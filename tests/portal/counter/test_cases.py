"""The window: a case found by its number, read only, masked, recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.models import AccessRecord, Case, SubApplication
from portal.accounts.models import Account
from tests.factories import newborn
from tests.portal.counter.conftest import At

pytestmark = pytest.mark.django_db
CASES = reverse("counter:cases")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_whole_number_opens_the_case_and_a_part_does_not(sub: SubApplication, clerk: Account, at: At) -> None:
    place = reverse("counter:case", args=[sub.case_id])
    assert at(clerk).get(CASES, {"q": f" {sub.case.number.lower()} "}).headers["Location"] == place
    part = at(clerk).get(CASES, {"q": sub.case.number[:-2]})
    assert part.status_code == 404
    assert "没有这个编号的办件" in text_of(part)


def test_every_item_stands_side_by_side_and_nobody_is_named(sub: SubApplication, clerk: Account, at: At) -> None:
    page = text_of(at(clerk).get(reverse("counter:case", args=[sub.case_id])))
    numbers = SubApplication.objects.filter(case=sub.case).values_list("number", flat=True)
    assert all(number in page for number in numbers)
    assert "林**" in page
    for value in ("林晓岚", "陈一诺", "陈屿", newborn.LIN["id_no"], newborn.LIN["phone"]):
        assert value not in page


def test_looking_at_a_case_is_recorded_for_the_applicant(
    sub: SubApplication, clerk: Account, lin: Account, at: At
) -> None:
    at(clerk).get(reverse("counter:case", args=[sub.case_id]))
    (record,) = AccessRecord.objects.filter(case=sub.case)
    assert (record.actor_kind, record.what, record.purpose) == ("clerk", "整件进度", "窗口查询")


def test_a_draft_and_everybody_else_stay_outside(
    sub: SubApplication, lin: Account, officer: Account, stranger: Account, clerk: Account, at: At
) -> None:
    place = reverse("counter:case", args=[sub.case_id])
    for account in (lin, officer, stranger):
        assert at(account).get(place).status_code == 404
        assert at(account).get(CASES).status_code == 404
    draft = newborn.draft(lin)
    assert at(clerk).get(reverse("counter:case", args=[draft.pk])).status_code == 404
    assert not AccessRecord.objects.exists()
    assert at(clerk).post(place).status_code == 405


def test_the_overview_has_a_query_budget(
    sub: SubApplication, clerk: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(clerk)
    place = reverse("counter:case", args=[sub.case_id])
    client.get(place)
    with django_assert_max_num_queries(19):  # session, account, case, record with its lock, page, clocks, originals
        client.get(place)
    assert Case.objects.get(pk=sub.case_id).version == sub.case.version
