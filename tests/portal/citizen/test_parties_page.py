"""Those who must agree, as the applicant sees them: asked, asked again, not asked any more."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.actions.applying import filing, parties
from cases.models import Case, Event, Party
from portal.accounts.models import Account
from tests.factories.doubles import RecordingNotifier
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


@pytest.fixture
def waiting(draft: Case, lin: Account, chen: Account) -> Case:
    """Handed in; 陈屿 has been asked."""
    return filing.submit_case(draft.pk, by=lin.actor, client_key=uuid4().hex)


def father(case: Case) -> Party:
    return Party.objects.get(case=case, party_id="father")


def act(case: Case, name: str) -> str:
    return reverse(f"citizen:{name}", args=[case.pk, father(case).pk])


def test_a_request_taken_back_opens_nothing_and_leaves_the_list_of_the_other(
    waiting: Case, lin: Account, chen: Account, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    assert waiting.state == "awaiting_parties"
    link = urlsplit(notifier.to(father(waiting).phone or "")[-1].values["link"]).path
    assert as_person(chen).get(link).status_code == 200
    assert as_person(lin).post(act(waiting, "uninvite"))["Location"] == reverse("citizen:parties", args=[waiting.pk])
    assert as_person(chen).get(link).status_code == 404
    assert "新生儿" not in text_of(as_person(chen).get("/authorise/"))
    assert Case.objects.get(pk=waiting.pk).state == "draft"
    assert Event.objects.filter(case=waiting, kind="party.not_asked").exists()


def test_who_reads_english_is_asked_in_english(waiting: Case, chen: Account, as_person: SignIn) -> None:
    client = as_person(chen)
    client.cookies["django_language"] = "en"
    asked = text_of(client.get(f"/authorise/requests/{father(waiting).pk}/"))
    listed = text_of(client.get("/authorise/"))
    for words in ("Having a Baby", "Father", "Resident Identity Card", "Public Security Bureau"):
        assert words in asked
    assert "Having a Baby" in listed
    assert not re.search("新生儿|父亲|居民身份证|公安", asked + listed)


def test_somebody_who_has_answered_is_not_uninvited(
    waiting: Case, lin: Account, chen: Account, as_person: SignIn
) -> None:
    parties.agree(father(waiting).pk, account=chen)
    assert as_person(lin).post(act(waiting, "uninvite")).status_code == 409


def test_nobody_else_takes_a_request_back(waiting: Case, stranger: Account, as_person: SignIn) -> None:
    assert as_person(stranger).post(act(waiting, "uninvite")).status_code == 404
    assert father(waiting).state == Party.State.ASKED


def test_the_page_says_where_the_message_went_and_how_long_its_link_opens(
    waiting: Case, lin: Account, as_person: SignIn
) -> None:
    address = reverse("citizen:parties", args=[waiting.pk])
    page = text_of(as_person(lin).get(address))
    assert "138****0002" in page and "前有效" in page and "不请了，撤回" in page
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert "链接已过期" in text_of(as_person(lin).get(address))


def test_asked_again_after_it_was_taken_back_the_other_agrees_and_the_case_is_filed(
    waiting: Case, lin: Account, chen: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    client.post(act(waiting, "uninvite"))
    check = reverse("citizen:check", args=[waiting.pk])
    key = client.get(check).context["client_key"]
    assert client.post(check, {"declared": "1", "client_key": key}).status_code == 302
    parties.agree(father(waiting).pk, account=chen)
    assert Case.objects.get(pk=waiting.pk).number
