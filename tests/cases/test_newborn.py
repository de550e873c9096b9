"""One newborn, filed once and brought back whole, against departments in memory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cases.actions.applying import drafting
from cases.actions.delivery import dispatch
from cases.actions.engine import events
from cases.models import Case, Result, SubApplication
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


def states(case: Case) -> dict[str, str]:
    return {sub.item_id: sub.state for sub in SubApplication.objects.filter(case=case)}


def test_the_family_gets_everything_from_one_form(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    assert case.state == "submitted", case.state
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome) == ("concluded", "all"), states(case)
    assert Result.objects.filter(sub__case=case).count() == 6
    assert events.broken_link(case) is None
    assert set(departments.effects.values()) == {1}


def test_hukou_receives_its_declared_fields_and_the_birth_certificate_and_nothing_else(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    newborn.submitted(lin, chen)
    dispatch.pump()
    body: dict[str, Any] = next(b for b in departments.filings("GA") if b["item"]["id"] == "HUKOU")
    assert body["upstream"]["BIRTH_CERT"]["cert_no"] == "R350000001"
    assert body["fields"]["child_name"] == "陈一诺"
    for secret in ("mother_live", "card_bank", "bank_card", "join_region", "hospital"):
        assert secret not in body["fields"]
    assert newborn.LIN["bank_card"] not in json.dumps(body, ensure_ascii=False)


def test_nobody_is_asked_before_what_it_depends_on(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    newborn.submitted(lin, chen)
    dispatch.pump()
    order = [json.loads(parcel.body)["item"]["id"] for parcel in departments.parcels if parcel.purpose == "file"]
    for upstream, downstream in (("BIRTH_CERT", "HUKOU"), ("HUKOU", "MI_JOIN"), ("HUKOU", "SBK")):
        assert order.index(upstream) < order.index(downstream)


def test_twins_make_two_sets_of_child_items(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    case = newborn.submitted(lin, chen, children=("陈一诺", "陈一言"))
    subs = SubApplication.objects.filter(case=case)
    counts = {item: subs.filter(item_id=item).count() for item in ("BIRTH_CERT", "HUKOU", "SBK", "MATERNITY_PAY")}
    assert counts == {"BIRTH_CERT": 2, "HUKOU": 2, "SBK": 2, "MATERNITY_PAY": 1}


def test_without_household_registration_now_its_items_are_not_filed(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen, guidance={"hukou_with": "later"})
    assert not {"HUKOU", "SBK"} & set(states(case))


def test_a_refused_birth_certificate_cancels_what_needs_it(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("rejected", item="BIRTH_CERT")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome) == ("concluded", "none")
    assert SubApplication.objects.get(case=case, item_id="HUKOU").state == "cancelled"


def test_a_second_child_is_not_the_first_one_over_again(lin: Account) -> None:
    case = newborn.draft(lin)
    drafting.add_row(case.pk, "s_child", by=lin.actor)
    case = drafting.refresh_prefill(case.pk)
    first, second = case.answers["fields"]["s_child"]
    assert first["birth_time"] and "birth_time" not in second and "hospital" not in second
