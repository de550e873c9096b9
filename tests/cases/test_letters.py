"""Letters (转办函): frozen words, steps with who and when, the one-time link, files, what ends them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.desk import letters, task_files, worklist
from cases.errors import BadUpload, CaseError, NotReady, WrongState
from cases.models import Event, Result, SubApplication, TaskFile, TaskLetter
from cases.ports import Actor, Reason
from cases.queries import task as task_page
from cases.queries.task_history import history_of
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.desk import RESULT, current, hukou_task, worker
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

pytestmark = pytest.mark.django_db


@pytest.fixture
def sub(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    return hukou_task(lin, chen, register, licences, departments)


@pytest.fixture
def lead(db: None) -> Account:
    return worker("lead", "WJ")


def approve(sub: SubApplication, by: Actor) -> SubApplication:
    values = {field.name: "2026-11-20" for field in task_page(current(sub)).result_fields} | RESULT
    return worklist.approve(sub.pk, values, by=by, version=current(sub).version)


def test_a_letter_says_what_this_item_needs_and_nothing_else(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    words = letter.values
    assert letter.number.startswith("转办〔2026〕") and letter.number.endswith("号")
    said = str(words)
    assert "陈一诺" in said and words["case_no"] == sub.number and words["due_on"]
    assert newborn.LIN["bank_card"] not in said  # the account is the insurer's business
    assert any(row[1] == "R350000001" for one in words["upstream"] for row in one["rows"])
    assert words["reply"] and words["to"] != words["authority"]


def test_the_open_letter_of_a_task_is_printed_again_not_made_again(sub: SubApplication, lead: Account) -> None:
    first, again = letters.issue(sub.pk, by=lead.actor), letters.issue(sub.pk, by=lead.actor)
    assert first.pk == again.pk and TaskLetter.objects.count() == 1
    assert letters.link_of(first.pk) == letters.link_of(again.pk)
    assert len(letters.code_of(first.pk)) == 6


def test_two_open_letters_of_one_task_cannot_be(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    copy = TaskLetter(
        sub=sub, department="GA", number="x", mark="x", sha256="x", issued_at=timezone.now(),
        link_digest="x", code_digest="x", link_until=letter.link_until,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_each_step_is_kept_with_who_and_when(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    sent = letters.note_sent(letter.pk, "exchange", by=lead.actor)
    assert (sent.sent_by_id, sent.sent_way) == (str(lead.pk), "exchange") and sent.sent_at
    got = letters.note_received(letter.pk, "收发室 王敏", by=lead.actor)
    assert got.received_at and str(got.received_by_id) == str(lead.pk)
    assert TaskLetter.objects.get(pk=letter.pk).receiver == "收发室 王敏"
    assert current(sub).state == "received" and current(sub).receipt_no == letter.number
    letters.answered_on_paper(letter.pk, lambda task, actor: approve(task, actor), "李科长", by=lead.actor)
    done = TaskLetter.objects.get(pk=letter.pk)
    assert done.answered_at and done.answered_by_id == lead.pk and done.answerer == "李科长"
    assert current(sub).state == "approved"
    said = [line.text for line in history_of(sub)]
    assert {"转办函已送出：公文交换", "转办函已签收", "转办函已答复", f"出转办函 {letter.number}"} <= set(said)
    answered = Event.objects.get(sub=sub, kind="item.approved")
    assert (answered.actor_kind, answered.actor_id) == ("department", "GA")  # the department speaks, whoever writes


def test_a_step_is_taken_once(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    letters.note_sent(letter.pk, "hand", by=lead.actor)
    with pytest.raises(WrongState):
        letters.note_sent(letter.pk, "hand", by=lead.actor)
    with pytest.raises(NotReady):
        letters.note_received(letter.pk, "  ", by=lead.actor)
    letters.note_received(letter.pk, "王敏", by=lead.actor)
    with pytest.raises(WrongState):
        letters.note_received(letter.pk, "王敏", by=lead.actor)


def test_whoever_decides_at_the_worklist_answers_the_letter_too(sub: SubApplication, lead: Account) -> None:
    officer = worker("officer")
    letter = letters.issue(sub.pk, by=lead.actor)
    worklist.take(sub.pk, by=officer.actor, version=current(sub).version)
    assert TaskLetter.objects.get(pk=letter.pk).received_by_id == officer.pk
    worklist.reject(sub.pk, [Reason("", "", "户口簿不符")], by=officer.actor, version=current(sub).version)
    assert TaskLetter.objects.get(pk=letter.pk).answered_at is not None
    with pytest.raises(WrongState):
        letters.note_sent(letter.pk, "hand", by=lead.actor)


def test_a_withdrawn_task_recalls_its_letter(sub: SubApplication, lead: Account, lin: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    withdrawal.withdraw_item(sub.pk, by=lin.actor, reason="不办了")
    kept = TaskLetter.objects.get(pk=letter.pk)
    assert kept.recalled_at is not None and kept.answered_at is None
    with pytest.raises(CaseError):
        letters.open_by(letters.link_of(letter.pk), letters.code_of(letter.pk))


def test_a_decided_task_gets_no_letter(sub: SubApplication, lead: Account) -> None:
    approve(sub, worker("officer").actor)
    with pytest.raises(WrongState):
        letters.issue(sub.pk, by=lead.actor)


# ---- the one-time link --------------------------------------------------------------------------------------


def test_the_link_opens_with_the_code_on_the_paper_alone(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    link, code = letters.link_of(letter.pk), letters.code_of(letter.pk)
    assert link not in (letter.link_digest, letter.code_digest)
    assert letters.open_by(link, code).pk == letter.pk
    with pytest.raises(CaseError):
        letters.open_by("0" * 40, code)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        with pytest.raises(NotReady) as refused:
            letters.open_by(link, wrong)
        assert f"{left} 次" in refused.value.faults[0][1]
    with pytest.raises(CaseError):
        letters.open_by(link, wrong)
    with pytest.raises(CaseError):
        letters.open_by(link, code)  # locked, even for the right code
    assert "letter.locked" in set(Event.objects.filter(sub=sub).values_list("kind", flat=True))
    assert letters.issue(sub.pk, by=lead.actor).pk != letter.pk  # a new letter, the locked one recalled
    assert TaskLetter.objects.get(pk=letter.pk).recalled_at is not None


def test_the_link_ends_with_the_answer(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    holder = Actor("department", department="GA")
    assert letters.held_letter(letter.pk) is not None
    letters.answered_on_paper(letter.pk, lambda task, actor: approve(task, actor), "王敏", by=holder)
    assert letters.held_letter(letter.pk) is None
    with pytest.raises(WrongState):
        letters.answered_on_paper(letter.pk, lambda task, actor: approve(task, actor), "王敏", by=holder)


def test_an_answer_that_is_refused_changes_nothing(sub: SubApplication, lead: Account) -> None:
    letter = letters.issue(sub.pk, by=lead.actor)
    before = current(sub).version
    with pytest.raises(NotReady):
        letters.answered_on_paper(
            letter.pk, lambda task, by: worklist.approve(task.pk, {}, by=by, version=before), "王敏", by=lead.actor
        )
    assert TaskLetter.objects.get(pk=letter.pk).answerer is None and current(sub).version == before


# ---- files --------------------------------------------------------------------------------------------------


def pdf(text: bytes = b"") -> BytesIO:
    file = BytesIO(newborn.SCAN + text)
    file.name = "批文.pdf"
    return file


def test_files_are_checked_like_every_upload(sub: SubApplication, lead: Account) -> None:
    program = BytesIO(b"MZ\x90\x00 program")
    program.name = "a.pdf"
    with pytest.raises(BadUpload):
        task_files.attach(sub.pk, "evidence", program, by=lead.actor)
    kept = task_files.attach(sub.pk, "evidence", pdf(), by=lead.actor)
    assert (kept.name, kept.media_type, kept.added_by_id) == ("批文.pdf", "application/pdf", str(lead.pk))
    with pytest.raises(BadUpload):
        task_files.attach(sub.pk, "evidence", pdf(), by=lead.actor)
    assert TaskFile.objects.count() == 1


def test_the_scanned_licence_goes_to_the_applicant_with_the_result(sub: SubApplication, lead: Account) -> None:
    kept = task_files.attach(sub.pk, "licence", pdf(b"%licence\n"), by=lead.actor)
    approve(sub, worker("officer").actor)
    (result,) = Result.objects.filter(sub=sub)
    assert result.file.name == kept.file.name
    with pytest.raises(WrongState):
        task_files.attach(sub.pk, "evidence", pdf(b"%late\n"), by=lead.actor)
