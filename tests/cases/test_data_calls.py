"""The trail of data sharing: who asked what about whom, for which case, on what authority. 国令809号."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cases import access
from cases.actions.applying import drafting
from cases.actions.registers import facts
from cases.models import Case, DataCall, Lookup
from cases.protection import blind_index
from cases.queries.readings import readings_of
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeRegister

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def clerk(db: None) -> Account:
    return Account.objects.create_user("clerk", "a-long-password", role=Role.CLERK, name="窗口一号", department="SJ")


def begun(lin: Account, **how: object) -> Case:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE, **how)  # type: ignore[arg-type]
    return drafting.refresh_prefill(case.pk)


def test_every_question_leaves_who_what_why_and_about_whom(lin: Account, register: FakeRegister) -> None:
    case = begun(lin)
    call = DataCall.objects.get(case=case, code="HUKOU_INFO", outcome="found")
    assert (call.department, call.caller_kind, call.caller_id) == ("GA", "applicant", str(lin.pk))
    assert call.subject_index == blind_index(newborn.LIN["id_no"]) == call.on_behalf_index
    assert call.purpose == "办理“新生儿出生一件事”"
    assert DataCall.objects.filter(case=case, kind="api").count() == len(register.queries)
    said = " ".join(str(value) for row in DataCall.objects.values() for value in row.values())
    assert newborn.LIN["id_no"] not in said and newborn.LIN["name"] not in said


def test_a_clerk_who_helps_is_named_with_whom_the_clerk_helps(lin: Account, clerk: Account) -> None:
    case = begun(lin, assisted_by=clerk)
    callers = set(DataCall.objects.filter(case=case).values_list("caller_kind", "caller_id", "on_behalf_index"))
    assert callers == {("clerk", str(clerk.pk), blind_index(newborn.LIN["id_no"]))}


def test_the_trail_is_never_changed_nor_deleted(lin: Account) -> None:
    call = DataCall.objects.filter(case=begun(lin)).first()
    assert call is not None
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DataCall.objects.filter(pk=call.pk).update(purpose="另外的事")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        call.delete()


def test_a_call_without_a_purpose_is_refused_by_the_database(lin: Account) -> None:
    """政务数据共享条例 (国令809号): no use without a stated purpose."""
    call = DataCall.objects.filter(case=begun(lin)).first()
    assert call is not None
    call.pk, call.purpose = None, ""
    with pytest.raises(IntegrityError), transaction.atomic():
        call.save(force_insert=True)


def test_silence_is_written_with_its_reason(lin: Account, register: FakeRegister) -> None:
    register.silent.add("HUKOU_INFO")
    case = begun(lin)
    call = DataCall.objects.get(case=case, code="HUKOU_INFO")
    assert (call.outcome, call.reason) == ("unavailable", "slow")
    assert Lookup.objects.get(case=case, code="HUKOU_INFO").reason == "slow"


def test_an_answer_is_asked_again_when_its_interface_says_it_is_old(lin: Account, register: FakeRegister) -> None:
    case = begun(lin)
    row = Lookup.objects.get(case=case, code="HUKOU_INFO")
    assert row.holds_until is not None
    assert (row.holds_until - row.asked_at).total_seconds() == 600
    assert facts.CaseFacts(case)
    before = len(register.queries)
    drafting.refresh_prefill(case.pk)
    assert len(register.queries) == before
    Lookup.objects.filter(pk=row.pk).update(holds_until=row.asked_at)
    drafting.refresh_prefill(case.pk)
    assert [query.code for query in register.queries[before:]] == ["HUKOU_INFO"]


# ---- who read my data ---------------------------------------------------------------------------------------


def test_the_applicant_sees_every_look_at_own_data(lin: Account, clerk: Account) -> None:
    """个人信息保护法 第四十四、四十五条."""
    case = begun(lin)
    access.record_access(case.pk, by=clerk.actor, what="整件进度", purpose="窗口查询")
    found = readings_of(lin)
    assert {one.kind for one in found} == {"staff", "lookup", "consent"}
    looked = [one for one in found if one.kind == "lookup" and one.what == "户籍信息查询"]
    assert len(looked) == 1
    assert (looked[0].dept_code, looked[0].basis, looked[0].outcome) == ("GA", "授权", "查到了")
    assert readings_of(lin, "staff")[0].purpose == "窗口查询"


def test_who_is_looked_up_in_somebody_elses_case_sees_that_and_not_the_case(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    mine = [one for one in readings_of(chen) if one.kind == "lookup"]
    assert mine and {one.case_id for one in mine} == {None} and {one.number for one in mine} == {""}
    about_chen = DataCall.objects.filter(case=case, subject_index=blind_index(newborn.CHEN["id_no"]))
    assert len(mine) == about_chen.count() > 0
    theirs = [one for one in readings_of(lin) if one.kind == "lookup"]
    assert len(theirs) == DataCall.objects.filter(case=case).count() - about_chen.count()


def test_a_stranger_sees_nothing(lin: Account, clerk: Account) -> None:
    begun(lin)
    stranger = newborn.account({**newborn.CHEN, "id_no": "110101199001011237"}, "stranger")
    assert readings_of(stranger) == ()
