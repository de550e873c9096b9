"""Pages in English name what is ours in English: cases, departments, papers that were looked up, what flows where."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bundles import queries
from cases.models import Case
from portal.accounts.models import Account
from tests.portal.citizen.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


@pytest.fixture
def reader(lin: Account, as_person: SignIn) -> Client:
    client = as_person(lin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_a_case_is_called_by_its_bundle_and_whom_it_is_about(reader: Client, filed: Case) -> None:
    english = queries.published("XSECS").spec.en
    page = reader.get(reverse("citizen:case", args=[filed.pk])).content.decode()
    assert f'<h1><span>{english}: <span lang="zh-Hans">陈一诺</span></span></h1>' in page
    assert "新生儿出生一件事" not in page


def test_departments_are_named_in_english(reader: Client, draft: Case) -> None:
    page = reader.get(reverse("citizen:tasks", args=[draft.pk])).content.decode()
    assert "Handled by Disease Control and Prevention" in page
    assert not {short for short in ("卫健", "疾控", "人社") if short in page}


def test_papers_that_were_looked_up_are_named_in_english(reader: Client, draft: Case) -> None:
    page = reader.get(reverse("citizen:materials", args=[draft.pk])).content.decode()
    assert "No need to hand in: looked up (Household Register)" in page
    assert not {words for words in ("系统已调取", "由系统按您填的内容生成", "户主姓名") if words in page}


def test_a_chinese_page_names_them_as_before(lin: Account, as_person: SignIn, filed: Case) -> None:
    page = as_person(lin).get(reverse("citizen:case", args=[filed.pk])).content.decode()
    assert "<h1>陈一诺的新生儿出生一件事</h1>" in page


def test_an_act_that_cannot_be_done_is_refused_in_english(reader: Client, filed: Case) -> None:
    sub = filed.sub_applications.order_by("seq").last()
    assert sub is not None
    place = reverse("citizen:withdraw", args=[filed.pk])
    reader.post(place, {"item": str(sub.pk), "reason": ""})
    again = reader.post(place, {"item": str(sub.pk), "reason": ""})
    assert again.status_code == 409
    assert "This item has been decided and cannot be withdrawn" in again.content.decode()
