"""Bound items go out together, take effect together, or come to nothing together (同时登簿)."""

from __future__ import annotations

import pytest

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.actions.delivery.inbox import Verdict
from cases.actions.engine import binding
from cases.models import Case, Delivery, Event, HeldAnswer, Result
from cases.ports import Answer, Callback, Reason
from cases.queries import silent_rows
from portal.accounts.models import Account
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments
from tests.factories.library import spec
from tests.factories.received import filing_key, home_sale, sub_of

pytestmark = pytest.mark.django_db
CERTIFICATE = {"cert_no": "闽(2026)示例不动产权第0000001号", "unit_no": "350203001002GB00001F00010001"}


@pytest.fixture
def case(lin: Account, departments: FakeDepartments) -> Case:
    """Tax is paid; transfer and mortgage lie with the registry, which has taken both in."""
    departments.say("received", department="BDC")
    departments.say(item="TAX", result={"cert_no": "T1"})
    return home_sale(lin)


def says(case: Case, item: str, status: str, **more: object) -> Verdict:
    sub = sub_of(case, item)
    answer = Answer(sub.pk, status, receipt_no="B-1", **more)  # type: ignore[arg-type]
    verdict = called_back(Callback("BDC", f"{item}-{status}", filing_key(sub), b"{}", {}, answer))
    dispatch.pump()
    return verdict


def test_bound_items_are_filed_together(case: Case) -> None:
    assert {sub_of(case, item).state for item in ("TRANSFER", "MORTGAGE")} == {"received"}
    assert sub_of(case, "WATER").state == "waiting"


def test_neither_takes_effect_before_the_other(case: Case) -> None:
    says(case, "TRANSFER", "approved", result=CERTIFICATE)
    transfer = sub_of(case, "TRANSFER")
    assert (transfer.state, HeldAnswer.objects.get(sub=transfer).reason) == ("accepted", "bound")
    assert not Result.objects.filter(sub__case=case, sub__item_id__in=["TRANSFER", "MORTGAGE"]).exists()
    assert sub_of(case, "WATER").state == "waiting"
    says(case, "MORTGAGE", "approved", result={"cert_no": "闽(2026)示例不动产证明第0000002号"})
    assert {sub_of(case, item).state for item in ("TRANSFER", "MORTGAGE")} == {"approved"}
    assert Result.objects.get(sub=sub_of(case, "TRANSFER")).fields["cert_no"] == CERTIFICATE["cert_no"]
    assert sub_of(case, "WATER").state != "waiting"


def test_an_approval_repeated_while_it_is_held_is_nothing_new(case: Case) -> None:
    says(case, "TRANSFER", "approved", result=CERTIFICATE)
    sub = sub_of(case, "TRANSFER")
    again = Answer(sub.pk, "approved", result=CERTIFICATE)
    assert called_back(Callback("BDC", "again", filing_key(sub), b"{}", {}, again)) is Verdict.STORED
    assert Event.objects.filter(case=case, kind="item.decision_held").count() == 1
    assert says(case, "TRANSFER", "rejected", reasons=(Reason("J01", "", "不符"),)) is Verdict.CONTRADICTION


def test_one_refused_calls_the_other_off_and_tells_the_department(case: Case, departments: FakeDepartments) -> None:
    says(case, "TRANSFER", "approved", result=CERTIFICATE)
    says(case, "MORTGAGE", "rejected", reasons=(Reason("J05", "", "抵押合同未签署"),))
    transfer = sub_of(case, "TRANSFER")
    assert (sub_of(case, "MORTGAGE").state, transfer.state) == ("rejected", "withdrawn")
    assert "捆绑事项未通过" in transfer.reasons[0]["text"]
    told = Delivery.objects.get(sub=transfer, purpose="withdraw")
    assert (told.state, "捆绑事项未通过" in told.body) == ("done", True)
    assert not HeldAnswer.objects.filter(sub=transfer, released_at=None).exists()
    assert not Result.objects.filter(sub__item_id="TRANSFER").exists()
    assert sub_of(case, "WATER").state == "cancelled"
    assert Case.objects.get(pk=case.pk).outcome == "partly"
    assert not silent_rows()


def test_a_refused_transfer_takes_the_mortgage_with_it_before_that_is_decided(case: Case) -> None:
    says(case, "TRANSFER", "rejected", reasons=(Reason("J01", "", "房屋被查封"),))
    assert (sub_of(case, "TRANSFER").state, sub_of(case, "MORTGAGE").state) == ("rejected", "withdrawn")


def test_withdrawing_one_of_two_bound_items_ends_both(case: Case, lin: Account) -> None:
    withdrawal.withdraw_item(sub_of(case, "MORTGAGE").pk, by=lin.actor, reason="改为全款")
    assert {sub_of(case, item).state for item in ("TRANSFER", "MORTGAGE")} == {"withdrawn"}


def test_withdrawing_everything_ends_bound_items_once(case: Case, lin: Account) -> None:
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="不买了")
    kinds = Event.objects.filter(case=case, sub=sub_of(case, "TRANSFER")).values_list("kind", flat=True)
    assert [kind for kind in kinds if kind in ("item.withdrawn", "item.called_off")] in (
        ["item.withdrawn"],
        ["item.called_off"],
    )


def test_a_knot_reaches_as_far_as_its_items_are_tied() -> None:
    assert binding.bound_with(spec("BDCN"), "TRANSFER") == {"TRANSFER", "MORTGAGE"}
    assert binding.bound_with(spec("BDCN"), "WATER") == frozenset()
