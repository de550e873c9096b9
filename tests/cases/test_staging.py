"""Staged filing: what was put off is filled in and filed from the same case; what was filed stays as it was."""

from __future__ import annotations

import pytest

from cases.actions.applying import drafting, filing, parties
from cases.actions.delivery import dispatch
from cases.errors import NotReady, WrongState
from cases.models import Case, Party, SubApplication
from cases.queries import case_page, task_list
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments
from tests.factories.library import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
HUKOU = {"head_name": "林晓岚", "head_id": newborn.LIN["id_no"], "head_relation": "30", "native_place": "350203"}


@pytest.fixture
def named_later(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    """Filed and concluded without the household registration: the name was not decided."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen, guidance={"hukou_with": "later"})
    dispatch.pump()
    case = Case.objects.select_related("applicant").get(pk=case.pk)
    assert case.state == "concluded"
    return case


def wanted(lin: Account, case: Case) -> Case:
    drafting.save_guidance(case.pk, by=lin.actor, guidance={"hukou_with": "mother", "hukou_kind": "family"})
    drafting.refresh_prefill(case.pk)
    return Case.objects.select_related("applicant").get(pk=case.pk)


def test_a_changed_mind_puts_the_new_items_on_the_list(lin: Account, named_later: Case) -> None:
    case = wanted(lin, named_later)
    assert case.answers["later"] == ["HUKOU", "SBK"]
    page = case_page(case)
    assert page.next_step.kind == "later"
    assert [item.item_id for item in page.later] == ["HUKOU", "SBK"]


def test_only_what_the_new_items_need_alone_is_open(lin: Account, named_later: Case) -> None:
    case = wanted(lin, named_later)
    tasks = task_list(case)
    assert {section.id for section in tasks.sections} == {"s_father", "s_child", "s_hukou", "s_insure"}
    drafting.save_section(case.pk, "s_mother", {"mother_live": "改成别的路"}, by=lin.actor)
    drafting.save_section(case.pk, "s_child", {"s_child.0.child_name": "陈改名"}, by=lin.actor)
    fields = Case.objects.get(pk=case.pk).answers["fields"]
    assert fields["mother_live"] == "示例市思明区示例路1号"
    assert fields["s_child"][0]["child_name"] == "陈一诺"


def test_what_was_put_off_is_filed_from_the_same_case(
    lin: Account, named_later: Case, departments: FakeDepartments
) -> None:
    case = wanted(lin, named_later)
    with pytest.raises(NotReady):
        filing.file_later(case.pk, ["HUKOU", "SBK"], by=lin.actor)
    drafting.save_section(case.pk, "s_hukou", HUKOU, by=lin.actor)
    drafting.save_section(case.pk, "s_insure", {"card_bank": "ICBC", "card_kind": "e_only"}, by=lin.actor)
    drafting.save_section(case.pk, "s_child", {"s_child.0.child_ethnic": "01"}, by=lin.actor)
    drafting.refresh_prefill(case.pk)
    filing.file_later(case.pk, ["HUKOU", "SBK"], by=lin.actor)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome) == ("concluded", "all")
    assert {"HUKOU", "SBK"} <= set(SubApplication.objects.filter(case=case).values_list("item_id", flat=True))
    assert case.answers["later"] == []


def test_a_new_party_agrees_before_what_was_put_off_is_filed(lin: Account, named_later: Case) -> None:
    head = newborn.account(person("王建国"), "head")
    case = wanted(lin, named_later)
    other = {**HUKOU, "head_name": head.name, "head_id": head.id_no}
    drafting.save_section(case.pk, "s_hukou", other, by=lin.actor)
    drafting.save_section(case.pk, "s_insure", {"card_bank": "ICBC", "card_kind": "e_only"}, by=lin.actor)
    drafting.save_section(case.pk, "s_child", {"s_child.0.child_ethnic": "01"}, by=lin.actor)
    with pytest.raises(NotReady, match="等王建国确认"):
        filing.file_later(case.pk, ["HUKOU"], by=lin.actor)
    party = parties.invite(Party.objects.get(case=case, party_id="head").pk, by=lin.actor)
    parties.agree(party.pk, account=head)
    filing.file_later(case.pk, ["HUKOU"], by=lin.actor)
    assert SubApplication.objects.filter(case=case, item_id="HUKOU").exists()


def test_a_changed_mind_cannot_switch_off_what_is_filed(lin: Account, named_later: Case) -> None:
    with pytest.raises(WrongState, match="撤回那一件"):
        drafting.save_guidance(named_later.pk, by=lin.actor, guidance={"maternity": "other"})


def test_what_was_signed_for_the_filing_stays_signed(lin: Account, named_later: Case) -> None:
    case = wanted(lin, named_later)
    drafting.save_section(case.pk, "s_hukou", HUKOU, by=lin.actor)
    assert Party.objects.get(case=case, party_id="father").state == "agreed"
    assert Case.objects.get(pk=case.pk).answers["fields"]["father_consent"] is True


def test_a_bundle_that_is_not_staged_is_closed_once_filed(lin: Account, named_later: Case) -> None:
    case = drafting.start_draft("GJJTQ", applicant=lin, channel="mobile")
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=case.saved_at, next_at=None)
    with pytest.raises(WrongState, match="已经提交"):
        drafting.save_guidance(case.pk, by=lin.actor, guidance={})
