"""告知承诺 (国办发〔2020〕42号): the signed text is kept, checked later, and an untrue one takes the decision back."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.actions.applying import drafting
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.papers import commitments, materials
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Commitment, CommitmentCheck, Document, Result
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
FILED = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def officer(db: None) -> Account:
    return Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="王警官", department="GA")


@pytest.fixture
def committed(
    time_machine: Any,
    lin: Account,
    chen: Account,
    departments: FakeDepartments,
    register: FakeRegister,
    licences: FakeLicences,
) -> Case:
    """The marriage certificate is not on record: both parents are married, says 林晓岚, and signs for it."""
    time_machine.move_to(FILED, tick=True)
    licences.put("MARRIAGE_CERT", newborn.LIN["id_no"])
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen, commits=("M_MARRIAGE",))
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def checks(case: Case) -> list[CommitmentCheck]:
    return list(CommitmentCheck.objects.filter(sub__case=case).order_by("sub__seq"))


def test_the_signed_text_is_kept_with_its_digest(committed: Case) -> None:
    kept = Commitment.objects.get(case=committed)
    assert "结婚证" in kept.text and "林晓岚" in kept.text and "撤销" in kept.text
    assert kept.sha256 == sha256(kept.text.encode()).hexdigest()
    assert kept.signed_by == "林晓岚" and kept.signer_index == committed.applicant_index


def test_every_approval_that_rests_on_it_is_checked_three_months_later(committed: Case) -> None:
    assert {check.sub.item_id for check in checks(committed)} == {"BIRTH_CERT", "HUKOU"}
    assert {check.due_on for check in checks(committed)} == {date(2027, 2, 22)}  # 20 February is a Saturday


def test_a_true_one_leads_to_nothing(committed: Case, officer: Account) -> None:
    check = checks(committed)[0]
    commitments.pass_check(check.pk, "民政登记一致", by=officer.actor)
    assert not Result.objects.filter(sub=check.sub).exclude(revoked_at=None).exists()
    with pytest.raises(WrongState):
        commitments.fail_check(check.pk, "改主意", by=officer.actor)


def test_an_untrue_one_takes_the_decision_back_by_article_69(
    committed: Case, officer: Account, notifier: RecordingNotifier
) -> None:
    check = checks(committed)[0]
    with pytest.raises(NotReady, match="情况"):
        commitments.fail_check(check.pk, "", by=officer.actor)
    commitments.fail_check(check.pk, "民政登记查无此婚姻", by=officer.actor)
    revoked = Result.objects.filter(sub=check.sub)
    assert revoked and all(row.revoked_at and "第六十九条" in row.article for row in revoked)
    assert Document.objects.filter(case=committed, kind="revocation", sub=check.sub).exists()
    assert any(m.template == "result_revoked" for m in notifier.messages)


def test_whoever_broke_one_may_neither_commit_nor_defer_until_it_is_made_good(
    committed: Case, officer: Account, lin: Account
) -> None:
    check = checks(committed)[0]
    commitments.fail_check(check.pk, "民政登记查无此婚姻", by=officer.actor)
    again = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    again = drafting.refresh_prefill(again.pk)
    with pytest.raises(CaseError, match="失信"):
        materials.commit_to(again.pk, "M_MARRIAGE", by=lin.actor)
    with pytest.raises(CaseError, match="失信"):
        materials.defer(again.pk, "M_DISCHARGE", by=lin.actor)
    commitments.note_repair(check.pk, by=officer.actor)
    materials.commit_to(again.pk, "M_MARRIAGE", by=lin.actor)


def test_a_check_that_nobody_makes_is_called_for(committed: Case, time_machine: Any) -> None:
    time_machine.move_to(datetime(2027, 2, 24, 9, tzinfo=FILED.tzinfo))
    sweep()
    assert Attention.objects.filter(case=committed, reason="unchecked", closed_at=None).count() == 2
