"""Decisions and what holds them: procedures told in writing, refusals with remedy, people at the worklist."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from cases import outbox
from cases.actions.applying import withdrawal
from cases.actions.deadlines import procedures
from cases.actions.deciding import handing_on
from cases.actions.delivery import dispatch
from cases.actions.desk import proceedings, worklist
from cases.actions.engine import holding
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import NotReady, WrongState
from cases.models import (
    Attention,
    Case,
    Delivery,
    Document,
    Event,
    InboxMessage,
    Pause,
    Reassignment,
    Result,
    SubApplication,
)
from cases.ports import Answer, Callback, Reason
from cases.queries import results_page, silent_rows
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier
from tests.factories.received import by_staff, filing_key, on_the_worklist, received, sub_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Departments that approve with the results that flow on; the police takes in and decides later."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.say("received", item="HUKOU")
    return departments


@pytest.fixture
def case(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    found = newborn.submitted(lin, chen)
    dispatch.pump()
    return Case.objects.get(pk=found.pk)


@pytest.fixture
def task(case: Case) -> SubApplication:
    """The household registration as a task of people at the police."""
    return on_the_worklist(case, "HUKOU")


def says(case: Case, item: str, status: str, **more: object) -> SubApplication:
    sub = sub_of(case, item)
    answer = Answer(sub.pk, status, receipt_no="G-1", **more)  # type: ignore[arg-type]
    called_back(Callback(sub.department, f"{item}-{status}", filing_key(sub), b"{}", {}, answer))
    dispatch.pump()
    return sub_of(case, item)


def again(sub: SubApplication) -> SubApplication:
    return SubApplication.objects.get(pk=sub.pk)


# ---- special procedures -------------------------------------------------------------------------------------


def test_a_special_procedure_is_told_in_writing_with_its_time_行政许可法_45(
    case: Case, notifier: RecordingNotifier
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        sub = says(case, "HUKOU", "special_procedure", procedure="SP1")
    paper = Document.objects.get(case=case, kind="special_procedure")
    pause = Pause.objects.get(sub=sub, kind="procedure")
    assert (sub.state, sub.procedure) == ("special_procedure", "亲子关系存疑时亲子鉴定")
    assert (paper.values["expected"], paper.values["in_clock"]) == ("30天", False)
    assert (pause.about, pause.in_clock, pause.expected_on.isoformat()) == ("SP1", False, "2026-12-23")
    assert "procedure_begun" in [message.template for message in notifier.to(newborn.LIN["phone"])]


def test_what_the_department_says_of_a_procedure_goes_before_what_the_bundle_says(case: Case) -> None:
    with time_machine.travel(MONDAY, tick=False):
        sub = says(case, "HUKOU", "special_procedure", procedure="现场核查", expected_days=3, in_clock=True)
    pause = Pause.objects.get(sub=sub)
    assert (pause.in_clock, pause.expected_on.isoformat()) == (True, "2026-11-26")


def test_a_publicity_period_stands_on_the_ledger_as_one(case: Case) -> None:
    sub = says(case, "HUKOU", "special_procedure", procedure="名单公示", expected_days=5, in_clock=False)
    assert Pause.objects.get(sub=sub).kind == "publicity"


def test_no_procedure_begins_inside_another_and_its_end_lets_the_clock_run(case: Case) -> None:
    says(case, "HUKOU", "special_procedure", procedure="SP1")
    says(case, "HUKOU", "special_procedure", procedure="听证", expected_days=20)
    sub = sub_of(case, "HUKOU")
    assert Pause.objects.filter(sub=sub).count() == 1
    sub = says(case, "HUKOU", "special_procedure_ended")
    assert (sub.state, sub.procedure) == ("accepted", "")
    assert not Pause.objects.filter(sub=sub, ended_at=None).exists()


def test_a_procedure_off_the_clock_moves_the_due_day_by_its_length_行政许可法_45(
    lin: Account, chen: Account, departments: FakeDepartments, register: FakeRegister, licences: FakeLicences
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        newborn.fill_registers(register, licences)
        case = newborn.submitted(lin, chen)
        dispatch.pump()
        before = says(case, "HUKOU", "accepted").due_on
        says(case, "HUKOU", "special_procedure", procedure="SP1")
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        after = says(case, "HUKOU", "special_procedure_ended").due_on
    assert before is not None and after is not None
    assert (after - before).days >= 2


def test_a_procedure_that_takes_longer_than_was_told_calls_a_person_行政许可法_45(case: Case) -> None:
    with time_machine.travel(MONDAY, tick=False):
        sub = says(case, "HUKOU", "special_procedure", procedure="现场核查", expected_days=1)
        assert procedures.tell_of_overruns() == 0
    with time_machine.travel(MONDAY + timedelta(days=3), tick=False):
        assert procedures.tell_of_overruns() == 1
        assert procedures.tell_of_overruns() == 0
        assert Attention.objects.filter(sub=sub, reason="overrun", closed_at=None).count() == 1
        says(case, "HUKOU", "special_procedure_ended")
    assert not Attention.objects.filter(sub=sub, reason="overrun", closed_at=None).exists()


# ---- refusals -----------------------------------------------------------------------------------------------


def test_a_refusal_names_reason_article_and_remedy_行政许可法_38(case: Case) -> None:
    reasons = (Reason("J01", "", "该出生证已用于落户", "户口登记条例第七条"),)
    says(case, "HUKOU", "rejected", reasons=reasons, remedy="可以向市公安局申请行政复议")
    (refusal,) = results_page(Case.objects.get(pk=case.pk)).refused
    assert refusal.reasons == ("该出生证已用于落户",)
    assert (refusal.basis, refusal.remedy) == ("户口登记条例第七条", "可以向市公安局申请行政复议")
    paper = Document.objects.get(case=case, kind="rejection")
    assert (paper.values["article"], paper.values["remedy"]) == (refusal.basis, refusal.remedy)


def test_without_a_remedy_of_its_own_a_refusal_names_the_general_one_行政复议法_20_行政诉讼法_46(case: Case) -> None:
    says(case, "HUKOU", "rejected", reasons=(Reason("", "", "不符"),))
    (refusal,) = results_page(Case.objects.get(pk=case.pk)).refused
    assert "60 日内申请行政复议" in refusal.remedy and "6 个月内" in refusal.remedy


def test_a_rejected_registration_cancels_the_card_and_asks_about_insurance(case: Case) -> None:
    says(case, "HUKOU", "rejected", reasons=(Reason("J01", "", "该出生证已用于落户"),))
    assert (sub_of(case, "SBK").state, sub_of(case, "MI_JOIN").choice) == ("cancelled", "asked")
    assert Case.objects.get(pk=case.pk).state == "awaiting_applicant"


def test_one_of_six_refused_leaves_five_results_and_names_the_remedy_行政许可法_38(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say(item="HUKOU", result=newborn.RESULTS["HUKOU"])
    departments.say("rejected", item="MATERNITY_PAY", reasons=(Reason("J03", "", "连续参保不足规定月数"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome, Result.objects.filter(sub__case=case).count()) == ("concluded", "partly", 5)
    (refusal,) = results_page(case).refused
    assert "行政复议" in refusal.remedy


def test_not_accepted_says_whom_to_apply_to_行政许可法_32(task: SubApplication) -> None:
    by = by_staff("GA")
    with pytest.raises(NotReady, match="向谁申请"):
        proceedings.refuse_acceptance(task.pk, "not_ours", "不归本所", by=by, version=task.version)
    ended = proceedings.refuse_acceptance(
        task.pk, "not_ours", "户口不在本所辖区", apply_to="湖里派出所", by=by, version=task.version
    )
    assert ended.state == "not_accepted"
    assert (ended.reasons[0]["apply_to"], "第三十二条" in ended.reasons[0]["article"]) == ("湖里派出所", True)
    assert Document.objects.get(sub=ended, kind="not_accepted").values["apply_to"] == "湖里派出所"


def test_once_accepted_an_item_is_refused_only_by_a_decision(task: SubApplication) -> None:
    by = by_staff("GA")
    accepted = worklist.accept(task.pk, by=by, version=task.version)
    with pytest.raises(WrongState, match="已经受理"):
        proceedings.refuse_acceptance(task.pk, "not_needed", "不需办理", by=by, version=accepted.version)


# ---- people at the worklist ---------------------------------------------------------------------------------


def test_acceptance_is_told_in_writing_once_行政许可法_32(task: SubApplication) -> None:
    by = by_staff("GA")
    accepted = worklist.accept(task.pk, by=by, version=task.version)
    proceedings.begin_procedure(task.pk, "SP1", by=by, version=accepted.version)
    proceedings.end_procedure(task.pk, by=by, version=again(task).version)
    assert Document.objects.filter(sub=task, kind="acceptance").count() == 1


def test_people_begin_a_procedure_of_their_own_only_with_its_days_行政许可法_45(task: SubApplication) -> None:
    by = by_staff("GA")
    with pytest.raises(NotReady, match="几天"):
        proceedings.begin_procedure(task.pk, "入户走访", by=by, version=task.version)
    begun = proceedings.begin_procedure(task.pk, "入户走访", days=3, in_clock=True, by=by, version=task.version)
    with pytest.raises(WrongState, match="特别程序"):
        proceedings.begin_procedure(task.pk, "SP1", by=by, version=begun.version)


def test_a_limit_is_extended_once_with_approver_and_reason_行政许可法_42(task: SubApplication) -> None:
    by = by_staff("GA")
    accepted = worklist.accept(task.pk, by=by, version=task.version)
    with pytest.raises(NotReady) as refused:
        proceedings.extend(task.pk, working_days=11, approver="", reason="", by=by, version=accepted.version)
    assert {name for name, _ in refused.value.faults} >= {"extend.approver", "extend.reason", "extend.working_days"}
    more = {"approver": "王局长", "reason": "需向外省函查", "by": by}
    proceedings.extend(task.pk, working_days=10, version=accepted.version, **more)
    with pytest.raises(WrongState, match="一次"):
        proceedings.extend(task.pk, working_days=1, version=again(task).version, **more)


def test_a_wrong_department_gives_an_item_back_to_the_lead_who_hands_it_on(case: Case, task: SubApplication) -> None:
    by = by_staff("GA")
    lead = "WJ"
    accepted = worklist.accept(task.pk, by=by, version=task.version)
    with pytest.raises(NotReady):
        proceedings.reassign(task.pk, "YB", "不归我们", by=by, version=accepted.version)
    with pytest.raises(NotReady, match="为什么"):
        proceedings.reassign(task.pk, lead, " ", by=by, version=accepted.version)
    back = proceedings.reassign(task.pk, lead, "户口不在本区", by=by, version=accepted.version)
    assert (back.department, back.state, back.connect, back.accepted_at) == (
        lead, "dispatched", "manual", accepted.accepted_at,
    )  # fmt: skip
    proceedings.reassign(task.pk, "MZ", "民政受理", by=by_staff(lead), version=again(task).version)
    assert [(one.to_department, one.to_lead) for one in Reassignment.objects.filter(sub=task)] == [
        (lead, True), ("MZ", False),
    ]  # fmt: skip
    assert Event.objects.filter(case=case, kind="item.reassigned").count() == 2
    assert not silent_rows()


def test_what_a_department_had_filed_is_called_back_when_the_item_is_handed_on(case: Case) -> None:

    from cases.actions.engine.locking import lock_case

    sub = sub_of(case, "HUKOU")
    with transaction.atomic():
        handing_on.hand_on(lock_case(case.pk), sub, "WJ", "分派有误", by=by_staff("GA"))
    dispatch.pump()
    told = Delivery.objects.get(sub=sub, purpose="withdraw")
    assert (told.department, told.state) == ("GA", "done")
    assert (sub_of(case, "HUKOU").state, sub_of(case, "HUKOU").department) == ("dispatched", "WJ")


def test_an_item_handed_back_to_its_department_is_filed_there_anew(case: Case, task: SubApplication) -> None:
    proceedings.reassign(task.pk, "WJ", "误分派", by=by_staff("GA"), version=task.version)
    proceedings.reassign(task.pk, "GA", "应由公安办理", by=by_staff("WJ"), version=again(task).version)
    dispatch.pump()
    filed = Delivery.objects.filter(sub=task, purpose="file").order_by("round")
    assert [one.round for one in filed] == [0, 1]
    assert sub_of(case, "HUKOU").connect == "api-callback"
    assert sub_of(case, "HUKOU").state == "received"


def test_people_register_a_withdrawal_made_at_their_window(task: SubApplication) -> None:
    with pytest.raises(NotReady):
        proceedings.register_withdrawal(task.pk, "", by=by_staff("GA"), version=task.version)
    proceedings.register_withdrawal(task.pk, "本人到窗口提出", by=by_staff("GA"), version=task.version)
    assert again(task).state == "withdrawn"


# ---- withdrawal ---------------------------------------------------------------------------------------------


def test_a_department_that_has_decided_before_is_heard_of_when_told_of_a_withdrawal(
    case: Case, lin: Account, departments: FakeDepartments
) -> None:
    sub = sub_of(case, "HUKOU")
    departments.decide(filing_key(sub), "approved", result=newborn.RESULTS["HUKOU"])
    withdrawal.withdraw_item(sub.pk, by=lin.actor, reason="不办了")
    dispatch.pump()
    assert sub_of(case, "HUKOU").state == "withdrawn"
    raised = Attention.objects.get(sub=sub, reason="late_answer", closed_at=None)
    assert raised.detail == f"approved {sub_of(case, 'HUKOU').receipt_no}", "which decision, and where to find it"
    kept = InboxMessage.objects.get(sub=sub)
    assert (kept.status, kept.verdict) == ("approved", "late")
    assert json.loads(kept.body)["result"] == newborn.RESULTS["HUKOU"], "what was decided is not lost"
    assert not Result.objects.filter(sub=sub).exists()


def test_what_has_been_supplemented_lately_is_called_back_too(case: Case, lin: Account) -> None:
    """A promise that has not left is dropped; the filing before it had arrived, so the department is told."""
    sub = sub_of(case, "HUKOU")
    outbox.promise(sub, Delivery.Purpose.SUPPLEMENT, {"contract": 1}, target=outbox.filing_of(sub))
    withdrawal.withdraw_item(sub.pk, by=lin.actor, reason="不办了")
    assert Delivery.objects.get(sub=sub, purpose="supplement").state == "cancelled"
    assert Delivery.objects.get(sub=sub, purpose="withdraw").state == "due"


def test_nothing_is_released_that_still_has_its_reason(case: Case) -> None:

    with transaction.atomic():
        locked = lock_case(case.pk)
        assert holding.release(locked, lock_subs(locked)) == 0


# ---- what the rules leave to people -------------------------------------------------------------------------


def test_what_the_rules_cannot_decide_a_person_does_within_the_longer_limit(
    lin: Account, departments: FakeDepartments
) -> None:
    departments.say("accepted", item="TALENT")
    guidance = {"category": "high", "work_state": "seeking", "settle_at": "own", "follow": ["none"]}
    with time_machine.travel(MONDAY, tick=False):
        case = received(lin, "RCRH", guidance)
    sub = sub_of(case, "TALENT")
    assert (sub.state, sub.by_person) == ("accepted", True)
    assert sub.due_on is not None and sub.due_on.isoformat() == "2026-11-30"
    assert Event.objects.filter(sub=sub, kind="item.went_to_person").count() == 1
