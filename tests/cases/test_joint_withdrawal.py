"""A joint filing: either side may take it back before the irreversible decision, and the other is told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.errors import CaseError, WrongState
from cases.models import Case, Event, Party
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, RecordingNotifier
from tests.factories.received import home_sale, sub_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    """林晓岚 buys, 陈屿 sells; both have said yes. The registry has the filing and has not decided."""
    departments.say("received", department="BDC")
    found = home_sale(lin)
    seller, _ = Party.objects.get_or_create(case=found, party_id="seller", row_index=None)
    Party.objects.filter(pk=seller.pk).update(state="agreed", account=chen, kind="person", consent_kind="authorise")
    return found


def test_the_other_side_takes_it_back_and_the_applicant_is_told(
    case: Case, chen: Account, notifier: RecordingNotifier, departments: FakeDepartments
) -> None:
    withdrawal.withdraw_jointly(case.pk, account=chen, reason="不卖了")
    dispatch.pump()
    assert {sub_of(case, item).state for item in ("TRANSFER", "MORTGAGE")} == {"withdrawn"}
    assert sub_of(case, "TAX").state == "approved"
    assert "jointly_withdrawn" in [message.template for message in notifier.to(newborn.LIN["phone"])]
    assert Event.objects.filter(case=case, kind="case.withdrawn_jointly").count() == 1


def test_after_the_entry_in_the_register_nobody_takes_it_back(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("received", department="GS")
    case = home_sale(lin, plus=("water",))
    seller, _ = Party.objects.get_or_create(case=case, party_id="seller", row_index=None)
    Party.objects.filter(pk=seller.pk).update(state="agreed", account=chen)
    assert sub_of(case, "TRANSFER").state == "approved"
    with pytest.raises(WrongState, match="不可撤回"):
        withdrawal.withdraw_jointly(case.pk, account=chen, reason="反悔")


def test_nobody_else_takes_a_joint_filing_back(case: Case, lin: Account) -> None:
    with pytest.raises(CaseError, match="共同申请人"):
        withdrawal.withdraw_jointly(case.pk, account=lin, reason="")


def test_the_page_of_the_other_side_offers_it(case: Case, chen: Account, lin: Account) -> None:
    address = reverse("citizen:withdraw_jointly", args=[case.pk])
    client, applicant = Client(), Client()
    client.force_login(chen)
    applicant.force_login(lin)
    assert address in client.get(reverse("citizen:authorisations")).content.decode()
    assert applicant.post(address).status_code == 404
    assert client.post(address, {"reason": "不卖了"}).status_code == 302
    assert sub_of(case, "TRANSFER").state == "withdrawn"
