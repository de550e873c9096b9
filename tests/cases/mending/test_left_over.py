"""What goes on behind the end of a case stays on the desk; what there is nothing to call back is laid aside."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.actions.desk import attention
from cases.actions.engine.locking import lock_case
from cases.actions.mending import asking, desk, ending, replay
from cases.actions.mending.asking import Heard
from cases.models import Attention, AttentionAct, Case, Delivery, LicenceErrand, Result
from portal.accounts.models import Account
from tests.cases.mending.conftest import Stuck, birth, make_due
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused_errand(case: Case) -> LicenceErrand:
    """The licence library would not take the certificate."""
    dispatch.pump()
    result = Result.objects.filter(sub=birth(case)).first()
    assert result is not None
    LicenceErrand.objects.filter(result=result).delete()
    return LicenceErrand.objects.create(
        result=result, act="issue", state="refused", closed_at=timezone.now(), tries=1, created_at=timezone.now()
    )


def close_everything(case: Case) -> None:
    with transaction.atomic():
        attention.close_all(lock_case(case.pk))


def test_a_licence_that_is_not_in_the_library_keeps_its_attention_behind_the_end(
    case: Case, refused_errand: LicenceErrand, doctor: Account
) -> None:
    sub = birth(case)
    raised = Attention.objects.create(case=case, sub=sub, reason="refused_by_system", owner="WJ", since=timezone.now())
    close_everything(case)
    assert Attention.objects.get(pk=raised.pk).closed_at is None
    assert replay.send_again(raised.pk, by=doctor.actor) == 1
    assert LicenceErrand.objects.get(pk=refused_errand.pk).state == "due"


def test_what_is_settled_closes_with_the_case(case: Case, refused_errand: LicenceErrand) -> None:
    LicenceErrand.objects.filter(pk=refused_errand.pk).update(state="done", next_at=None)
    raised = Attention.objects.create(
        case=case, sub=birth(case), reason="refused_by_system", owner="WJ", since=timezone.now()
    )
    close_everything(case)
    assert Attention.objects.get(pk=raised.pk).closed_at is not None


def test_calling_back_what_never_arrived_is_laid_aside_once_the_department_says_so(
    stuck: Stuck, supervisor: Account, doctor: Account, departments: FakeDepartments
) -> None:
    raised = stuck("down", 5)
    ending.give_up(raised.pk, "请到窗口办理", by=supervisor.actor)
    departments.fail("down", department="WJ", times=5)
    for _ in range(5):
        make_due(birth(raised.case))
        dispatch.pump()
    again = Attention.objects.get(sub=raised.sub, closed_at=None)
    assert asking.ask_now(again.pk, by=doctor.actor) is Heard.NEVER_SEEN
    assert Delivery.objects.get(sub=raised.sub, purpose="withdraw").state == "done"
    assert Attention.objects.get(pk=again.pk).closed_at is not None


def test_a_word_to_a_department_that_will_not_hear_it_is_closed_with_the_reason(
    stuck: Stuck, doctor: Account, departments: FakeDepartments, lin: Account
) -> None:
    departments.say("received", item="BIRTH_CERT")
    raised = stuck("down", 5)
    make_due(birth(raised.case))
    dispatch.pump()
    departments.fail("refused", department="WJ")
    withdrawal.withdraw_item(raised.sub.pk, by=lin.actor, reason="不办了")
    dispatch.pump()
    told = Attention.objects.get(sub=raised.sub, closed_at=None)
    assert told.reason == "refused_by_system"
    desk.dismiss(told.pk, "已电话告知部门停止办理", by=doctor.actor)
    assert AttentionAct.objects.get(attention=told).text == "已电话告知部门停止办理"
