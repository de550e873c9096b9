"""Addresses kept in the profile, beside the questions for one: taken over by a press, never by themselves."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from portal.accounts import profile
from portal.accounts.models import Account
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
PLACE = "示例市思明区湖滨南路100号602室"


def kept(account: Account, place: str = PLACE) -> str:
    made = profile.keep_address(account, name=account.name, phone="13800000001", place=place, first=False)
    return str(made.pk)


def section(case: Case) -> str:
    return reverse("citizen:section", args=[case.pk, "s_mother"])


def fields(case: Case) -> dict[str, object]:
    answers = Case.objects.get(pk=case.pk).answers
    return dict(answers["fields"])


@pytest.fixture
def client_of_lin(lin: Account, as_person: SignIn) -> Client:
    return as_person(lin)


def test_a_kept_address_is_offered_and_not_put_in(draft: Case, lin: Account, client_of_lin: Client) -> None:
    before = fields(draft)
    assert "kept_address" not in text_of(client_of_lin.get(section(draft)))
    kept(lin)
    page = text_of(client_of_lin.get(section(draft)))
    assert "用您存的收件地址（1 个）" in page and f'data-offer="{PLACE}"' in page
    assert fields(draft) == before


def test_a_press_without_scripts_puts_it_in_and_keeps_what_was_typed(
    draft: Case, lin: Account, client_of_lin: Client
) -> None:
    chosen = f"mother_live:{kept(lin)}"
    posted = {"mother_live": "旧的", "mother_phone": "13800000009", "kept_address": chosen}
    answer = client_of_lin.post(section(draft), posted)
    assert answer["Location"] == section(draft)
    assert (fields(draft)["mother_live"], fields(draft)["mother_phone"]) == (PLACE, "13800000009")
    assert "data-offer" not in text_of(client_of_lin.get(section(draft))), "it stands there already"


def test_the_address_of_somebody_else_is_none(draft: Case, lin: Account, chen: Account, client_of_lin: Client) -> None:
    chosen = f"mother_live:{kept(chen)}"
    before = fields(draft)
    assert client_of_lin.post(section(draft), {"kept_address": chosen}).status_code == 404
    assert client_of_lin.post(section(draft), {"kept_address": "mother_live:nothing"}).status_code == 404
    assert fields(draft) == before


def test_what_a_register_has_answered_is_offered_nothing(draft: Case, lin: Account, client_of_lin: Client) -> None:
    kept(lin)
    page = text_of(client_of_lin.get(section(draft)))
    assert "kept_address" in page and 'value="mother_hukou:' not in page
