"""My own place: what waits first, everything with its count, nothing that the reader may not open."""

from __future__ import annotations

import pytest

from cases.models import Case
from portal.accounts.models import Account
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_what_waits_for_me_stands_before_everything_else(draft: Case, lin: Account, as_person: SignIn) -> None:
    page = as_person(lin).get("/me/").content.decode()
    assert page.index("等您处理") < page.index("g-do")
    assert f"/apply/{draft.pk}/" in page


def test_the_page_takes_few_queries_however_many_cases_there_are(
    draft: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: object
) -> None:
    client = as_person(lin)
    client.get("/me/")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        client.get("/me/")


def test_every_entry_leads_to_a_page(lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = client.get("/me/")
    found = [entry.href for group in page.context["hub"].groups for entry in group.entries]
    assert len(found) >= 10
    assert {href: client.get(href).status_code for href in found} == dict.fromkeys(found, 200)


def test_staff_have_no_citizen_place(clerk: Account, as_person: SignIn) -> None:
    client = as_person(clerk)
    assert client.get("/me/").context["hub"] is None
    assert client.get("/me/export/").status_code == 404
