"""From the first question to the press: what is typed is kept, what is wrong is said at its field."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from cases.models import Case
from portal.accounts.models import Account
from portal.citizen.seen import mark_of
from tests.factories import newborn
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


def section(case: Case, name: str) -> str:
    return reverse("citizen:section", args=[case.pk, name])


def test_answers_given_before_signing_in_go_into_the_draft(lin: Account, known_family: None, as_person: SignIn) -> None:
    client = as_person(None)
    for question, answer in newborn.GUIDANCE.items():
        posted = {"question": question, "answer": answer} if answer else {"question": question, "skip": "1"}
        assert client.post(reverse("citizen:start", args=["XSECS"]), posted).status_code == 302
    assert "7. " not in text_of(client.get(reverse("citizen:list", args=["XSECS"])))
    client.force_login(lin)
    response = client.post(reverse("citizen:begin", args=["XSECS"]))
    case = Case.objects.get(applicant=lin)
    assert response["Location"] == reverse("citizen:resume", args=[case.pk])
    assert case.answers["guidance"]["hukou_with"] == "mother"
    assert case.answers["fields"]["mother_name"] == "林晓岚"


def test_opening_the_consent_page_makes_no_draft(lin: Account, as_person: SignIn) -> None:
    response = as_person(lin).get(reverse("citizen:begin", args=["XSECS"]))
    assert "居民身份证" in text_of(response)
    assert not Case.objects.exists()


def test_an_answer_that_ends_the_filing_says_where_to_go(as_person: SignIn) -> None:
    posted = {"question": "born_at", "answer": "elsewhere"}
    response = as_person(None).post(reverse("citizen:start", args=["XSECS"]), posted)
    assert "助产机构外出生证办理窗口" in text_of(response)


def test_a_foreign_answer_to_a_question_is_not_taken(as_person: SignIn) -> None:
    client = as_person(None)
    response = client.post(reverse("citizen:start", args=["XSECS"]), {"question": "born_at", "answer": "moon"})
    assert response.status_code == 422
    assert client.session.get("situations", {}) == {}


def test_what_is_wrong_is_said_at_its_field_and_kept(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    response = client.post(section(draft, "s_father"), {"father_phone": newborn.LIN["phone"], "father_ethnic": "01"})
    page = text_of(response)
    assert response.status_code == 422
    assert 'href="#f-father_phone"' in page
    assert "父母手机号应分别填写" in page
    assert f'value="{newborn.LIN["phone"]}"' in page
    assert newborn.LIN["phone"] in text_of(client.get(section(draft, "s_father")))


def test_a_locked_value_takes_nothing_and_offers_a_dispute(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(section(draft, "s_mother"), {"mother_name": "别人", "mother_live": "新地址"})
    assert Case.objects.get(pk=draft.pk).answers["fields"]["mother_name"] == "林晓岚"
    dispute = reverse("citizen:dispute", args=[draft.pk, "s_mother"])
    assert dispute in text_of(client.get(section(draft, "s_mother")))
    empty = client.post(dispute, {"path": "mother_name", "right": "林小岚", "reason": ""})
    assert empty.status_code == 422
    assert "林小岚" in text_of(empty)
    said = client.post(dispute, {"path": "mother_name", "right": "林小岚", "reason": "名字写错了"})
    assert said.status_code == 302
    assert Case.objects.get(pk=draft.pk).answers["disputes"]["mother_name"]["value"] == "林小岚"


def test_autosave_says_when_and_which_version(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    posted = {"mother_live": "示例路2号", "version": mark_of(draft, "s_mother")}
    response = client.post(reverse("citizen:autosave", args=[draft.pk, "s_mother"]), posted)
    said = json.loads(response.content)
    assert said["saved"].startswith("已自动保存 ")
    case = Case.objects.get(pk=draft.pk)
    assert said["version"] == mark_of(case, "s_mother") != posted["version"]
    assert case.answers["fields"]["mother_live"] == "示例路2号"


def test_a_page_opened_before_somebody_else_saved_does_not_overwrite(
    draft: Case, lin: Account, as_person: SignIn
) -> None:
    client, mark = as_person(lin), mark_of(draft, "s_mother")
    client.post(section(draft, "s_mother"), {"mother_live": "先保存的", "version": mark})
    late = client.post(section(draft, "s_mother"), {"mother_live": "后来的", "version": mark})
    assert late.status_code == 409
    assert "后来的" in text_of(late)
    assert Case.objects.get(pk=draft.pk).answers["fields"]["mother_live"] == "先保存的"


def test_saving_one_section_does_not_shut_another(draft: Case, lin: Account, as_person: SignIn) -> None:
    client, mark = as_person(lin), mark_of(draft, "s_mother")
    client.post(section(draft, "s_delivery"), {"delivery": "electronic"})
    client.post(section(draft, "s_insure"), {"card_kind": "physical"})
    response = client.post(section(draft, "s_mother"), {"mother_live": "示例路3号", "version": mark})
    assert response.status_code == 302


def test_rows_are_added_and_removed_by_ordinary_buttons(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(section(draft, "s_child"), {"s_child.0.child_name": "陈一诺", "add": "s_child"})
    assert len(Case.objects.get(pk=draft.pk).answers["fields"]["s_child"]) == 2
    client.post(
        section(draft, "s_child"), {"s_child.0.child_name": "陈一诺", "s_child.1.child_name": "", "remove": "s_child.1"}
    )
    assert len(Case.objects.get(pk=draft.pk).answers["fields"]["s_child"]) == 1


def test_a_section_says_which_department_reads_each_field(draft: Case, lin: Account, as_person: SignIn) -> None:
    page = text_of(as_person(lin).get(section(draft, "s_hukou")))
    assert "交给" in page
    assert "公安" in page
    assert "户籍信息查询" in page


def test_items_are_put_off_and_taken_back(draft: Case, lin: Account, as_person: SignIn) -> None:
    client, tasks = as_person(lin), reverse("citizen:tasks", args=[draft.pk])
    client.post(tasks, {"item-MATERNITY_PAY": "later"})
    assert Case.objects.get(pk=draft.pk).answers["later"] == ["MATERNITY_PAY"]
    client.post(tasks, {"item-MATERNITY_PAY": "now"})
    assert Case.objects.get(pk=draft.pk).answers["later"] == []


def test_a_discarded_draft_is_gone(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.post(reverse("citizen:discard", args=[draft.pk]))
    assert str(draft.pk) not in text_of(client.get(reverse("citizen:cases")))
