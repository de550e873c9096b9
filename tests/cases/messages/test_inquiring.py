"""Questions and urging: asked beside the procedure, answered by people in time, never left without an answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases import access
from cases.actions.dialogue import inquiring
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Inquiry, Pause, SavedAnswer, StaffMail, SubApplication
from cases.queries.inquiries import inquiries_of, open_inquiries
from cases.queries.silence import silent_rows
from cases.queries.urging import urge_choices
from portal.accounts.models import Account, Role
from tests.factories import desk, toll
from tests.factories.doubles import FakeDepartments, RecordingNotifier
from tests.portal.citizen.conftest import photo

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 12, 1, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def case(departments: FakeDepartments, time_machine: Any, lin: Account) -> Case:
    """Filed on a Tuesday; the first item is with its department, promised in three working days: on Friday."""
    time_machine.move_to(TUESDAY, tick=False)
    toll.publish({"kind": "none"})
    return toll.filed(lin)


@pytest.fixture
def item(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="FIRST")


@pytest.fixture
def officer(db: None) -> Account:
    return desk.worker("officer", "SW", email="officer@tax.example")


def days_later(clock: Any, days: int) -> None:
    clock.move_to(TUESDAY + timedelta(days=days), tick=False)


# ---- questions ----------------------------------------------------------------------------------------------


def test_a_question_about_an_item_goes_to_its_department_and_stops_no_clock(
    case: Case, item: SubApplication, lin: Account, officer: Account
) -> None:
    asked = inquiring.ask(case.pk, "能开电子凭证吗？", by=lin.actor, sub_id=item.pk)
    assert (asked.department, asked.due_on) == ("SW", date(2026, 12, 3))
    assert [one.id for one in open_inquiries(officer)] == [asked.pk]
    after = SubApplication.objects.get(pk=item.pk)
    assert (after.state, after.due_on) == (item.state, item.due_on)
    assert not Pause.objects.filter(sub=item).exists()


def test_a_question_about_the_whole_case_goes_to_the_leading_department(case: Case, lin: Account) -> None:
    asked = inquiring.ask(case.pk, "全部办好要多久？", by=lin.actor)
    assert (asked.department, asked.sub_id) == ("SW", None)


def test_the_words_are_sealed(case: Case, lin: Account) -> None:
    from django.db import connection

    inquiring.ask(case.pk, "我的孩子叫陈一诺", by=lin.actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM cases_inquiry")
        assert "陈一诺".encode() not in bytes(cursor.fetchone()[0])


def test_one_waits_for_the_answer_before_one_asks_again(case: Case, item: SubApplication, lin: Account) -> None:
    inquiring.ask(case.pk, "第一问", by=lin.actor, sub_id=item.pk)
    with pytest.raises(NotReady):
        inquiring.ask(case.pk, "第二问", by=lin.actor, sub_id=item.pk)
    assert inquiring.ask(case.pk, "另一件事", by=lin.actor).sub_id is None


@pytest.mark.parametrize("text", ["", "   ", "长" * 501])
def test_a_question_has_words_and_not_too_many(case: Case, lin: Account, text: str) -> None:
    with pytest.raises(NotReady):
        inquiring.ask(case.pk, text, by=lin.actor)


def test_what_lies_beside_a_question_is_read_by_the_department_asked_alone(
    case: Case, item: SubApplication, lin: Account, officer: Account
) -> None:
    asked = inquiring.ask(case.pk, "这样的可以吗？", by=lin.actor, sub_id=item.pk, file=photo())
    assert asked.material is not None and asked.material_id is not None
    assert access.material_for(officer, asked.material_id) == asked.material
    assert access.material_for(desk.worker("other", "JY"), asked.material_id) is None
    assert access.material_for(lin, asked.material_id) == asked.material


def test_a_file_that_is_none_is_refused_before_anything_is_written(case: Case, lin: Account) -> None:
    with pytest.raises(CaseError):
        inquiring.ask(case.pk, "看这个", by=lin.actor, file=SimpleUploadedFile("病毒.exe", b"MZ\x90"))
    assert not Inquiry.objects.exists()


def test_the_answer_is_told_to_the_person_once(
    case: Case, item: SubApplication, lin: Account, officer: Account, notifier: RecordingNotifier
) -> None:
    asked = inquiring.ask(case.pk, "能开电子凭证吗？", by=lin.actor, sub_id=item.pk)
    inquiring.answer(asked.pk, "可以，办好后在结果里下载。", by=officer.actor, save_as="电子凭证")
    assert [one.template for one in notifier.to(str(lin.phone))][-1:] == ["question_answered"]
    (shown,) = inquiries_of(case)
    assert (shown.is_open, shown.answer) == (False, "可以，办好后在结果里下载。")
    assert SavedAnswer.objects.get().title == "电子凭证"
    with pytest.raises(WrongState):
        inquiring.answer(asked.pk, "再答一次", by=officer.actor)


def test_another_department_does_not_answer(case: Case, item: SubApplication, lin: Account) -> None:
    asked = inquiring.ask(case.pk, "能开电子凭证吗？", by=lin.actor, sub_id=item.pk)
    with pytest.raises(CaseError):
        inquiring.answer(asked.pk, "可以", by=desk.worker("other", "JY").actor)


def test_a_question_without_an_answer_in_two_working_days_is_put_before_the_department(
    case: Case, item: SubApplication, lin: Account, officer: Account, time_machine: Any
) -> None:
    asked = inquiring.ask(case.pk, "能开电子凭证吗？", by=lin.actor, sub_id=item.pk)
    days_later(time_machine, 2)
    assert inquiring.call_for_answers() == 0
    days_later(time_machine, 3)
    assert inquiring.call_for_answers() == 1
    raised = Attention.objects.get(reason="unanswered")
    assert (raised.owner, raised.sub_id, raised.closed_at) == ("SW", item.pk, None)
    assert Inquiry.objects.get(pk=asked.pk).escalated_at is not None
    assert not [row for row in silent_rows() if row.kind == "inquiry"]
    inquiring.answer(asked.pk, "可以。", by=officer.actor)
    assert not Attention.objects.filter(reason="unanswered", closed_at=None).exists()


# ---- urging -------------------------------------------------------------------------------------------------


def test_an_item_is_urged_after_half_of_its_time_and_not_before(
    case: Case, item: SubApplication, lin: Account, time_machine: Any
) -> None:
    (choice,) = urge_choices(case)
    assert (choice.urging.may, choice.urging.from_on) == (False, date(2026, 12, 3))
    with pytest.raises(NotReady):
        inquiring.urge(item.pk, by=lin.actor)
    days_later(time_machine, 2)
    assert inquiring.urge(item.pk, by=lin.actor).due_on == date(2026, 12, 4)


def test_people_at_the_desk_hear_of_an_urging_at_once(
    case: Case, item: SubApplication, lin: Account, officer: Account, time_machine: Any
) -> None:
    days_later(time_machine, 2)
    inquiring.urge(item.pk, by=lin.actor)
    mail = StaffMail.objects.get()
    assert mail.account == officer and "申请人催办" in mail.subject
    assert lin.name not in mail.body and str(lin.phone) not in mail.body


def test_one_urges_again_only_after_some_working_days(
    case: Case, item: SubApplication, lin: Account, officer: Account, time_machine: Any
) -> None:
    days_later(time_machine, 2)
    asked = inquiring.urge(item.pk, by=lin.actor)
    with pytest.raises(WrongState):
        inquiring.urge(item.pk, by=lin.actor)
    inquiring.answer(asked.pk, "在等审批，周五前办好。", by=officer.actor)
    (choice,) = urge_choices(case)
    assert choice.urging.from_on == date(2026, 12, 10)
    with pytest.raises(NotReady):
        inquiring.urge(item.pk, by=lin.actor)
    days_later(time_machine, 9)
    assert inquiring.urge(item.pk, by=lin.actor).pk != asked.pk


def test_nothing_is_urged_while_its_clock_stands_still(
    case: Case, item: SubApplication, lin: Account, time_machine: Any
) -> None:
    days_later(time_machine, 9)
    Pause.objects.create(sub=item, kind=Pause.Kind.PROCEDURE, began_at=timezone.now(), in_clock=False)
    (choice,) = urge_choices(case)
    assert choice.urging.is_stopped
    with pytest.raises(NotReady):
        inquiring.urge(item.pk, by=lin.actor)


def test_what_is_not_with_a_department_cannot_be_urged(case: Case, lin: Account) -> None:
    second = SubApplication.objects.get(case=case, item_id="SECOND")
    with pytest.raises(WrongState):
        inquiring.urge(second.pk, by=lin.actor)


def test_an_ignored_urging_goes_up_and_one_whose_item_is_done_needs_no_answer(
    case: Case, item: SubApplication, lin: Account, time_machine: Any
) -> None:
    days_later(time_machine, 2)
    asked = inquiring.urge(item.pk, by=lin.actor)
    days_later(time_machine, 6)
    inquiring.call_for_answers()
    assert Attention.objects.filter(reason="unanswered", closed_at=None, owner="SW").exists()
    SubApplication.objects.filter(pk=item.pk).update(state="approved", closed_at=timezone.now(), next_at=None)
    days_later(time_machine, 14)
    inquiring.call_for_answers()
    assert Inquiry.objects.get(pk=asked.pk).state == "settled"
    assert not Attention.objects.filter(reason="unanswered", closed_at=None).exists()


def test_a_clerk_sees_none_of_it(case: Case, item: SubApplication, lin: Account) -> None:
    inquiring.ask(case.pk, "能开电子凭证吗？", by=lin.actor, sub_id=item.pk)
    clerk = Account.objects.create_user("clerk", "a-long-password", role=Role.CLERK, name="窗口", department="SW")
    assert open_inquiries(clerk) == ()
