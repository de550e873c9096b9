"""The situation of a draft: what registers know is chosen already, said with its source, and counts when pressed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.models import Case, DataCall
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.portal.citizen.conftest import SignIn, text_of
from tests.portal.citizen.mandate_people import company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


@pytest.fixture
def known(known_family: None, register: FakeRegister, licences: FakeLicences) -> None:
    """What the insurance and the register of pregnancies know besides."""
    newborn.know_the_situation(register, licences)


def begun(client: Client, **posted: str) -> Case:
    """Agreed on the page before; the draft is made."""
    response = client.post(reverse("citizen:begin", args=["XSECS"]), {"sensitive": "yes", **posted})
    case = Case.objects.get(state="draft")
    assert response["Location"] == reverse("citizen:situations", args=[case.pk])
    return case


def page_of(client: Client, case: Case) -> str:
    return text_of(client.get(reverse("citizen:situations", args=[case.pk])))


def pressed(page: str) -> dict[str, list[str]]:
    """What a browser sends of the page as it stands: every box that is ticked."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(q-\w+)" value="([^"]+)" checked', page):
        found.setdefault(name, []).append(value)
    return found


def save(client: Client, case: Case, answers: dict[str, Any]) -> Any:
    return client.post(reverse("citizen:situations", args=[case.pk]), answers)


def test_whoever_is_signed_in_begins_at_once(lin: Account, as_person: SignIn) -> None:
    guide = text_of(as_person(lin).get(reverse("citizen:guide", args=["XSECS"])))
    assert f'class="btn btn--primary" href="{reverse("citizen:begin", args=["XSECS"])}"' in guide
    assert f'class="btn btn--quiet" href="{reverse("citizen:start", args=["XSECS"])}"' in guide


def test_nobody_and_whoever_has_answered_goes_on_by_the_questions(lin: Account, as_person: SignIn) -> None:
    start = f'class="btn btn--primary" href="{reverse("citizen:start", args=["XSECS"])}"'
    assert start in text_of(as_person(None).get(reverse("citizen:guide", args=["XSECS"])))
    client = as_person(lin)
    client.post(reverse("citizen:start", args=["XSECS"]), {"question": "marital", "answer": "married"})
    assert start in text_of(client.get(reverse("citizen:guide", args=["XSECS"])))


def test_a_company_is_not_led_into_what_is_for_people(as_person: SignIn) -> None:
    guide = text_of(as_person(company()).get(reverse("citizen:guide", args=["XSECS"])))
    assert f'class="btn btn--primary" href="{reverse("citizen:start", args=["XSECS"])}"' in guide


def test_the_consent_names_what_suggestions_read(lin: Account, as_person: SignIn) -> None:
    assert "生育登记凭证" in text_of(as_person(lin).get(reverse("citizen:begin", args=["XSECS"])))


def test_what_registers_know_is_chosen_with_its_source(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, begun(client))
    assert pressed(page) == {
        "q-born_at": ["hospital"], "q-marital": ["married"], "q-maternity": ["employee"], "q-has_reg": ["yes"],
    }  # fmt: skip
    for source in ("助产机构分娩信息", "婚姻登记信息", "个人医保参保信息", "生育登记凭证"):
        assert source in page
    assert page.index("户口随谁落户") < page.index("父母是否已登记结婚"), "what is open comes first"


def test_nothing_is_answered_before_the_press(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    case = begun(client)
    page_of(client, case)
    assert Case.objects.get(pk=case.pk).answers["guidance"] == {}


def test_at_first_only_what_suggestions_read_is_asked(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    case = begun(client)
    first = {"DELIVERY_INFO", "MARRIAGE_INFO", "MI_PERSON", "MATERNITY_REG"}
    assert set(DataCall.objects.filter(case=case).values_list("code", flat=True)) == first
    assert Case.objects.get(pk=case.pk).answers["fields"] == {}


def test_the_press_makes_answers_and_leads_on_to_the_form(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    case = begun(client)
    one = save(client, case, {**pressed(page_of(client, case)), "q-hukou_with": "mother"})
    assert one["Location"] == reverse("citizen:situations", args=[case.pk]), "one more question has come up"
    page = page_of(client, case)
    assert pressed(page)["q-hukou_kind"] == ["family"]
    assert page.index("家庭户还是集体户") < page.index("已经回答的") < page.index("父母是否已登记结婚")
    two = save(client, case, pressed(page))
    assert two["Location"] == reverse("citizen:resume", args=[case.pk])
    answers = Case.objects.get(pk=case.pk).answers
    assert answers["guidance"] == newborn.GUIDANCE
    assert answers["fields"]["mother_name"] == "林晓岚"


def test_a_question_left_open_is_said_and_the_rest_is_kept(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    case = begun(client)
    response = save(client, case, pressed(page_of(client, case)))
    assert response.status_code == 422
    assert 'href="#q-hukou_with"' in text_of(response)
    assert Case.objects.get(pk=case.pk).answers["guidance"]["marital"] == "married"


def test_sensitive_registers_suggest_nothing_where_nobody_agreed_to_them(
    lin: Account, known: None, as_person: SignIn
) -> None:
    """个人信息保护法 第二十九条: sensitive personal information needs a consent of its own."""
    client = as_person(lin)
    page = page_of(client, begun(client, sensitive=""))
    assert "q-born_at" not in pressed(page) and pressed(page)["q-marital"] == ["married"]
    assert not DataCall.objects.filter(code="DELIVERY_INFO").exists()


def test_silent_registers_suggest_nothing_and_every_question_is_asked(
    lin: Account, register: FakeRegister, as_person: SignIn
) -> None:
    client = as_person(lin)
    page = page_of(client, begun(client))
    assert pressed(page) == {} and '<details class="ready"' not in page


def test_an_answer_that_ends_the_filing_says_so_on_the_page(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    case = begun(client)
    sent = {**pressed(page_of(client, case)), "q-hukou_with": "mother", "q-born_at": "elsewhere"}
    assert save(client, case, sent)["Location"] == reverse("citizen:situations", args=[case.pk])
    assert "助产机构外出生证办理窗口" in page_of(client, case)


def test_who_changes_answers_later_sees_all_of_them_open(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    page = page_of(client, draft)
    assert '<details class="ready"' not in page and pressed(page)["q-marital"] == ["married"]
    saved = save(client, draft, {**pressed(page), "q-has_reg": "no"})
    assert saved["Location"] == reverse("citizen:tasks", args=[draft.pk])
    assert Case.objects.get(pk=draft.pk).answers["guidance"]["has_reg"] == "no"


def test_the_page_speaks_english(lin: Account, known: None, as_person: SignIn) -> None:
    client = as_person(lin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = page_of(client, begun(client))
    assert "Marriage registration" in page and "Married" in page
