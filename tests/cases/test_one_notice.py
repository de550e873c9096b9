"""The one notice (一次性告知): collected, merged, told once, answered to those who asked, with an end that is told.

行政许可法 第三十二条第一款第三、四项; domain README 2.3.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bundles.spec.one_notice import OneNotice
from cases.actions.applying import withdrawal
from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.actions.engine import sweep
from cases.actions.papers import materials
from cases.actions.supplementing import notice_terms, spot, supplements
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Delivery, Document, Event, Pause, SubApplication, Supplement, SupplementPoint
from cases.ports import Actor, Answer, Callback, Reason
from cases.queries import case_page, silent_rows
from portal.accounts.models import Account
from tests.factories import library, newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier
from tests.factories.papers import PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
MONDAY = datetime(2025, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CLERK = Actor("clerk", str(uuid4()))
REVIEWING = ("HUKOU", "VACCINE_BOOK", "MATERNITY_PAY")  # 公安, 疾控, 医保: they start together on the birth certificate
BOOK = Reason("S01", "M_HUKOU_BOOK", "缺户主页")
NAME = Reason("S03", "child_name", "姓名含生僻字，请确认写法")
NAME_AGAIN = Reason("V1", "child_name", "姓名与出生证明不一致")
HOME = Reason("V2", "mother_live", "请写到门牌号")
CARD = Reason("S04", "bank_card", "收款账户不是产妇本人账户")


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Three departments have received their items and review; the others decide at once."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    for item in REVIEWING:
        departments.say("received", item=item)
    for code in ("GA", "JK", "YB"):
        departments.say("received", department=code)  # what answers to a supplement come back with
    return departments


@pytest.fixture
def case(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return case


def sub_of(case: Case, item: str) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id=item)


def says(case: Case, item: str, status: str, **more: Any) -> None:
    """A department says something of an item, of its own accord."""
    sub = sub_of(case, item)
    filed = Delivery.objects.get(sub=sub, purpose="file")
    answer = Answer(sub.pk, status, receipt_no="X-1", **more)
    called_back(Callback(sub.department, uuid4().hex, str(filed.key), b"{}", {}, answer))


def ask(case: Case, item: str, *reasons: Reason, **more: Any) -> None:
    says(case, item, "supplement", reasons=reasons, **more)


def all_ask(case: Case) -> Supplement:
    """Three departments, five points, two of them about the same."""
    ask(case, "HUKOU", BOOK, NAME)
    ask(case, "VACCINE_BOOK", NAME_AGAIN, HOME)
    ask(case, "MATERNITY_PAY", CARD)
    return Supplement.objects.get(case=case)


def told(notifier: RecordingNotifier, template: str) -> int:
    return sum(message.template == template for message in notifier.messages)


def upload_book(case: Case, lin: Account) -> None:
    materials.upload(case.pk, "M_HUKOU_BOOK", SimpleUploadedFile("book.pdf", PDF, "application/pdf"), by=lin.actor)


def a_month_on() -> None:
    """All that time brings happens, as the sweep finds it."""
    for _ in range(3):
        sweep.sweep()


# ---- the window


def test_three_departments_five_points_two_the_same_are_one_notice_of_four_lines_行政许可法_32_1_4(
    case: Case, notifier: RecordingNotifier
) -> None:
    notice = all_ask(case)
    assert notice.state == "open"
    points = SupplementPoint.objects.filter(supplement=notice)
    assert points.count() == 5
    assert sorted({point.line for point in points}) == [1, 2, 3, 4]
    assert told(notifier, "supplement_requested") == 1
    words = Document.objects.get(case=case, kind="supplement").values
    assert [line["number"] for line in words["lines"]] == [1, 2, 3, 4]
    both = words["lines"][1]
    assert both["departments"] == ["市公安局", "市疾病预防控制局"]
    assert both["texts"] == ["姓名含生僻字，请确认写法", "姓名与出生证明不一致"]


def test_nobody_is_told_while_others_still_review(case: Case, notifier: RecordingNotifier) -> None:
    ask(case, "HUKOU", BOOK)
    assert Supplement.objects.get(case=case).state == "collecting"
    assert Case.objects.get(pk=case.pk).state == "in_progress"
    assert told(notifier, "supplement_requested") == 0
    assert case_page(Case.objects.get(pk=case.pk)).notice is None
    assert not supplements.open_paths(case)
    assert list(silent_rows()) == []


def test_acceptance_and_decision_of_the_others_close_the_window(case: Case) -> None:
    ask(case, "HUKOU", BOOK)
    says(case, "VACCINE_BOOK", "approved", result={"book_no": "1"})
    assert Supplement.objects.get(case=case).state == "collecting"
    says(case, "MATERNITY_PAY", "accepted")
    assert Supplement.objects.get(case=case).state == "open"


def test_one_reviewing_department_is_heard_at_once(lin: Account, chen: Account, departments: FakeDepartments) -> None:
    for item in REVIEWING[1:]:
        departments.say("accepted", item=item)
    departments.say_once("supplement", item="HUKOU", reasons=(BOOK,))
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    assert Supplement.objects.get(case=case).state == "open"


def test_the_window_closes_on_the_fifth_working_day_行政许可法_32_1_4(
    lin: Account, chen: Account, departments: FakeDepartments, notifier: RecordingNotifier,
    register: FakeRegister, licences: FakeLicences,
) -> None:  # fmt: skip
    with time_machine.travel(MONDAY, tick=False) as clock:
        newborn.fill_registers(register, licences)
        case = newborn.submitted(lin, chen)
        dispatch.pump()
        ask(case, "HUKOU", BOOK)
        clock.move_to(MONDAY + timedelta(days=4))  # Friday, the fourth
        a_month_on()
        assert Supplement.objects.get(case=case).state == "collecting"
        clock.move_to(MONDAY + timedelta(days=7))  # Monday, the fifth
        a_month_on()
    notice = Supplement.objects.get(case=case)
    assert (notice.state, notice.due_on) == ("open", date(2025, 12, 8))
    assert told(notifier, "supplement_requested") == 1


def test_who_comes_late_joins_the_notice_that_is_out_and_a_new_paper_lists_all_of_it(
    case: Case, notifier: RecordingNotifier
) -> None:
    ask(case, "HUKOU", BOOK, NAME)
    Supplement.objects.filter(case=case).update(next_at=timezone.now())
    sweep.sweep()
    says(case, "VACCINE_BOOK", "accepted")
    ask(case, "MATERNITY_PAY", CARD)
    notice = Supplement.objects.get(case=case, state="open")
    assert [point.line for point in supplements.points_of(notice)] == [1, 2, 3]
    assert not any(point.repeated for point in supplements.points_of(notice))
    first, second = Document.objects.filter(case=case, kind="supplement")
    assert first.withdrawn_at is not None
    assert (second.withdrawn_at, len(second.values["lines"])) == (None, 3)
    assert told(notifier, "supplement_requested") == 2


def test_a_department_may_add_while_it_is_collected_and_repeating_itself_changes_nothing(case: Case) -> None:
    ask(case, "HUKOU", BOOK)
    ask(case, "HUKOU", BOOK)
    ask(case, "HUKOU", BOOK, NAME)
    notice = Supplement.objects.get(case=case)
    assert [point.about for point in supplements.points_of(notice)] == ["M_HUKOU_BOOK", "child_name"]
    assert not any(point.repeated for point in supplements.points_of(notice))


def test_what_is_promised_within_hours_collects_nothing_and_a_bundle_may_say_its_own_terms() -> None:
    assert library.spec("XSECS").one_notice == OneNotice()
    assert library.spec("ZTYS").one_notice.collect == 0


# ---- the answer


def test_only_what_was_asked_opens_and_only_who_asked_hears_of_it(
    case: Case, lin: Account, departments: FakeDepartments
) -> None:
    ask(case, "HUKOU", BOOK, NAME)
    ask(case, "VACCINE_BOOK", NAME_AGAIN)
    says(case, "MATERNITY_PAY", "accepted")
    assert supplements.open_paths(case) == {"M_HUKOU_BOOK", "child_name"}
    before = Case.objects.get(pk=case.pk).answers["fields"]["mother_live"]
    supplements.correct(case.pk, {"s_child.0.child_name": "陈一诺", "mother_live": "别处"}, by=lin.actor)
    assert Case.objects.get(pk=case.pk).answers["fields"]["mother_live"] == before
    upload_book(case, lin)
    sent = len(departments.parcels)
    supplements.answer(case.pk, by=lin.actor)
    dispatch.pump()
    answers = {p.department: json.loads(p.body) for p in departments.parcels[sent:] if p.purpose == "supplement"}
    assert set(answers) == {"GA", "JK"}
    assert (answers["GA"]["round"], answers["GA"]["fields"]) == (1, {"child_name": "陈一诺"})
    assert [paper["id"] for paper in answers["GA"]["materials"]] == ["M_HUKOU_BOOK"]
    assert (answers["JK"]["fields"], answers["JK"]["materials"]) == ({"child_name": "陈一诺"}, [])
    assert {p.purpose for p in departments.parcels[sent:] if p.department == "YB"} <= {"file"}


def test_a_file_older_than_the_notice_answers_nothing(case: Case, lin: Account) -> None:
    says(case, "VACCINE_BOOK", "accepted")
    says(case, "MATERNITY_PAY", "accepted")
    ask(case, "HUKOU", BOOK)
    with pytest.raises(NotReady, match="户口簿"):
        supplements.answer(case.pk, by=lin.actor)


def test_the_clock_stands_still_from_the_notice_not_from_the_collecting_行政许可法_45(case: Case, lin: Account) -> None:
    says(case, "HUKOU", "accepted")
    ask(case, "HUKOU", BOOK)
    assert not Pause.objects.filter(sub=sub_of(case, "HUKOU")).exists()
    says(case, "VACCINE_BOOK", "accepted")
    says(case, "MATERNITY_PAY", "accepted")
    assert Pause.objects.get(sub=sub_of(case, "HUKOU")).ended_at is None
    upload_book(case, lin)
    supplements.answer(case.pk, by=lin.actor)
    assert Pause.objects.get(sub=sub_of(case, "HUKOU")).ended_at is not None


# ---- asking again


def answered_once(case: Case, lin: Account) -> None:
    says(case, "VACCINE_BOOK", "accepted")
    says(case, "MATERNITY_PAY", "accepted")
    ask(case, "HUKOU", BOOK)
    upload_book(case, lin)
    supplements.answer(case.pk, by=lin.actor)
    dispatch.pump()


def test_a_second_supplement_by_the_same_department_needs_a_reason_行政许可法_32_1_4(case: Case, lin: Account) -> None:
    answered_once(case, lin)
    hukou = sub_of(case, "HUKOU")
    SubApplication.objects.filter(pk=hukou.pk).update(connect="manual")
    by = Actor("staff", str(uuid4()), "GA")
    with pytest.raises(NotReady, match="没有一次告知"):
        worklist.request_supplement(hukou.pk, (NAME,), by=by, version=hukou.version)
    why = "申请人补交的户口簿显示姓名与申报不一致"
    worklist.request_supplement(hukou.pk, (NAME,), by=by, version=sub_of(case, "HUKOU").version, why_again=why)
    point = SupplementPoint.objects.get(sub=hukou, about="child_name")
    assert (point.repeated, point.why_again) == (True, why)
    assert not Attention.objects.filter(case=case, reason="asked_again").exists()


def test_a_system_that_asks_again_without_a_reason_is_let_through_marked_and_told(case: Case, lin: Account) -> None:
    answered_once(case, lin)
    ask(case, "HUKOU", NAME)
    notice = Supplement.objects.get(case=case, state="open")
    assert [point.repeated for point in supplements.points_of(notice)] == [True]
    assert notice.round == 2
    assert Attention.objects.get(case=case, reason="asked_again").owner == "GA"


def test_the_reason_of_a_second_request_travels_with_the_answer_of_the_system(case: Case, lin: Account) -> None:
    answered_once(case, lin)
    ask(case, "HUKOU", NAME, why_again="新交的户口簿上姓名不同")
    assert SupplementPoint.objects.get(about="child_name", sub__case=case).why_again == "新交的户口簿上姓名不同"
    assert not Attention.objects.filter(case=case, reason="asked_again").exists()


def test_what_starts_later_was_not_there_to_be_asked_about(case: Case, lin: Account, departments: Any) -> None:
    departments.say("supplement", item="MI_JOIN", reasons=(Reason("Y1", "join_region", "请核对参保区"),))
    ask(case, "MATERNITY_PAY", CARD)
    says(case, "VACCINE_BOOK", "accepted")
    says(case, "HUKOU", "accepted")
    assert Supplement.objects.get(case=case).state == "open"
    says(case, "HUKOU", "approved", result=newborn.RESULTS["HUKOU"])
    dispatch.pump()
    late = SupplementPoint.objects.get(sub__item_id="MI_JOIN", sub__case=case)
    assert (late.department, late.repeated) == ("YB", False)


def test_before_acceptance_it_is_a_supplement_afterwards_additional_material(case: Case) -> None:
    says(case, "HUKOU", "accepted")
    ask(case, "HUKOU", BOOK)
    ask(case, "VACCINE_BOOK", HOME)
    says(case, "MATERNITY_PAY", "accepted")
    words = Document.objects.get(case=case, kind="supplement").values
    assert [line["kind"] for line in words["lines"]] == ["补充材料", "补正"]


# ---- more time, taken back, reminded, ended


def test_the_applicant_gets_more_time_once(case: Case, lin: Account) -> None:
    notice = all_ask(case)
    before = notice.due_on
    later = notice_terms.extend(case.pk, by=lin.actor)
    assert before is not None
    assert later.due_on is not None
    assert later.due_on > before
    with pytest.raises(WrongState, match="延长过一次"):
        notice_terms.extend(case.pk, by=lin.actor)


def test_a_department_takes_its_request_back_with_a_reason(case: Case) -> None:
    notice = all_ask(case)
    with pytest.raises(NotReady, match="为什么"):
        notice_terms.cancel_request(sub_of(case, "HUKOU").pk, by=CLERK, reason=" ")
    with pytest.raises(CaseError, match="不归您的部门"):
        notice_terms.cancel_request(sub_of(case, "HUKOU").pk, by=Actor("staff", "1", "YB"), reason="不用了")
    notice_terms.cancel_request(sub_of(case, "HUKOU").pk, by=Actor("staff", "1", "GA"), reason="窗口已核对原件")
    assert sub_of(case, "HUKOU").state == "received"
    lines = {point.line for point in supplements.points_of(notice)}
    assert lines == {2, 3, 4}  # the name is still asked for by the other department
    assert Event.objects.filter(case=case, kind="item.supplement_taken_back").count() == 1


def test_a_cancelled_notice_is_withdrawn_in_writing_and_every_department_goes_on(
    case: Case, departments: FakeDepartments
) -> None:
    all_ask(case)
    sent = len(departments.parcels)
    notice_terms.cancel(case.pk, by=CLERK, reason="材料已在窗口收齐")
    dispatch.pump()
    notice = Supplement.objects.get(case=case)
    assert (notice.state, notice.reason, notice.next_at) == ("cancelled", "材料已在窗口收齐", None)
    assert Document.objects.get(case=case, kind="supplement").withdrawn_at is not None
    assert Case.objects.get(pk=case.pk).state == "in_progress"
    bodies = [json.loads(p.body) for p in departments.parcels[sent:] if p.purpose == "supplement"]
    assert [body["fields"] for body in bodies] == [{}, {}, {}]
    assert not Pause.objects.filter(sub__case=case, ended_at=None).exists()


def test_a_reminder_comes_before_the_due_day_and_the_end_is_told_after_the_grace(
    lin: Account, chen: Account, departments: FakeDepartments, notifier: RecordingNotifier,
    register: FakeRegister, licences: FakeLicences,
) -> None:  # fmt: skip
    with time_machine.travel(MONDAY, tick=False) as clock:
        newborn.fill_registers(register, licences)
        case = newborn.submitted(lin, chen)
        dispatch.pump()
        notice = all_ask(case)
        assert notice.due_on == date(2025, 12, 1)
        clock.move_to(datetime(2025, 11, 28, 9, 1, tzinfo=MONDAY.tzinfo))
        a_month_on()
        assert told(notifier, "reminder") == 1
        clock.move_to(datetime(2025, 12, 3, 18, 0, tzinfo=MONDAY.tzinfo))  # the last day of grace
        a_month_on()
        assert Supplement.objects.get(case=case).state == "open"
        sent = len(departments.parcels)
        clock.move_to(datetime(2025, 12, 4, 9, 1, tzinfo=MONDAY.tzinfo))
        a_month_on()
    assert Supplement.objects.get(case=case).state == "lapsed"
    assert {sub_of(case, item).state for item in REVIEWING} == {"lapsed"}
    assert told(notifier, "supplement_lapsed") == 1
    paper = Document.objects.get(sub=sub_of(case, "MATERNITY_PAY"), kind="lapse")
    assert (paper.values["why"], paper.values["lines"]) == ("超过补正期限没有补正", ["收款账户不是产妇本人账户"])
    withdrawn = [p for p in departments.parcels[sent:] if p.purpose == "withdraw"]
    assert {p.department for p in withdrawn} == {"GA", "JK", "YB"}
    assert {json.loads(p.body)["reason"] for p in withdrawn} == {"超过补正期限没有补正"}
    assert not Attention.objects.filter(case=case, reason="late_answer").exists()


def test_an_item_taken_back_while_it_is_collected_leaves_no_notice(case: Case, lin: Account) -> None:
    ask(case, "HUKOU", BOOK)
    withdrawal.withdraw_item(sub_of(case, "HUKOU").pk, by=lin.actor, reason="不办了")
    assert Supplement.objects.get(case=case).state == "cancelled"
    assert Document.objects.filter(case=case, kind="supplement").count() == 0


# ---- corrected on the spot


def test_what_is_corrected_on_the_spot_is_no_supplement_行政许可法_32_1_3(
    case: Case, departments: FakeDepartments
) -> None:
    sent = len(departments.parcels)
    assert spot.correct_on_spot(case.pk, {"mother_live": "示例市思明区示例路2号"}, by=CLERK) == ()
    dispatch.pump()
    assert Case.objects.get(pk=case.pk).answers["fields"]["mother_live"] == "示例市思明区示例路2号"
    event = Event.objects.get(case=case, kind="case.corrected_on_spot")
    assert (event.facts["about"], event.actor_kind, event.actor_id) == (["mother_live"], "clerk", CLERK.id)
    bodies = {p.department: json.loads(p.body) for p in departments.parcels[sent:] if p.purpose == "supplement"}
    assert bodies["JK"]["fields"] == {"mother_live": "示例市思明区示例路2号"}
    assert set(bodies) == {"JK"}  # the only one that has received the field and has not decided
    assert not Supplement.objects.filter(case=case).exists()


def test_on_the_spot_settles_an_open_point_about_the_same_field(case: Case, departments: FakeDepartments) -> None:
    ask(case, "VACCINE_BOOK", HOME)
    says(case, "HUKOU", "accepted")
    says(case, "MATERNITY_PAY", "accepted")
    spot.correct_on_spot(case.pk, {"mother_live": "示例市思明区示例路2号"}, by=CLERK)
    assert Supplement.objects.get(case=case).state == "cancelled"
    assert sub_of(case, "VACCINE_BOOK").state == "dispatched"


def test_nothing_is_corrected_on_the_spot_after_the_decision_or_by_the_applicant(case: Case, lin: Account) -> None:
    with pytest.raises(CaseError, match="窗口"):
        spot.correct_on_spot(case.pk, {"mother_live": "别处"}, by=lin.actor)
    with pytest.raises(WrongState, match="已经作出决定"):
        spot.correct_on_spot(case.pk, {"father_ethnic": "02"}, by=CLERK)
    with pytest.raises(NotReady, match="没有改动"):
        spot.correct_on_spot(case.pk, {}, by=CLERK)


def test_a_wrong_correction_on_the_spot_saves_nothing(case: Case) -> None:
    errors = spot.correct_on_spot(case.pk, {"father_phone": "12"}, by=CLERK)
    assert [error.path for error in errors] == ["father_phone"]
    assert Case.objects.get(pk=case.pk).answers["fields"]["father_phone"] == newborn.CHEN["phone"]
