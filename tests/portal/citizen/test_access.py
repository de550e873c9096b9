"""Who may open which page: a stranger gets the same answer as for a page that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.urls import URLPattern, reverse

from cases.actions.delivery import dispatch
from cases.models import Case, Consent, Material, Party, Result, SubApplication
from portal.accounts.access import PUBLIC
from portal.accounts.models import Account
from portal.citizen.urls import urlpatterns
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db
POSTED_ONLY = 405


def addresses(case: Case) -> Iterator[tuple[str, str]]:
    """Every route of the citizen's pages that names something of a case, with that something."""
    known = {
        "case_id": case.pk,
        "section_id": "s_mother",
        "slot": "M_DISCHARGE",
        "material_id": Material.objects.filter(case=case).values_list("pk", flat=True).first(),
        "party_id": Party.objects.get(case=case, party_id="father").pk,
        "consent_id": Consent.objects.filter(case=case).values_list("pk", flat=True).first(),
        "result_id": Result.objects.filter(sub__case=case).values_list("pk", flat=True).first() or uuid4(),
    }
    for route in urlpatterns:
        assert isinstance(route, URLPattern)
        wanted = re.findall(r"<\w+:(\w+)>", str(route.pattern))
        if wanted and set(wanted) <= known.keys():
            yield str(route.name), reverse(f"citizen:{route.name}", kwargs={name: known[name] for name in wanted})


@pytest.fixture
def concluded(filed: Case) -> Case:
    dispatch.pump()
    return Case.objects.get(pk=filed.pk)


def test_a_stranger_learns_nothing_from_any_address(concluded: Case, stranger: Account, as_person: SignIn) -> None:
    client = as_person(stranger)
    seen = dict(addresses(concluded))
    assert len(seen) > 20
    for name, address in seen.items():
        assert client.get(address).status_code in (404, POSTED_ONLY), name
        assert client.post(
            address, {"item": "all", "act": "undo", "answer": "yes", "path": "mother_name"}
        ).status_code in (404, POSTED_ONLY), name
    assert Case.objects.get(pk=concluded.pk).state == "concluded"
    assert not SubApplication.objects.filter(case=concluded, state="withdrawn").exists()


def test_the_other_party_does_not_get_the_applicants_pages(concluded: Case, chen: Account, as_person: SignIn) -> None:
    client = as_person(chen)
    for name, address in addresses(concluded):
        if name != "authorise_request":
            assert client.get(address).status_code in (404, POSTED_ONLY), name


def test_staff_do_not_use_the_citizens_pages(concluded: Case, clerk: Account, as_person: SignIn) -> None:
    client = as_person(clerk)
    for name, address in addresses(concluded):
        assert client.get(address).status_code == 404, name


def test_nobody_is_asked_to_sign_in_for_what_is_public_and_always_for_the_rest(
    concluded: Case, as_person: SignIn
) -> None:
    client = as_person(None)
    for route in urlpatterns:
        assert isinstance(route, URLPattern)
        if "<" not in str(route.pattern):
            address = reverse(f"citizen:{route.name}")
            is_public = getattr(route.callback, "policy", None) == PUBLIC
            assert client.get(address).status_code == (200 if is_public else 302), route.name
    for name, address in addresses(concluded):
        assert client.get(address).status_code == 302, name


def test_no_address_carries_a_name_or_an_id_number(concluded: Case) -> None:
    for _name, address in addresses(concluded):
        assert address.isascii()
        assert not re.search(r"\d{17}[\dXx]", address)


def test_an_address_for_posting_has_words_for_whoever_opens_it(as_person: SignIn, lin: Account) -> None:
    """After a sign-in that had run out one lands there: it says that nothing was done, and how to go on."""
    client = as_person(lin)
    place = reverse("citizen:withdraw", args=[uuid4()])
    page = client.get(place, headers={"accept": "text/html"})
    assert page.status_code == POSTED_ONLY and page["Allow"] == "POST"
    assert "这一步要从上一页点过来" in page.content.decode()
    assert client.get(place, headers={"accept": "application/json"}).content == b""
