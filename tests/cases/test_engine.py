"""The engine under what happens in real life: faults, callbacks, supplements, withdrawals, refusals, choices."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions.applying import filing, withdrawal
from cases.actions.delivery import dispatch
from cases.actions.delivery.inbox import Verdict
from cases.actions.engine import events, sweep
from cases.actions.papers import materials
from cases.actions.supplementing import supplements
from cases.errors import Duplicate, NotReady, WrongState
from cases.models import Attention, Case, Delivery, Event, InboxMessage, Result, SubApplication, Supplement
from cases.ports import Answer, Callback, Reason
from cases.queries import silent_rows
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.papers import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Departments that approve with the results that flow on."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    return departments


def sub_of(case: Case, item: str) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id=item)


def due_now(case: Case) -> None:
    """Time passes: whatever waits for a later try is due."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(sub__case=case, state="due").update(next_at=past, lease_until=None)
    SubApplication.objects.filter(case=case, next_at__isnull=False).update(next_at=past)
    Case.objects.filter(pk=case.pk, next_at__isnull=False).update(next_at=past)


def callback(sub: SubApplication, status: str, *, event_id: str = "", seq: int | None = None, **more: Any) -> Callback:
    filed = Delivery.objects.get(sub=sub, purpose="file")
    answer = Answer(sub.pk, status, receipt_no="X-1", seq=seq, **more)
    return Callback(sub.department, event_id or uuid4().hex, str(filed.key), b"{}", {}, answer)


