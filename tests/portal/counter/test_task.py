"""One task: what is shown, masked and recorded; every act, refused acts that keep what was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from cases import access
from cases.actions.desk import worklist
from cases.models import AccessRecord, Event, Material, Result, SubApplication, SupplementPoint
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.desk import current
from tests.portal.counter.conftest import At

pytestmark = pytest.mark.django_db
ACTS = ("unmask", "take", "accept", "approve", "reject", "supplement")
RESULT = {"result.id_no": "350203202610301069", "result.name": "陈一诺"}


def place(sub: SubApplication, act: str = "task") -> str:
    return reverse(f"counter:{act}", args=[sub.pk])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def taken(sub: SubApplication, officer: Account) -> SubApplication:
    return current(worklist.take(sub.pk, by=officer.actor, version=sub.version))


def filled(client: Client, sub: SubApplication) -> dict[str, Any]:
    """The result form as a worker fills it: every field by its type."""
    fields = client.get(place(sub)).context["task"].results
    samples = {"date": "2026-11-20", "datetime": "2026-11-20T09:30", "integer": "3", "bool": "true", "money": "12.50"}
    typed = {field.name: samples.get(field.type, "甲") for field in fields}
    return typed | {name: value for name, value in RESULT.items() if name in typed} | {"version": current(sub).version}


# ---- seeing -------------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_item_needs_with_numbers_masked(sub: SubApplication, officer: Account, at: At) -> None:
    page = text_of(at(officer).get(place(sub)))
    assert "陈一诺" in page
    assert "R350000001" in page  # the birth certificate flowed here
    assert "规则预检" in page
    lin = newborn.LIN["id_no"]
    assert lin not in page
    assert f"{lin[:6]}{'*' * 8}{lin[-4:]}" in page
    assert newborn.CHEN["phone"] not in page
    assert newborn.LIN["bank_card"] not in page


def test_reading_leaves_a_trace_before_anything_is_shown(sub: SubApplication, officer: Account, at: At) -> None:
    at(officer).get(place(sub))
    (record,) = AccessRecord.objects.filter(case=sub.case)
    assert (record.actor_id, record.department, record.what) == (str(officer.pk), "GA", sub.number)
    assert access.broken_record(sub.case_id) is None


def test_whole_numbers_are_shown_once_for_a_written_reason(sub: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    answer = client.post(place(sub, "unmask"), {"purpose": "核对户口底册"})
    assert newborn.LIN["id_no"] in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    record = AccessRecord.objects.filter(case=sub.case).latest("seq")
    assert (record.what, record.purpose) == ("完整证件号码", "核对户口底册")
    assert newborn.LIN["id_no"] not in text_of(client.get(place(sub)))


@pytest.mark.parametrize("purpose", ["", "看看", "    ", "核对\x00底册"])
def test_without_a_reason_numbers_stay_masked(purpose: str, sub: SubApplication, officer: Account, at: At) -> None:
    answer = at(officer).post(place(sub, "unmask"), {"purpose": purpose})
    assert answer.status_code == 422
    assert newborn.LIN["id_no"] not in text_of(answer)
    assert not AccessRecord.objects.filter(case=sub.case, what="完整证件号码").exists()


def test_nobody_else_gets_in_by_any_door(
    sub: SubApplication, lin: Account, stranger: Account, teacher: Account, clerk: Account, at: At
) -> None:
    for account in (lin, stranger, teacher, clerk):
        client = at(account)
        assert client.get(place(sub)).status_code == 404
        assert {client.post(place(sub, act), {"version": sub.version}).status_code for act in ACTS} == {404}
    assert Client().get(place(sub)).status_code == 302
    assert not AccessRecord.objects.filter(case=sub.case).exists()
    assert current(sub).version == sub.version


def test_a_paper_opens_for_the_department_that_needs_it_and_is_recorded(
    sub: SubApplication, officer: Account, teacher: Account, at: At
) -> None:
    file = SimpleUploadedFile("book.pdf", b"%PDF-1.4 book")
    paper = Material.objects.create(
        case=sub.case, slot="M_HUKOU_BOOK", material_id="M_HUKOU_BOOK", source="upload", position=9,
        name="户口簿.pdf", file=file, media_type="application/pdf", size=13, sha256="0" * 64,
    )  # fmt: skip
    address = reverse("counter:material", args=[paper.pk])
    answer = at(officer).get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 book"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert AccessRecord.objects.filter(case=sub.case, what="M_HUKOU_BOOK").exists()
    assert at(teacher).get(address).status_code == 404
    assert address in text_of(at(officer).get(place(sub)))


# ---- acting -------------------------------------------------------------------------------------------------


def test_a_task_goes_from_taking_to_its_results(sub: SubApplication, officer: Account, at: At) -> None:
    client = at(officer)
    assert client.post(place(sub, "take"), {"version": sub.version}).status_code == 302
    assert (current(sub).state, current(sub).assigned_to_id) == ("received", officer.pk)
    assert client.post(place(sub, "accept"), {"version": current(sub).version}).status_code == 302
    assert current(sub).state == "accepted"
    answer = client.post(place(sub, "approve"), filled(client, sub))
    assert answer.headers["Location"] == reverse("counter:desk")
    assert current(sub).state == "approved"
    assert Result.objects.get(sub=sub, result_id="R_HUKOU").fields["id_no"] == "350203202610301069"
    page = text_of(client.get(place(sub)))
    assert "已出的结果" in page
    assert "350203202610301069" not in page
    assert "同意并送出" not in page


def test_the_result_form_is_made_of_the_declared_fields(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    page = at(officer).get(place(sub))
    types = {field.name: (field.type, field.input_type) for field in page.context["task"].results}
    assert types["result.id_no"] == ("id_number", "text")
    assert {"date"} <= {kind for kind, _ in types.values()}
    assert 'type="date"' in text_of(page)


def test_a_wrong_value_is_refused_at_its_field_and_nothing_typed_is_lost(
    sub: SubApplication, officer: Account, at: At
) -> None:
    taken(sub, officer)
    client = at(officer)
    typed = filled(client, sub)
    day = next(f.name for f in client.get(place(sub)).context["task"].results if f.type == "date")
    answer = client.post(place(sub, "approve"), typed | {day: "二月三十", "result.name": "陈一诺二"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "日期格式如2026-11-08" in page
    assert 'value="二月三十"' in page
    assert 'value="陈一诺二"' in page
    assert f'href="#f-{day.replace(".", "-")}"' in page
    assert current(sub).state == "received"


def test_an_empty_result_is_named_and_nothing_is_decided(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    client = at(officer)
    answer = client.post(place(sub, "approve"), filled(client, sub) | {"result.id_no": " "})
    assert answer.status_code == 422
    assert 'href="#f-result-id_no"' in text_of(answer)
    assert current(sub).state == "received"


def test_a_colleague_was_faster_and_the_page_keeps_what_was_typed(
    sub: SubApplication, officer: Account, colleague: Account, at: At
) -> None:
    taken(sub, officer)
    client = at(officer)
    typed = filled(client, sub) | {"result.name": "陈一诺（我填的）"}
    worklist.accept(sub.pk, by=colleague.actor, version=current(sub).version)
    answer = client.post(place(sub, "approve"), typed)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "同事刚刚改动了这件事" in page
    assert "陈一诺（我填的）" in page
    assert f'name="version" value="{current(sub).version}"' in page
    assert current(sub).state == "accepted"
    again = client.post(place(sub, "approve"), typed | {"version": current(sub).version})
    assert again.status_code == 302


def test_that_a_colleague_was_faster_is_told_before_what_lacks(
    sub: SubApplication, officer: Account, colleague: Account, at: At
) -> None:
    old = taken(sub, officer).version
    worklist.accept(sub.pk, by=colleague.actor, version=old)
    for act in ("approve", "reject", "supplement"):
        assert at(officer).post(place(sub, act), {"version": old}).status_code == 409


def test_a_refusal_needs_a_reason_and_takes_the_bundles_or_free_words(
    sub: SubApplication, officer: Account, at: At
) -> None:
    taken(sub, officer)
    client = at(officer)
    empty = client.post(place(sub, "reject"), {"version": current(sub).version})
    assert empty.status_code == 422
    assert "请写明不予批准的理由" in text_of(empty)
    reason = {"reject.code": "J01", "reject.text.J01": "这张出生证已经落过户", "reject.free.0": "请到窗口说明"}
    client.post(place(sub, "reject"), reason | {"version": current(sub).version})
    assert current(sub).state == "rejected"
    assert [(r["code"], r["text"]) for r in current(sub).reasons] == [
        ("J01", "这张出生证已经落过户"),
        ("", "请到窗口说明"),
    ]
    assert "这张出生证已经落过户" in text_of(client.get(place(sub)))


def test_a_chosen_reason_without_words_is_named_and_kept(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    typed = {"reject.code": "J01", "reject.text.J01": " ", "reject.free.0": "别的", "version": current(sub).version}
    answer = at(officer).post(place(sub, "reject"), typed)
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-reject-text-J01"' in page
    assert ">别的</textarea>" in page
    assert re.search(r'value="J01"\s+checked', page)
    assert current(sub).state == "received"


def test_points_of_a_supplement_open_just_that_paper_or_field(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    points = {
        "supplement.about.0": "M_HUKOU_BOOK",
        "supplement.free.0": "缺户主页，请拍全",
        "supplement.about.1": "head_relation",
        "supplement.free.1": "请核对与户主关系",
        "supplement.about.2": "someone_elses_field",
        "supplement.free.2": "",
        "version": current(sub).version,
    }
    answer = at(officer).post(place(sub, "supplement"), points)
    assert answer.status_code == 302
    assert current(sub).state == "supplement_requested"
    asked = SupplementPoint.objects.filter(sub=sub).order_by("asked_at")
    assert [(p.about, p.text) for p in asked] == [
        ("M_HUKOU_BOOK", "缺户主页，请拍全"),
        ("head_relation", "请核对与户主关系"),
    ]
    page = text_of(at(officer).get(place(sub)))
    assert "停表，等申请人" in page
    assert "缺户主页，请拍全" in page


def test_a_point_about_nothing_of_this_item_is_a_plain_remark(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    points = {"supplement.about.0": "mother_live", "supplement.free.0": "补一下", "version": current(sub).version}
    at(officer).post(place(sub, "supplement"), points)
    assert SupplementPoint.objects.get(sub=sub).about == ""


def test_a_decided_task_answers_409_to_every_act(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    client = at(officer)
    typed = filled(client, sub)
    client.post(place(sub, "approve"), typed)
    events = Event.objects.filter(case=sub.case).count()
    for act, more in (("take", {}), ("accept", {}), ("reject", {"reject.free.0": "理由"}), ("approve", typed)):
        answer = client.post(place(sub, act), {**more, "version": current(sub).version})
        assert (act, answer.status_code) == (act, 409)
    assert Event.objects.filter(case=sub.case).count() == events


@pytest.mark.parametrize("version", ["", "abc", "-1", "９", "99999999999999999999", "\x00"])
def test_a_version_that_is_none_changes_nothing(version: str, sub: SubApplication, officer: Account, at: At) -> None:
    answer = at(officer).post(place(sub, "take"), {"version": version})
    assert answer.status_code == 409
    assert current(sub).state == "dispatched"


def test_a_task_of_a_department_with_a_system_is_only_read_here(sub: SubApplication, officer: Account, at: At) -> None:
    SubApplication.objects.filter(pk=sub.pk).update(connect="api-callback")
    page = text_of(at(officer).get(place(sub)))
    assert "这里只看" in page
    assert "/take/" not in page
    assert at(officer).post(place(sub, "take"), {"version": sub.version}).status_code == 422


def test_a_colleagues_task_can_be_taken_over(sub: SubApplication, officer: Account, colleague: Account, at: At) -> None:
    taken(sub, colleague)
    page = text_of(at(officer).get(place(sub)))
    assert "从同事手里接过来" in page
    assert "同意并送出" not in page
    at(officer).post(place(sub, "take"), {"version": current(sub).version})
    assert current(sub).assigned_to_id == officer.pk


def test_what_was_typed_is_escaped(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    answer = at(officer).post(
        place(sub, "reject"), {"reject.free.0": "</textarea><script>x()</script>", "version": "0"}
    )
    assert answer.status_code == 409
    assert "<script>x()" not in text_of(answer)


def test_the_history_of_the_task_is_told_in_the_words_of_the_desk(
    sub: SubApplication, officer: Account, at: At
) -> None:
    taken(sub, officer)
    history = [event.text for event in at(officer).get(place(sub)).context["page"].history]
    assert history[:2] == ["收件", "有人接件"]
    assert "送到本部门" in history


def test_an_answered_supplement_shows_as_answered(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    points = {"supplement.about.0": "head_relation", "supplement.free.0": "请核对", "version": current(sub).version}
    at(officer).post(place(sub, "supplement"), points)
    assert not at(officer).get(place(sub)).context["page"].asked[0].answered
    SupplementPoint.objects.get(sub=sub).supplement.__class__.objects.update(
        state="answered", answered_at=timezone.now()
    )
    assert at(officer).get(place(sub)).context["page"].asked[0].answered


def test_the_page_of_a_task_has_a_query_budget(
    sub: SubApplication, officer: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(officer)
    client.get(place(sub))
    with django_assert_max_num_queries(35):  # session, account, task, record with its lock, what the item needs
        client.get(place(sub))


def test_the_desk_speaks_english(sub: SubApplication, officer: Account, at: At) -> None:
    taken(sub, officer)
    client = at(officer)
    client.cookies["django_language"] = "en"
    with translation.override("zh-hans"):  # what a page leaves active is put back
        page = text_of(client.get(place(sub)))
        desk = text_of(client.get(reverse("counter:desk")))
    for words in ("Approve with the results", "Ask for a supplement", "Refuse", "What was applied for"):
        assert words in page
    assert "Due soon" in desk
