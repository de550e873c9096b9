"""The desk and the licence library: a purpose and a ground, or nothing; the face only under a watermark."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.licences import granting
from cases.models import DataCall, Licence, LicenceCopy, LicenceGrant, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db
PURPOSE = "核对出生信息"
LICENCES = "/desk/licences/"


def html(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def certificate(sub: SubApplication) -> Licence:
    return Licence.objects.get(result__sub__case=sub.case, code="BIRTH_CERT")


def test_the_issuer_finds_it_and_sees_the_face_under_a_watermark_for_half_an_hour(
    certificate: Licence, at: At, time_machine: Any
) -> None:
    client = at(staff("doctor", Role.STAFF, "WJ"))
    found = html(client.post(LICENCES, {"number": "R350000001", "purpose": PURPOSE}))
    assert "出生医学证明" in found and "陈一诺" not in found
    opened = client.post(reverse("counter:licence_open", args=[certificate.pk]), {"purpose": PURPOSE}, follow=True)
    assert "陈一诺" in html(opened) and html(opened).count(f"仅用于：{PURPOSE}") >= 10 and "doctor" in html(opened)
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    assert client.get(reverse("counter:licence_copy", args=[LicenceCopy.objects.get().pk])).status_code == 404


def test_without_a_purpose_or_a_ground_nothing_is_shown(certificate: Licence, officer: Account, at: At) -> None:
    """个人信息保护法 第六、十三条."""
    client = at(officer)
    assert client.post(LICENCES, {"number": newborn.LIN["id_no"], "purpose": ""}).status_code == 422
    nothing = html(client.post(LICENCES, {"number": "R350000001", "purpose": PURPOSE}))
    assert "没有您可以看的证照" in nothing
    refused = client.post(reverse("counter:licence_open", args=[certificate.pk]), {"purpose": PURPOSE})
    assert refused.status_code == 422 and not LicenceCopy.objects.exists()
    assert DataCall.objects.filter(caller_id=str(officer.pk), outcome="empty").exists()


def test_a_code_that_the_holder_shows_opens_it_once(certificate: Licence, lin: Account, clerk: Account, at: At) -> None:
    code, client = granting.show(certificate.pk, account=lin), at(clerk)
    address = reverse("counter:licence_shown")
    assert "陈一诺" in html(client.post(address, {"shown": code, "purpose": PURPOSE}, follow=True))
    assert client.post(address, {"shown": code, "purpose": PURPOSE}).status_code == 422


def test_wrong_codes_are_counted_and_after_ten_none_is_read(
    certificate: Licence, lin: Account, clerk: Account, at: At
) -> None:
    client, address = at(clerk), reverse("counter:licence_shown")
    for number in range(10):
        client.post(address, {"shown": f"0000000{number}", "purpose": PURPOSE})
    code = granting.show(certificate.pk, account=lin)
    assert client.post(address, {"shown": code, "purpose": PURPOSE}).status_code == 422
    assert not LicenceCopy.objects.exists()


def test_a_clerk_records_a_grant_of_the_holder_at_the_window(
    certificate: Licence, clerk: Account, officer: Account, at: At
) -> None:
    """个人信息保护法 第十四条."""
    case = certificate.result.sub.case if certificate.result else None
    assert case is not None
    asked = {"number": newborn.LIN["id_no"], "code": "BIRTH_CERT", "case": case.number, "evidence": "本人到场，签字"}
    at(clerk).post(reverse("counter:licence_grant"), asked)
    assert LicenceGrant.objects.get().means == "counter"
    assert at(officer).post(reverse("counter:licence_grant"), asked).status_code in (403, 404)


def test_supervisors_and_operators_have_no_business_there(certificate: Licence, at: At) -> None:
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert at(staff(f"a-{role}", role)).get(LICENCES).status_code in (403, 404)


def test_an_original_is_noted_as_seen_from_the_page_of_the_case(
    lin: Account, chen: Account, register: Any, licences: Any, departments: Any, clerk: Account, at: At
) -> None:
    newborn.fill_registers(register, licences)
    held = licences.records["MARRIAGE_CERT"][newborn.LIN["id_no"]]
    held[:] = [{**one, "trust": "C"} for one in held]
    case = newborn.submitted(lin, chen)
    page = html(at(clerk).get(reverse("counter:case", args=[case.pk])))
    assert "原件核过了" in page
    material = case.materials.get(slot="M_MARRIAGE")
    back = {"back": reverse("counter:case", args=[case.pk])}
    answer = at(clerk).post(reverse("counter:original_seen", args=[material.pk]), back, follow=True)
    assert "核过了" in html(answer) and "原件核过了</button>" not in html(answer)
    elsewhere = at(clerk).post(reverse("counter:original_seen", args=[material.pk]), {"back": "//evil.example/"})
    assert elsewhere["Location"] == "/desk/"
