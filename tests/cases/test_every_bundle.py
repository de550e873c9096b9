"""Every shipped bundle can be begun by its kind of applicant: prefilled, listed, saved, thrown away."""

from __future__ import annotations

import pytest

from bundles import queries as catalogue
from cases.actions.applying import drafting
from cases.models import Case, Party
from cases.queries import task_list
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeRegister
from tests.factories.library import codes, person

pytestmark = [pytest.mark.django_db]
COMPANY = {"ent_name": "云栈数字科技（示例）有限公司", "uscc": "91350200MA9XA0016D", "legal_rep": "赵海"}


def applicant_for(code: str) -> Account:
    kinds = {party.kind for party in catalogue.published(code).spec.parties if party.role == "applicant"}
    sample = person("赵海")
    if "person" in kinds or not kinds:
        return newborn.account(sample, "applicant")
    return Account.objects.create_user(
        "applicant", "a-long-password", role=Role.COMPANY, name=sample["name"], id_no=sample["id_no"],
        phone=sample["phone"], details=COMPANY,
    )  # fmt: skip


@pytest.mark.parametrize("code", codes())
def test_a_draft_of_every_bundle_can_be_begun_saved_and_thrown_away(code: str, register: FakeRegister) -> None:
    applicant = applicant_for(code)
    spec = catalogue.published(code).spec
    first = {q.id: [q.options[0].value] if q.kind == "multi" else q.options[0].value for q in spec.guidance}
    case = drafting.start_draft(code, applicant=applicant, channel="online", guidance=first)
    case = drafting.refresh_prefill(case.pk)
    tasks = task_list(case)
    for section in tasks.sections:
        drafting.save_section(case.pk, section.id, {}, by=applicant.actor, version=case.version)
    mine = Party.objects.filter(case=case, account=applicant, state="agreed")
    assert mine.exists() or not any(party.role == "applicant" for party in spec.parties)
    assert not tasks.is_ready
    drafting.discard_draft(case.pk, by=applicant.actor)
    assert Case.objects.get(pk=case.pk).answers == {}
