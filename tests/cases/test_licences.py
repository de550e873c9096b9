"""The licence library: kept from results, ended with them, back at the departments, there when those are silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bundles import forms
from bundles import queries as bundle_queries
from cases.actions.applying import drafting
from cases.actions.deciding import afterwards, results
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.licences import keeping
from cases.actions.registers.facts import ask, context_of
from cases.models import Case, Licence, LicenceErrand, Lookup, Result, SubApplication
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries.licences import wallet
from portal.accounts.models import Account
from tests.factories import modes, newborn
from tests.factories.doubles import FakeDepartments, FakeLicences

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
CHILD_ID = newborn.RESULTS["HUKOU"]["id_no"]


@pytest.fixture
def concluded(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def licence(case: Case, code: str = "BIRTH_CERT") -> Licence:
    return Licence.objects.get(result__sub__case=case, code=code, result__replaced_at=None)


def test_every_result_that_is_a_licence_is_kept_once_with_its_holder_sealed(concluded: Case) -> None:
    """国令716号 第十条; 个人信息保护法 第五十一条: what is kept is encrypted, and found by an index."""
    kept = Licence.objects.filter(result__sub__case=concluded)
    results = Result.objects.filter(sub__case=concluded, kind="licence")
    assert {one.result_id for one in kept} == {one.pk for one in results} and kept
    mine = licence(concluded)
    assert (mine.department, mine.trust, mine.state) == ("WJ", "B", "in_force")
    assert mine.holder_index == blind_index(newborn.LIN["id_no"])
    assert mine.number_index == blind_index("R350000001")
    with connection.cursor() as cursor:
        cursor.execute("SELECT face::text, holder::text FROM cases_licence")
        stored = str(cursor.fetchall())
    assert "R350000001" not in stored and newborn.LIN["id_no"] not in stored


def test_a_result_never_becomes_two_licences(concluded: Case) -> None:
    one = licence(concluded)
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.create(code=one.code, result=one.result, holder_index="x", trust="A", issued_at=timezone.now())


def test_the_register_entry_of_a_child_is_the_childs(concluded: Case, lin: Account) -> None:
    """个人信息保护法 第三十一条: the parent speaks for it."""
    assert licence(concluded, "HUKOU_BOOK").holder_index == blind_index(CHILD_ID)
    roles = {card.code: card.role for card in wallet(lin)}
    assert roles["HUKOU_BOOK"] == "child" and roles["BIRTH_CERT"] == "own"


def test_a_licence_is_level_a_once_the_departments_library_has_it(concluded: Case) -> None:
    """国令809号: the result flows back in time and complete (数据回流)."""
    sweep()
    mine = licence(concluded)
    result = Result.objects.get(pk=mine.result_id)
    assert mine.trust == "A" and mine.licence_id == result.licence_id != "" and mine.confirmed_at


def test_article_69_a_corrected_result_supersedes_its_licence(concluded: Case, lin: Account) -> None:
    old = licence(concluded)
    assert old.result is not None
    new = afterwards.correct(old.result.pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=lin.actor)
    old = Licence.objects.get(pk=old.pk)
    assert old.state == "superseded" and old.superseded_by == Licence.objects.get(result=new)
    assert Licence.objects.get(result=new).face["child_name"] == "陈一诺诺"


def test_article_69_a_result_taken_back_ends_its_licence_with_the_reason(concluded: Case, lin: Account) -> None:
    old = licence(concluded)
    assert old.result is not None
    afterwards.revoke(old.result.pk, "出生信息系伪造", by=lin.actor)
    old = Licence.objects.get(pk=old.pk)
    assert (old.state, old.reason) == ("revoked", "出生信息系伪造") and old.ended_at


def test_article_70_a_licence_past_its_day_expires(concluded: Case, lin: Account, time_machine: Any) -> None:
    """行政许可法 第五十条, 第七十条第一项."""
    mine = licence(concluded)
    Licence.objects.filter(pk=mine.pk).update(valid_to=timezone.localdate() + timedelta(days=3))
    time_machine.move_to(timezone.now() + timedelta(days=4))
    assert {card.code: card.state for card in wallet(lin)}["BIRTH_CERT"] == "expired"
    sweep()
    assert Licence.objects.get(pk=mine.pk).state == "expired"


def test_an_ended_licence_has_its_moment_and_one_in_force_none(concluded: Case) -> None:
    for wrong in ({"state": "revoked", "ended_at": None}, {"ended_at": timezone.now()}, {"trust": "E"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Licence.objects.filter(pk=licence(concluded).pk).update(**wrong)


# ---- beside the departments' libraries -------------------------------------------------------------------------


def second_draft(lin: Account) -> Case:
    """Another bundle of the same mother that asks for the birth certificate just issued (新生儿医疗费)."""
    return drafting.start_draft("XSEYB", applicant=lin, channel="mobile")


def asked_for(case: Case, code: str) -> Any:
    lookup = forms.lookup_for(context_of(case), f"licence:{code}@mother.cert_no", None)
    assert lookup is not None
    ask(case, [lookup], purpose="办理")
    return Lookup.objects.filter(case=case, code=code).first()


def test_what_was_issued_here_is_there_before_the_department_has_taken_it(
    concluded: Case, lin: Account, licences: FakeLicences
) -> None:
    """国令809号: what can be shared is not asked for again."""
    assert LicenceErrand.objects.filter(state="due", licence_code="BIRTH_CERT").exists()
    found = asked_for(second_draft(lin), "BIRTH_CERT")
    assert found.outcome == "found" and found.records[0]["data"]["cert_no"] == "R350000001"
    assert found.records[0]["trust"] == "B"


def test_what_was_issued_here_is_there_while_the_department_is_silent(
    concluded: Case, lin: Account, licences: FakeLicences
) -> None:
    sweep()
    licences.silent.add("BIRTH_CERT")
    found = asked_for(second_draft(lin), "BIRTH_CERT")
    assert found.outcome == "found" and found.as_of == licence(concluded).confirmed_at


def test_the_department_knows_better_what_it_has_been_told(
    concluded: Case, lin: Account, licences: FakeLicences
) -> None:
    sweep()
    licences.records["BIRTH_CERT"] = {}
    assert asked_for(second_draft(lin), "BIRTH_CERT").outcome == "empty"


def test_article_69_what_was_taken_back_here_stands_for_nothing_before_the_department_has_heard(
    concluded: Case, lin: Account, licences: FakeLicences
) -> None:
    sweep()
    mine = licence(concluded)
    assert mine.result is not None
    afterwards.revoke(mine.result.pk, "出生信息系伪造", by=lin.actor)
    assert licences.records["BIRTH_CERT"][newborn.LIN["id_no"]], "the department has not heard of it yet"
    assert asked_for(second_draft(lin), "BIRTH_CERT").outcome == "empty"


# ---- what a new licence ends -----------------------------------------------------------------------------------

USCC, UP_TO = "91350200MA9XA0016D", "2030-01-01"


def permit(case: Case, sub: SubApplication, number: str) -> Licence:
    """An older food permit of the company, issued here before."""
    face = {"permit_no": number, "valid_to": UP_TO}
    return Licence.objects.create(
        code="FOOD_PERMIT", department="SC", licence_id=f"F-{number}", holder_index=blind_index(USCC),
        holder={"uscc": USCC}, face=face, trust="A", issued_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def renewal(db: None) -> SubApplication:
    """The item that renews one of the permits a company holds (企业信息变更)."""
    rows = [{"pm_kind": "FOOD_PERMIT", "pm_no": "FO1", "pm_pick": True}]
    case = drafting.start_draft("QYBG", applicant=modes.company(), channel="online")
    case.answers = {**(case.answers or {}), "fields": {"permits": rows}}
    case.save(update_fields=["answers"])
    return SubApplication.objects.create(
        case=case, seq=1, item_id="PERMIT_LINK", instance_key="permits.0", row_index=0, department="SC", number="X-01",
        state="dispatched", dispatched_at=timezone.now(), next_at=timezone.now(),
    )  # fmt: skip


def issued(sub: SubApplication) -> Licence:
    values = {"permit_no": "FO9", "holder_name": "新名字", "valid_to": UP_TO}
    with transaction.atomic():
        results.issue(sub.case, sub, values, at=timezone.now(), by=Actor("department", department="SC"))
    return Licence.objects.get(result__sub=sub)


def test_a_renewed_permit_ends_the_very_one_it_renews(renewal: SubApplication, licences: FakeLicences) -> None:
    """行政许可法 第五十条: the renewal takes the place of the old one, here and at its department."""
    old, other = (permit(renewal.case, renewal, number) for number in ("FO1", "FO2"))
    for one in (old, other):
        licences.put_licence("FOOD_PERMIT", USCC, one.licence_id, {"permit_no": one.face["permit_no"]})
    new = issued(renewal)
    assert (new.code, new.face["permit_no"]) == ("FOOD_PERMIT", "FO9")
    assert Licence.objects.get(pk=old.pk).superseded_by_id == new.pk
    assert Licence.objects.get(pk=other.pk).state == "in_force"
    sweep()
    assert [told for told, _ in licences.told] == ["F-FO1"]


def test_paper_copies_are_as_many_as_the_form_says(renewal: SubApplication) -> None:
    spec = bundle_queries.published("BDCN").spec
    declared = next(one for one in spec.results if one.id == "R_TITLE")
    case = renewal.case
    for said, copies in ((3, 3), (0, 0), (None, 1), ("many", 1)):
        case.answers = {"fields": {"cert_copies": said}}
        assert keeping.copies_of(case, declared) == copies
