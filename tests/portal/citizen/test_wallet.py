"""The wallet: what one holds, a grant, a code to show, a copy with its purpose across it; for its holder alone."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import Case, Licence, LicenceCopy, LicenceGrant
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db
GOING_ON = {"state": "in_progress", "outcome": "", "closed_at": None}


@pytest.fixture
def certificate(filed: Case, departments: FakeDepartments) -> Licence:
    dispatch.pump()
    return Licence.objects.get(result__sub__case=filed, code="BIRTH_CERT")


def test_the_wallet_shows_own_ones_and_the_childs_apart_with_numbers_masked(
    certificate: Licence, lin: Account, as_person: SignIn
) -> None:
    page = text_of(as_person(lin).get(reverse("citizen:licences")))
    assert "出生医学证明" in page and "孩子的" in page and "居民户口簿" in page
    assert newborn.RESULTS["HUKOU"]["id_no"] not in page
    assert "办事免提交" in page


def test_the_face_of_a_licence_is_for_its_holder_alone(
    certificate: Licence, lin: Account, stranger: Account, clerk: Account, as_person: SignIn
) -> None:
    address = reverse("citizen:licence", args=[certificate.pk])
    assert "R350000001" in text_of(as_person(lin).get(address))
    assert as_person(stranger).get(address).status_code == 404
    assert as_person(clerk).get(address).status_code in (403, 404)


def test_a_grant_is_given_and_taken_back(certificate: Licence, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第十四、十五条."""
    client = as_person(lin)
    other = Case.objects.exclude(number=None).first()
    assert other is not None
    Case.objects.filter(pk=other.pk).update(**GOING_ON, next_at=timezone.now())
    client.post(reverse("citizen:licence_grant", args=[certificate.pk]), {"case": other.number, "days": "7"})
    page = text_of(client.get(reverse("citizen:licences")))
    assert "正在授权使用的" in page and str(other.number) in page
    given = LicenceGrant.objects.get()
    client.post(reverse("citizen:licence_grant_revoke", args=[given.pk]))
    assert LicenceGrant.objects.get().revoked_at is not None
    wrong = client.post(reverse("citizen:licence_grant", args=[certificate.pk]), {"case": "X", "days": "7"})
    assert wrong.status_code == 422 and "没有这个编号" in text_of(wrong)


def test_a_copy_carries_its_purpose_and_anybody_verifies_it(
    certificate: Licence, lin: Account, stranger: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    address = reverse("citizen:licence_make_copy", args=[certificate.pk])
    page = text_of(client.post(address, {"purpose": "办理入托手续"}, follow=True))
    made = LicenceCopy.objects.get()
    assert page.count("仅用于：办理入托手续") >= 10 and made.mark in page
    assert as_person(stranger).get(reverse("citizen:licence_copy", args=[made.pk])).status_code == 404
    verified = text_of(as_person(None).get(reverse("citizen:verify_mark", args=[made.mark])))
    assert "证照现在有效" in verified and "办理入托手续" in verified
    assert "R350000001" not in verified and "陈一诺" not in verified
    assert client.post(address, {"purpose": ""}).status_code == 422


def test_a_code_is_shown_once(certificate: Licence, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).post(reverse("citizen:licence_show", args=[certificate.pk])))
    assert re.search(r"\d{4} \d{4}", page)


def test_own_licences_are_fetched_from_their_issuer(filed: Case, lin: Account, as_person: SignIn) -> None:
    """个人信息保护法 第四十五条."""
    page = text_of(as_person(lin).post(reverse("citizen:licences_fetch"), {"kind": "MARRIAGE_CERT"}, follow=True))
    assert "取到 1 份" in page and "结婚证" in page