def test_two_presses_of_submit_make_one_case(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    case = newborn.draft(lin)
    first = filing.submit_case(case.pk, by=lin.actor, client_key="press")
    again = filing.submit_case(case.pk, by=lin.actor, client_key="press")
    assert first.pk == again.pk
    assert Event.objects.filter(case=case, kind="party.asked").count() == 1
    with pytest.raises(WrongState, match="已经提交过"):
        filing.submit_case(case.pk, by=lin.actor, client_key="another press")


def test_a_key_that_handed_in_one_draft_is_refused_for_another(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    filing.submit_case(newborn.draft(lin).pk, by=lin.actor, client_key="press")
    other = newborn.draft(lin)
    with pytest.raises(Duplicate, match="另一份申请"):
        filing.submit_case(other.pk, by=lin.actor, client_key="press")
    assert Case.objects.get(pk=other.pk).state == "draft"


def test_a_gap_is_named_and_nothing_is_filed(lin: Account, departments: FakeDepartments) -> None:
    case = newborn.draft(lin)
    case.answers["fields"]["s_child"][0].pop("child_name")
    case.save(update_fields=["answers"])
    with pytest.raises(NotReady) as refusal:
        filing.submit_case(case.pk, by=lin.actor, client_key="press")
    assert [path for path, _ in refusal.value.faults] == ["s_child.0.child_name"]
    assert Case.objects.get(pk=case.pk).state == "draft"


def test_numbers_follow_the_platform_rule_and_count_by_day(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    today = timezone.localdate().strftime("%Y%m%d")
    assert case.number is not None and case.number.startswith(f"350200-XSECS-{today}-000001-")
    assert sub_of(case, "BIRTH_CERT").number == f"{case.number}-01"


def test_an_answer_that_got_lost_is_asked_for_and_has_one_effect(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("lost_answer", department="WJ")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    delivery = Delivery.objects.get(sub=sub_of(case, "BIRTH_CERT"))
    assert (delivery.state, delivery.ask_first) == ("due", True)
    due_now(case)
    dispatch.pump()
    assert sub_of(case, "BIRTH_CERT").state == "approved"
    assert set(departments.effects.values()) == {1}


def test_retries_carry_the_same_key_and_the_same_bytes(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("down", department="WJ", times=3)
    case = newborn.submitted(lin, chen)
    for _ in range(4):
        due_now(case)
        dispatch.pump()
    tries = [p for p in departments.parcels if p.sub_application_id == sub_of(case, "BIRTH_CERT").pk]
    assert len({(p.key, p.body) for p in tries}) == 1
    assert sub_of(case, "BIRTH_CERT").state == "approved"


def test_a_refusal_of_the_request_goes_to_a_person_and_is_not_repeated(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.fail("refused", department="WJ")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    due_now(case)
    dispatch.pump()
    raised = Attention.objects.get(case=case)
    assert (raised.reason, raised.owner) == ("refused_by_system", "WJ")
    assert sum(p.department == "WJ" for p in departments.parcels) == 1


def test_a_callback_sent_twice_has_one_effect(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    departments.say("received", item="BIRTH_CERT")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    message = callback(sub_of(case, "BIRTH_CERT"), "approved", event_id="e1", result=newborn.RESULTS["BIRTH_CERT"])
    assert called_back(message) is Verdict.STORED
    assert called_back(message) is Verdict.DUPLICATE
    assert Result.objects.filter(sub=sub_of(case, "BIRTH_CERT")).count() == 1
    assert InboxMessage.objects.filter(event_id="e1").count() == 1


def test_a_contradiction_keeps_the_first_decision_and_calls_a_person(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    sub = sub_of(case, "BIRTH_CERT")
    assert called_back(callback(sub, "rejected")) is Verdict.CONTRADICTION
    assert sub_of(case, "BIRTH_CERT").state == "approved"
    assert Attention.objects.filter(case=case, reason="contradiction", closed_at=None).exists()


def test_an_older_message_after_a_newer_one_changes_nothing(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("received", item="BIRTH_CERT")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    sub = sub_of(case, "BIRTH_CERT")
    called_back(callback(sub, "accepted", seq=2))
    called_back(callback(sub, "supplement", seq=1, reasons=(Reason("S1", "", "旧的"),)))
    assert sub_of(case, "BIRTH_CERT").state == "accepted"
    assert InboxMessage.objects.get(status="supplement").verdict == "stale"


def test_another_departments_case_does_not_exist(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    genuine = callback(sub_of(case, "BIRTH_CERT"), "approved")
    foreign = Callback("GA", "e9", genuine.key, b"{}", {}, genuine.answer)
    assert called_back(foreign) is Verdict.UNKNOWN


def test_only_what_was_asked_reopens_and_goes_to_the_one_who_asked_行政许可法_32(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say_once("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert case.state == "awaiting_applicant"
    assert supplements.open_paths(case) == {"M_HUKOU_BOOK"}
    with pytest.raises(NotReady):
        supplements.answer(case.pk, by=lin.actor)
    materials.upload(case.pk, "M_HUKOU_BOOK", SimpleUploadedFile("book.pdf", PDF, "application/pdf"), by=lin.actor)
    supplements.answer(case.pk, by=lin.actor)
    before = len(departments.parcels)
    dispatch.pump()
    sent = [p for p in departments.parcels[before:] if p.purpose == "supplement"]
    assert [p.department for p in sent] == ["GA"]
    assert Case.objects.get(pk=case.pk).outcome == "all"


def test_a_refused_item_leaves_the_rest_and_says_how_to_appeal_行政许可法_38(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("rejected", item="MATERNITY_PAY", reasons=(Reason("J03", "", "连续参保不足规定月数"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome) == ("concluded", "partly")
    assert sub_of(case, "MATERNITY_PAY").reasons[0]["text"] == "连续参保不足规定月数"
    assert Result.objects.filter(sub__case=case).count() == 5


def test_after_a_refused_registration_the_applicant_chooses_how_insurance_goes_on(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("rejected", item="HUKOU", reasons=(Reason("J01", "", "该出生证已用于落户"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    assert sub_of(case, "SBK").state == "cancelled"
    joining = sub_of(case, "MI_JOIN")
    assert (joining.state, joining.choice) == ("waiting", "asked")
    assert Case.objects.get(pk=case.pk).state == "awaiting_applicant"
    withdrawal.choose(joining.pk, True, by=lin.actor)
    dispatch.pump()
    body = next(b for b in departments.filings("YB") if b["item"]["id"] == "MI_JOIN")
    assert body["upstream"] == {"BIRTH_CERT": {"cert_no": "R350000001"}}
    assert Case.objects.get(pk=case.pk).outcome == "partly"


def test_what_is_decided_stays_decided_when_the_rest_is_withdrawn(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("received", item="HUKOU")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="换个城市落户")
    dispatch.pump()
    assert sub_of(case, "BIRTH_CERT").state == "approved"
    assert sub_of(case, "HUKOU").state == "withdrawn"
    assert [p.purpose for p in departments.parcels if p.department == "GA"] == ["file", "withdraw"]
    with pytest.raises(WrongState):
        withdrawal.withdraw_case(case.pk, by=lin.actor, reason="再撤一次")


def test_a_decision_after_withdrawal_is_kept_and_shown_but_not_applied(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say("received", item="HUKOU")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    hukou = sub_of(case, "HUKOU")
    withdrawal.withdraw_item(hukou.pk, by=lin.actor, reason="不办了")
    called_back(callback(hukou, "approved", result=newborn.RESULTS["HUKOU"]))
    assert sub_of(case, "HUKOU").state == "withdrawn"
    assert not Result.objects.filter(sub=hukou).exists()
    assert Attention.objects.filter(case=case, sub=hukou, reason="late_answer").exists()


def test_a_department_that_never_calls_back_is_asked(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    departments.say("received", item="BIRTH_CERT")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    birth = sub_of(case, "BIRTH_CERT")
    filed = Delivery.objects.get(sub=birth)
    departments.decide(str(filed.key), "approved", result=newborn.RESULTS["BIRTH_CERT"])
    due_now(case)
    sweep.sweep()
    assert sub_of(case, "BIRTH_CERT").state == "approved"
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).outcome == "all"


def test_an_outage_of_a_register_refuses_nobody(
    lin: Account, chen: Account, departments: FakeDepartments, register: Any
) -> None:
    case = newborn.submitted(lin, chen)
    register.silent.add("*")
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).outcome == "all"
    assert not SubApplication.objects.filter(case=case, state="rejected").exists()


def test_nothing_is_silent_at_any_point(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    departments.say("received", item="HUKOU")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    due_now(case)
    sweep.sweep()
    assert list(silent_rows()) == []


def test_history_cannot_be_rewritten(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    case = Case.objects.get(pk=case.pk)
    assert events.broken_link(case) is None
    for statement in ("UPDATE cases_event SET kind = 'x'", "DELETE FROM cases_event"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_final_state_is_never_left_even_by_hand(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    newborn.submitted(lin, chen)
    dispatch.pump()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_subapplication SET state = 'rejected', closed_at = now() WHERE state = 'approved'")


def test_a_notice_lapses_into_nothing_when_its_item_is_decided(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say_once("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    called_back(callback(sub_of(case, "HUKOU"), "approved", result=newborn.RESULTS["HUKOU"]))
    assert Supplement.objects.get(case=case).state == "cancelled"
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).outcome == "all"


def test_people_are_told_once_for_each_turn_of_their_case(
    lin: Account, chen: Account, departments: FakeDepartments, notifier: Any
) -> None:
    departments.say_once("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    materials.upload(case.pk, "M_HUKOU_BOOK", SimpleUploadedFile("book.pdf", PDF, "application/pdf"), by=lin.actor)
    supplements.answer(case.pk, by=lin.actor)
    dispatch.pump()
    assert [message.template for message in notifier.to(newborn.CHEN["phone"])] == ["party_invited"]
    told = [message.template for message in notifier.to(newborn.LIN["phone"])]
    assert told == ["case_submitted", "supplement_requested", "case_concluded"]


def test_a_supplement_of_three_working_days_moves_the_due_day_by_three_行政许可法_32(
    lin: Account, chen: Account, departments: FakeDepartments, register: FakeRegister, licences: FakeLicences
) -> None:
    monday = datetime(2025, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(monday, tick=False):
        newborn.fill_registers(register, licences)
        departments.say_once("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
        case = newborn.submitted(lin, chen)
        dispatch.pump()
        before = sub_of(case, "HUKOU").due_on
    with time_machine.travel(monday + timedelta(days=3), tick=False):
        departments.say("received", item="HUKOU")
        materials.upload(case.pk, "M_HUKOU_BOOK", SimpleUploadedFile("book.pdf", PDF, "application/pdf"), by=lin.actor)
        supplements.answer(case.pk, by=lin.actor)
    assert before == date(2025, 11, 27)
    assert sub_of(case, "HUKOU").due_on == date(2025, 12, 2)


def test_a_second_acceptance_after_a_supplement_does_not_start_the_clock_anew(
    lin: Account, chen: Account, departments: FakeDepartments
) -> None:
    departments.say_once("accepted", item="HUKOU")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    accepted_at = sub_of(case, "HUKOU").accepted_at
    reasons = (Reason("S01", "M_HUKOU_BOOK", "缺户主页"),)
    called_back(callback(sub_of(case, "HUKOU"), "supplement", reasons=reasons))
    materials.upload(case.pk, "M_HUKOU_BOOK", SimpleUploadedFile("book.pdf", PDF, "application/pdf"), by=lin.actor)
    supplements.answer(case.pk, by=lin.actor)
    called_back(callback(sub_of(case, "HUKOU"), "accepted"))
    hukou = sub_of(case, "HUKOU")
    assert (hukou.state, hukou.accepted_at) == ("accepted", accepted_at)
