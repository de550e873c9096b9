"""Results after their decision: corrected in a new version, taken back, written back to the licence library."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bundles.rules import UNKNOWN
from cases.actions.deciding import afterwards
from cases.actions.delivery import dispatch
from cases.actions.engine.answers import Effect, apply_answer
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.engine.sweep import sweep
from cases.actions.registers import errands
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Document, LicenceErrand, Result, SubApplication
from cases.ports import Actor, Answer, Reason
from cases.queries.context import CaseResults
from cases.queries.results import results_page, verify_mark
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
WJ = Actor("department", department="WJ")


@pytest.fixture
def doctor(db: None) -> Account:
    return Account.objects.create_user("doctor", "a-long-password", role=Role.STAFF, name="李医生", department="WJ")


@pytest.fixture
def concluded(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def certificate(case: Case) -> Result:
    return Result.objects.get(sub__case=case, result_id="R_BIRTH", replaced_at=None)


def heard(case: Case, answer: Answer) -> Effect:
    case = lock_case(case.pk)
    subs = lock_subs(case)
    mine = next(sub for sub in subs if sub.pk == answer.sub_application_id)
    return apply_answer(case, subs, mine, answer, by=WJ)


def test_a_correction_is_a_new_version_and_the_old_one_stays_with_its_reason(
    concluded: Case, doctor: Account, notifier: RecordingNotifier
) -> None:
    old = certificate(concluded)
    new = afterwards.correct(old.pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=doctor.actor)
    assert (new.version, new.corrected_of_id, new.reason) == (2, old.pk, "姓名登记有误")
    assert new.fields["cert_no"] == "R350000001" and new.fields["child_name"] == "陈一诺诺"
    assert Result.objects.get(pk=old.pk).replaced_at is not None
    assert Document.objects.filter(case=concluded, kind="correction").exists()
    assert notifier.messages[-1].template == "result_corrected"
    page = results_page(concluded)
    assert [r.version for r in page.results if r.result_id == "R_BIRTH"] == [2]
    (earlier,) = page.earlier
    assert earlier.standing == "replaced" and earlier.reason == "姓名登记有误"


def test_the_old_paper_verifies_as_replaced_and_a_revoked_one_as_revoked(concluded: Case, doctor: Account) -> None:
    old = certificate(concluded)
    new = afterwards.correct(old.pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=doctor.actor)
    assert [getattr(verify_mark(mark), "standing", None) for mark in (old.mark, new.mark)] == ["replaced", "valid"]
    afterwards.revoke(new.pk, "出生信息系伪造", by=doctor.actor)
    assert getattr(verify_mark(new.mark), "standing", None) == "revoked"


def test_a_correction_needs_a_reason_a_change_and_a_declared_field(concluded: Case, doctor: Account) -> None:
    old = certificate(concluded)
    with pytest.raises(NotReady, match="理由"):
        afterwards.correct(old.pk, {"child_name": "陈"}, " ", by=doctor.actor)
    with pytest.raises(NotReady, match="没有变化"):
        afterwards.correct(old.pk, {"child_name": "陈一诺"}, "错字", by=doctor.actor)
    with pytest.raises(CaseError, match="没有这些内容"):
        afterwards.correct(old.pk, {"favourite_colour": "红"}, "错字", by=doctor.actor)


def test_article_69_a_result_is_taken_back_once_with_reason_and_article(
    concluded: Case, doctor: Account, notifier: RecordingNotifier
) -> None:
    row = certificate(concluded)
    with pytest.raises(NotReady):
        afterwards.revoke(row.pk, "", by=doctor.actor)
    afterwards.revoke(row.pk, "出生信息系伪造", "行政许可法 第六十九条第二款", by=doctor.actor)
    with pytest.raises(WrongState):
        afterwards.revoke(row.pk, "再撤一次", by=doctor.actor)
    document = Document.objects.get(case=concluded, kind="revocation")
    assert document.values["reason"] == "出生信息系伪造" and "第六十九条" in document.values["article"]
    assert notifier.messages[-1].template == "result_revoked"
    assert CaseResults(concluded).get("BIRTH_CERT", "cert_no", None) is UNKNOWN


def test_whoever_worked_on_with_a_changed_field_is_told(concluded: Case, doctor: Account) -> None:
    afterwards.correct(certificate(concluded).pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=doctor.actor)
    told = Attention.objects.filter(case=concluded, reason="outdated", closed_at=None)
    assert "HUKOU" in {one.sub.item_id for one in told if one.sub}


def test_a_department_corrects_and_takes_back_by_callback(concluded: Case) -> None:
    sub = SubApplication.objects.get(case=concluded, item_id="BIRTH_CERT")
    corrected = Answer(sub.pk, "result_corrected", result={"child_name": "陈一诺诺"}, reasons=(Reason("", "", "错字"),))
    assert heard(concluded, corrected) is Effect.APPLIED
    assert heard(concluded, corrected) is Effect.STALE
    assert certificate(concluded).version == 2
    revoked = Answer(sub.pk, "result_revoked", reasons=(Reason("", "", "伪造"),), result_id="R_BIRTH")
    assert heard(concluded, revoked) is Effect.APPLIED
    assert heard(concluded, revoked) is Effect.STALE
    assert certificate(concluded).revoked_at is not None
    assert SubApplication.objects.get(pk=sub.pk).state == "approved"


def test_nothing_is_corrected_that_was_not_approved(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    departments.say("accepted")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    sub = SubApplication.objects.get(case=case, item_id="BIRTH_CERT")
    assert heard(case, Answer(sub.pk, "result_revoked")) is Effect.STALE


# ---- 数据回流 -------------------------------------------------------------------------------------------------


def test_licences_flow_back_once_so_that_the_next_bundle_is_exempt_by_them(
    concluded: Case, licences: FakeLicences
) -> None:
    sweep()
    sweep()
    row = certificate(concluded)
    assert row.licence_id and list(licences.kept.values()).count(row.licence_id) == 1
    held = licences.records["BIRTH_CERT"][newborn.LIN["id_no"]]
    assert [one["licence_id"] for one in held] == [row.licence_id]
    assert not LicenceErrand.objects.filter(state="due").exists()


def test_a_library_that_is_down_gets_it_later_and_a_person_hears_of_it(
    concluded: Case, licences: FakeLicences, time_machine: Any
) -> None:
    licences.silent.add("*")
    for hour in range(6):
        time_machine.move_to(timezone.now() + timedelta(hours=1 + hour))
        errands.carry()
    assert LicenceErrand.objects.filter(state="due", tries__gte=5).exists()
    assert Attention.objects.filter(case=concluded, reason="not_delivered", closed_at=None).exists()
    licences.silent.clear()
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    errands.carry()
    assert not LicenceErrand.objects.filter(state="due").exists()
    assert not Attention.objects.filter(case=concluded, reason="not_delivered", closed_at=None).exists()


def test_a_revoked_result_loses_its_place_in_the_library(
    concluded: Case, doctor: Account, licences: FakeLicences
) -> None:
    sweep()
    afterwards.revoke(certificate(concluded).pk, "出生信息系伪造", by=doctor.actor)
    sweep()
    assert licences.records["BIRTH_CERT"][newborn.LIN["id_no"]] == []
    assert (certificate(concluded).licence_id, "出生信息系伪造") in licences.told


def test_a_corrected_licence_takes_the_place_of_the_wrong_one(
    concluded: Case, doctor: Account, licences: FakeLicences
) -> None:
    sweep()
    old = certificate(concluded)
    afterwards.correct(old.pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=doctor.actor)
    sweep()
    (held,) = licences.records["BIRTH_CERT"][newborn.LIN["id_no"]]
    assert held["data"]["child_name"] == "陈一诺诺" and held["licence_id"] != old.licence_id
