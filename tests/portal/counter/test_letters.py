"""Letters on pages: who may see one, the paper, the one-time link in a browser without an account, the post."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.desk import letters, worklist
from cases.models import AccessRecord, DeskPost, Pause, SubApplication, TaskFile, TaskLetter
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.desk import current
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db: None) -> Account:
    return staff("lead", Role.STAFF, "WJ")


@pytest.fixture
def letter(sub: SubApplication, lead: Account) -> TaskLetter:
    return letters.issue(sub.pk, by=lead.actor)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def place(name: str, *args: object) -> str:
    return reverse(f"counter:{name}", args=args)


def results_of(sub: SubApplication, officer: Account, at: At) -> dict[str, Any]:
    fields = at(officer).get(place("task", sub.pk)).context["task"].results
    known = {"result.id_no": "350203202610301069", "result.name": "陈一诺"}
    return {field.name: known.get(field.name, "2026-11-20") for field in fields}


# ---- the lead -----------------------------------------------------------------------------------------------


def test_the_lead_sends_a_letter_and_records_its_steps(
    sub: SubApplication, lead: Account, officer: Account, at: At
) -> None:
    client = at(lead)
    assert sub.number in text_of(client.get(place("letters")))
    made = client.post(place("letter_issue", sub.pk))
    letter = TaskLetter.objects.get(sub=sub)
    assert made.headers["Location"] == place("letter", letter.pk)
    page = text_of(client.get(place("letter", letter.pk)))
    assert letter.number in page and "陈一诺" in page and letters.code_of(letter.pk) in page and "<svg" in page
    assert client.post(place("letter_sent", letter.pk), {"letter.way": "pigeon"}).status_code == 422
    assert client.post(place("letter_sent", letter.pk), {"letter.way": "post"}).status_code == 302
    assert client.post(place("letter_received", letter.pk), {"letter.receiver": ""}).status_code == 422
    client.post(place("letter_received", letter.pk), {"letter.receiver": "王敏"})
    assert "王敏" in text_of(client.get(place("letter", letter.pk)))
    assert sub.number in text_of(client.get(place("letters"), {"stage": "received"}))
    assert sub.number not in text_of(client.get(place("letters"), {"stage": "none"}))
    assert AccessRecord.objects.filter(case=sub.case, what=letter.number, department="WJ").exists()


def test_nobody_else_sees_a_letter(
    letter: TaskLetter, lin: Account, teacher: Account, clerk: Account, stranger: Account, at: At
) -> None:
    for account in (lin, teacher, clerk, stranger):
        client = at(account)
        assert client.get(place("letter", letter.pk)).status_code == 404
        assert client.post(place("letter_issue", letter.sub_id)).status_code == 404
        assert client.post(place("letter_sent", letter.pk), {"letter.way": "post"}).status_code == 404
        assert client.get(place("letter_reply", letter.pk)).status_code == 404
    assert TaskLetter.objects.get(pk=letter.pk).sent_at is None
    assert letter.number not in text_of(at(teacher).get(place("letters")))


def test_an_answer_on_paper_is_written_down_with_the_paper_as_evidence(
    letter: TaskLetter, sub: SubApplication, lead: Account, officer: Account, at: At
) -> None:
    client, typed = at(lead), results_of(sub, officer, at)
    paper = SimpleUploadedFile("回函.pdf", newborn.SCAN, content_type="application/pdf")
    sent = {"act": "approved", "version": sub.version, "letter.answerer": "李科长", "files.evidence": paper, **typed}
    wrong = client.post(place("letter_reply", letter.pk), {**sent, "letter.answerer": "", "files.evidence": ""})
    assert wrong.status_code == 422 and "请写明答复人" in text_of(wrong)
    assert client.post(place("letter_reply", letter.pk), sent).headers["Location"] == place("letter", letter.pk)
    assert current(sub).state == "approved"
    (file,) = TaskFile.objects.filter(sub=sub)
    assert (file.kind, file.letter_id) == ("evidence", letter.pk)
    address = place("task_file", file.pk)
    assert b"".join(at(officer).get(address).streaming_content) == newborn.SCAN
    assert client.get(place("letter_reply", letter.pk)).status_code == 302


def test_a_file_of_a_task_is_for_those_who_may_read_it(
    sub: SubApplication, officer: Account, teacher: Account, at: At
) -> None:
    client = at(officer)
    file = SimpleUploadedFile("book.pdf", newborn.SCAN, content_type="application/pdf")
    sent = {"kind": "evidence", "files": file, "version": sub.version}
    assert client.post(place("task_attach", sub.pk), sent).status_code == 302
    kept = TaskFile.objects.get(sub=sub)
    assert place("task_file", kept.pk) in text_of(client.get(place("task", sub.pk)))
    assert at(teacher).get(place("task_file", kept.pk)).status_code == 404
    program = SimpleUploadedFile("a.pdf", b"MZ program", content_type="application/pdf")
    refused = client.post(place("task_attach", sub.pk), {**sent, "files": program})
    assert refused.status_code == 422 and TaskFile.objects.count() == 1


# ---- the link -----------------------------------------------------------------------------------------------


def opened(letter: TaskLetter) -> Client:
    """A phone that scanned the code of the letter, with nobody signed in."""
    client = Client()
    answer = client.post(place("letter_link", letters.link_of(letter.pk)), {"code": letters.code_of(letter.pk)})
    assert answer.status_code == 302
    return client


def test_without_the_check_code_the_link_shows_nothing_of_the_application(letter: TaskLetter) -> None:
    address = place("letter_link", letters.link_of(letter.pk))
    page = text_of(Client().get(address))
    assert "查收码" in page and "陈一诺" not in page and letter.sub.number not in page
    wrong = Client().post(address, {"code": "x"})
    assert wrong.status_code == 422 and "还可以试" in text_of(wrong)
    assert Client().post(address, {"act": "approved", "version": "0"}).status_code == 200
    assert SubApplication.objects.get(pk=letter.sub_id).state == "dispatched"
    assert Client().post(place("letter_link", "0" * 40), {"code": "000000"}).status_code == 410


def test_the_link_receives_and_answers_once(letter: TaskLetter, sub: SubApplication, officer: Account, at: At) -> None:
    client, address = opened(letter), place("letter_link", letters.link_of(letter.pk))
    page = text_of(client.get(address))
    assert "陈一诺" in page and newborn.LIN["id_no"] not in page  # whole numbers are on the paper
    assert AccessRecord.objects.filter(case=sub.case, what=letter.number, department="GA").exists()
    assert client.post(address, {"act": "received", "letter.receiver": "王敏"}).status_code == 302
    assert current(sub).state == "received"
    stale = {"act": "rejected", "version": sub.version, "letter.answerer": "王敏", "reject.free.0": "户口簿不符"}
    assert client.post(address, stale).status_code == 409
    kept = client.post(address, {**stale, "version": current(sub).version, "reject.free.0": ""})
    assert kept.status_code == 422
    done = client.post(address, {**stale, "version": current(sub).version})
    assert done.status_code == 302 and current(sub).state == "rejected"
    assert "已答复" in text_of(client.get(address))
    again = Client().post(address, {"code": letters.code_of(letter.pk)})
    assert again.status_code == 410
    assert TaskLetter.objects.get(pk=letter.pk).answerer == "王敏"


def test_a_browser_that_has_opened_a_letter_loses_it_with_the_task(letter: TaskLetter, lin: Account) -> None:
    client = opened(letter)
    withdrawal.withdraw_item(letter.sub_id, by=lin.actor, reason="不办了")
    page = text_of(client.get(place("letter_link", letters.link_of(letter.pk))))
    assert "陈一诺" not in page


# ---- the desk -----------------------------------------------------------------------------------------------


def test_several_tasks_are_taken_by_ticks(sub: SubApplication, officer: Account, colleague: Account, at: At) -> None:
    page = text_of(at(officer).get(place("desk")))
    tick = f"{sub.pk}:{sub.version}"
    assert f'value="{tick}"' in page and "上一环节已办结：" in page
    assert "没有勾选" in text_of(at(officer).post(place("take_many"), follow=True))
    assert "没有勾选" in text_of(at(officer).post(place("take_many"), {"task": ["x", "y:z"]}, follow=True))
    assert "已接 1 件" in text_of(at(officer).post(place("take_many"), {"task": tick}, follow=True))
    assert "同事先接了" in text_of(at(colleague).post(place("take_many"), {"task": tick}, follow=True))
    assert current(sub).assigned_to_id == officer.pk


def test_who_was_overtaken_sees_what_the_other_did(
    sub: SubApplication, officer: Account, colleague: Account, at: At
) -> None:
    worklist.take(sub.pk, by=colleague.actor, version=sub.version)
    answer = at(officer).post(place("reject", sub.pk), {"version": sub.version, "reject.free.0": "材料不符"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "现在由colleague办" in page and "收件" in page and "材料不符" in page


WAITS = {"payment": "等申请人缴费", "visit": "等申请人到场", "party": "等对方确认", "outside": "等批复"}


@pytest.mark.parametrize("kind", WAITS)
def test_the_desk_says_why_a_clock_stands_still(kind: str, sub: SubApplication, officer: Account, at: At) -> None:
    words = f"停表，{WAITS[kind]}"
    Pause.objects.create(sub=sub, kind=kind, reason="等批复" if kind == "outside" else "", began_at=timezone.now())
    assert words in text_of(at(officer).get(place("desk"), {"colour": "paused"}))
    assert words in text_of(at(officer).get(place("task", sub.pk)))


def test_the_own_post(sub: SubApplication, officer: Account, colleague: Account, teacher: Account, at: At) -> None:
    client, today = at(officer), timezone.localdate().isoformat()
    assert client.get(place("post")).status_code == 200
    assert client.post(place("post_reach"), {"email": "nonsense", "digest": "true"}).status_code == 422
    client.post(place("post_reach"), {"email": "o@example.gov.cn", "digest": "false"})
    post = DeskPost.objects.get(account=officer)
    assert (post.email, post.wants_digest) == ("o@example.gov.cn", False)
    leave = {"away_from": today, "away_until": today}
    assert client.post(place("post_away"), {**leave, "substitute": teacher.pk}).status_code == 422
    assert client.post(place("post_away"), {"away_from": "soon"}).status_code == 422
    client.post(place("post_away"), {**leave, "substitute": colleague.pk})
    assert "colleague代班" in text_of(client.get(place("post")))
    client.post(place("post_away"), {"back": "yes"})
    assert DeskPost.objects.get(account=officer).away_from is None
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    assert client.post(place("post_hand_over"), {"hand_over.to": "x"}).status_code == 422
    client.post(place("post_hand_over"), {"hand_over.to": colleague.pk})
    assert current(sub).assigned_to_id == colleague.pk


def test_a_task_is_given_to_a_colleague_from_its_page(
    sub: SubApplication, officer: Account, colleague: Account, teacher: Account, at: At
) -> None:
    client = at(officer)
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    sent = {"version": current(sub).version, "hand_over.to": teacher.pk}
    assert client.post(place("hand_over", sub.pk), sent).status_code == 422
    assert client.post(place("hand_over", sub.pk), {**sent, "hand_over.to": colleague.pk}).status_code == 302
    assert current(sub).assigned_to_id == colleague.pk


def test_the_letters_have_a_query_budget(
    letter: TaskLetter, lead: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(lead)
    client.get(place("letters"))
    with django_assert_max_num_queries(6):
        client.get(place("letters"))
