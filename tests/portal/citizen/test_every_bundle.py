"""The pages hold for every shipped bundle, not only for the one they were drawn after."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bundles import queries
from cases.models import Case
from portal.accounts.models import Account, Role
from tests.factories import library, newborn
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
CODES = sorted(library.codes())


def operator() -> Account:
    """Somebody who acts for a company."""
    details = {"uscc": "91350200MA9XA0016D", "ent_name": "云栈数字科技（示例）有限公司", "legal_rep": "徐峰"}
    person = newborn.CHEN
    return Account.objects.create_user(
        "cloud", "a-long-password", role=Role.COMPANY, name=person["name"], id_no=person["id_no"],
        phone=person["phone"], details=details,
    )  # fmt: skip


def answer_everything(client: Client, code: str) -> None:
    """Go through the questions as they come, taking the first answer that does not end it."""
    address = reverse("citizen:start", args=[code])
    for _ in range(40):
        response = client.get(address, follow=True)
        question = re.search(r'name="question" value="([^"]+)"', text_of(response))
        if question is None:
            return
        for option in queries.published(code).spec.question(question[1]).options:
            if option.stop is None:
                client.post(address, {"question": question[1], "answer": option.value})
                break
    raise AssertionError(f"{code}: the questions never end")


@pytest.mark.parametrize("code", CODES)
def test_guide_questions_draft_and_every_section_open(code: str, lin: Account, as_person: SignIn) -> None:
    spec = queries.published(code).spec
    kinds = {applicant.kind for applicant in spec.applicants}
    client = as_person(lin if not kinds or "person" in kinds else operator())
    assert client.get(reverse("citizen:guide", args=[code])).status_code == 200
    answer_everything(client, code)
    assert "一次性告知单" in text_of(client.get(reverse("citizen:list", args=[code])))
    client.post(reverse("citizen:begin", args=[code]))
    case = Case.objects.get(bundle_code=code)
    opened: dict[str, Any] = {}
    for name in ("tasks", "situations", "materials", "parties", "check"):
        opened[name] = client.get(reverse(f"citizen:{name}", args=[case.pk]))
    for section in re.findall(rf"/apply/{case.pk}/sections/(\w+)/", text_of(opened["tasks"])):
        opened[section] = client.get(reverse("citizen:section", args=[case.pk, section]))
    assert {name: answer.status_code for name, answer in opened.items() if answer.status_code != 200} == {}
    assert len(opened) > 5
