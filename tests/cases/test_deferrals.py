"""容缺受理 (国发〔2022〕5号): accepted first, no result before the paper, a missed day ends the item."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.papers import deferrals, materials
from cases.errors import NotReady, WrongState
from cases.models import Case, Delivery, Document, Event, OwedPaper, Result, SubApplication, Supplement
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, RecordingNotifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
FILED = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Friday; three working days end on Wednesday


@pytest.fixture
def owing(time_machine: Any, lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    """Filed without the discharge summary, which the maternity allowance needs."""
    time_machine.move_to(FILED, tick=True)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen, owes=True)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def allowance(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="MATERNITY_PAY")


def test_on_filing_the_deferral_is_dated_and_told_in_writing(owing: Case) -> None:
    paper = OwedPaper.objects.get(case=owing)
    assert (paper.material_id, paper.state, paper.due_on) == ("M_DISCHARGE", "owed", date(2026, 11, 25))
    assert Document.objects.filter(case=owing, kind="deferred").exists()


def test_the_result_waits_for_the_paper_and_for_nothing_else(owing: Case) -> None:
    assert allowance(owing).state == "accepted"
    assert not Result.objects.filter(sub=allowance(owing)).exists()
    assert SubApplication.objects.get(case=owing, item_id="BIRTH_CERT").state == "approved"
    assert owing.state == "awaiting_applicant"
    assert Event.objects.get(case=owing, kind="item.decision_held").facts["reason"] == "deferred"


def test_the_paper_is_sent_without_a_supplement_and_the_result_comes(
    owing: Case, lin: Account, departments: FakeDepartments
) -> None:
    with pytest.raises(NotReady, match="还没有上传"):
        deferrals.hand_in(owing.pk, "M_DISCHARGE", by=lin.actor)
    materials.upload(owing.pk, "M_DISCHARGE", newborn.scan(), by=lin.actor)
    deferrals.hand_in(owing.pk, "M_DISCHARGE", by=lin.actor)
    dispatch.pump()
    assert allowance(owing).state == "approved"
    assert Result.objects.filter(sub=allowance(owing)).exists()
    sent = [p for p in departments.parcels if p.purpose == "supplement"]
    assert len(sent) == 1 and b'"owed":true' in sent[0].body and b"M_DISCHARGE" in sent[0].body
    assert not Supplement.objects.filter(case=owing).exists()
    assert allowance(owing).round == 0
    assert Case.objects.get(pk=owing.pk).state == "concluded"
    with pytest.raises(WrongState, match="不用再补"):
        deferrals.hand_in(owing.pk, "M_DISCHARGE", by=lin.actor)


def test_reminders_go_out_once_three_and_one_working_days_before(
    owing: Case, time_machine: Any, notifier: RecordingNotifier
) -> None:
    OwedPaper.objects.filter(case=owing).update(due_on=date(2026, 12, 4), next_at=FILED)
    told = []
    for day in range(11):
        time_machine.move_to(FILED + timedelta(days=4 + day, hours=1), tick=True)
        sweep()
        sweep()
        told.append(sum(m.template == "paper_owed" for m in notifier.messages))
    days = [(FILED + timedelta(days=4 + n)).day for n in range(1, 11) if told[n] > told[n - 1]]
    assert days == [1, 3]
    assert told[-1] == 2


def test_on_the_day_after_the_last_the_item_ends_and_the_rest_stays(
    owing: Case, time_machine: Any, notifier: RecordingNotifier, departments: FakeDepartments
) -> None:
    time_machine.move_to(datetime(2026, 11, 25, 23, tzinfo=FILED.tzinfo), tick=True)
    sweep()
    assert allowance(owing).state == "accepted"
    time_machine.move_to(datetime(2026, 11, 26, 9, tzinfo=FILED.tzinfo), tick=True)
    sweep()
    ended = allowance(owing)
    assert ended.state == "lapsed" and "出院小结" in ended.reasons[0]["text"]
    assert OwedPaper.objects.get(case=owing).state == "lapsed"
    assert not Result.objects.filter(sub=ended).exists()
    assert Document.objects.filter(case=owing, sub=ended, kind="lapse").exists()
    assert [m for m in notifier.messages if m.template == "paper_overdue"]
    assert Delivery.objects.filter(sub=ended, purpose="withdraw").exists()
    assert Case.objects.get(pk=owing.pk).outcome == "partly"


def test_a_paper_that_only_a_withdrawn_item_wanted_is_owed_no_more(owing: Case, lin: Account) -> None:
    withdrawal.withdraw_item(allowance(owing).pk, by=lin.actor, reason="不办了")
    assert OwedPaper.objects.get(case=owing).state == "dropped"


def test_owed_papers_are_never_forgotten(owing: Case) -> None:
    assert not OwedPaper.objects.filter(state="owed", next_at=None).exists()
