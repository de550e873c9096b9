"""Following a case: live page with its stream, results with their codes, ratings, “办不成事”."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.dialogue import rating
from cases.models import Case, Document, Notification, Rating, RatingRepair, Result, StuckCase
from portal.accounts.models import Account
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def concluded(filed: Case) -> Case:
    dispatch.pump()
    return Case.objects.get(pk=filed.pk, state="concluded")


def test_an_open_case_says_where_it_listens_and_its_policy_lets_that_pass(
    filed: Case, lin: Account, as_person: SignIn, settings: Any
) -> None:
    page = reverse("citizen:case", args=[filed.pk])
    settings.PUSH_URL = ":8002/push"
    answer = as_person(lin).get(page)
    assert f'data-live-events="http://testserver:8002/push/cases/{filed.pk}/"' in text_of(answer)
    assert "connect-src 'self' http://testserver:8002" in answer["Content-Security-Policy"]
    settings.PUSH_URL = "/push"
    answer = as_person(lin).get(page)
    assert f'data-live-events="/push/cases/{filed.pk}/"' in text_of(answer)
    assert "connect-src" not in answer["Content-Security-Policy"]
    settings.PUSH_URL = ""
    shown = text_of(as_person(lin).get(page))
    assert "data-live-events" not in shown and "data-live=" in shown


def test_a_case_that_is_over_asks_no_more(concluded: Case, lin: Account, as_person: SignIn) -> None:
    assert "data-live-done" in text_of(as_person(lin).get(reverse("citizen:live", args=[concluded.pk])))


def test_one_tap_rates_and_why_may_follow(concluded: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    shown = text_of(client.get(reverse("citizen:results", args=[concluded.pk])))
    assert "您觉得办得怎么样" in shown and shown.count('class="stars stars--tap"') == 1 + 6
    answer = client.post(reverse("citizen:rate", args=[concluded.pk]), {"item": "all", "level": "2"})
    given = Rating.objects.get(case=concluded, sub=None)
    assert given.level == 2 and answer["Location"] == reverse("citizen:rated", args=[concluded.pk, given.pk])
    assert "哪里不好" in text_of(client.get(answer["Location"]))
    client.post(answer["Location"], {"act": "why", "tag": ["slow"], "text": "等太久", "anonymous": "yes"})
    given = Rating.objects.get(pk=given.pk)
    assert (given.tags, given.text, given.is_anonymous) == (["slow"], "等太久", True)
    assert client.post(answer["Location"], {"act": "why", "text": "再写"}).status_code == 409
    assert client.post(reverse("citizen:rate", args=[concluded.pk]), {"level": "5"}).status_code == 409
    assert client.post(answer["Location"], {"act": "add", "text": "后来打电话来了"}).status_code == 302
    shown = text_of(client.get(reverse("citizen:results", args=[concluded.pk])))
    assert "等太久" in shown and "后来打电话来了" in shown


def test_a_stranger_rates_nothing(concluded: Case, stranger: Account, as_person: SignIn, lin: Account) -> None:
    given = rating.rate(concluded.pk, None, 4, by=lin.actor)
    client = as_person(stranger)
    assert client.post(reverse("citizen:rate", args=[concluded.pk]), {"level": "1"}).status_code == 404
    assert (
        client.post(reverse("citizen:rated", args=[concluded.pk, given.pk]), {"act": "add", "text": "x"}).status_code
        == 404
    )
    assert RatingRepair.objects.count() == 0


def test_the_link_of_the_message_rates_without_signing_in(concluded: Case) -> None:
    rating._invite(concluded.pk)
    link = Notification.objects.get(template="rating_invited").values["link"]
    page = re.sub(r"^https?://[^/]+", "", link)
    client = Client()
    shown = text_of(client.get(page))
    assert "stars--tap" in shown and str(concluded.number) not in shown and "林晓岚" not in shown
    assert client.post(page, {"level": "5"}).status_code == 302
    assert Rating.objects.get(case=concluded, sub=None).level == 5
    assert "想说说为什么吗" in text_of(client.get(page))
    assert client.get(page.replace("/rate/", "/rate/x")).status_code == 404


def test_results_carry_codes_to_check_them_by(concluded: Case, lin: Account, as_person: SignIn) -> None:
    shown = text_of(as_person(lin).get(reverse("citizen:results", args=[concluded.pk])))
    assert shown.count("cert__check") >= 3 and "验真码" in shown


def test_who_is_signed_in_reports_about_an_own_case_and_follows_it(
    filed: Case, lin: Account, stranger: Account, as_person: SignIn
) -> None:
    client, page = as_person(lin), reverse("citizen:trouble")
    assert str(filed.number) in text_of(client.get(page))
    empty = client.post(page, {"act": "send"})
    assert empty.status_code == 422 and "请选一项" in text_of(empty)
    sent = client.post(page, {"act": "send", "reason": "too_long", "text": "两周没有消息了", "case": str(filed.pk)})
    row = StuckCase.objects.get(case=filed)
    assert sent["Location"] == reverse("citizen:trouble_report", args=[row.pk])
    assert "两周没有消息了" in text_of(client.get(sent["Location"]))
    assert as_person(stranger).get(sent["Location"]).status_code == 404
    assert as_person(None).get(sent["Location"])["Location"] == reverse("citizen:trouble_find")
    other = as_person(stranger).post(
        page, {"act": "send", "reason": "other", "text": "别人的办件", "case": str(filed.pk)}
    )
    assert other.status_code == 302 and StuckCase.objects.get(account=stranger).case is None


def test_a_visitor_reports_with_a_phone_and_its_code(db: None, doubles: None) -> None:
    client, page = Client(), reverse("citizen:trouble")
    typed = {"reason": "system", "text": "登录一直转圈", "phone": "139 0000 0001", "name": "张三"}
    assert "验证码不对" in text_of(client.post(page, {**typed, "act": "send", "code": "123456"}))
    assert StuckCase.objects.count() == 0
    assert "验证码已发" in text_of(client.post(page, {**typed, "act": "code"}))
    code = Notification.objects.get(template="stuck_code").values["code"]
    sent = client.post(page, {**typed, "act": "send", "code": code})
    row = StuckCase.objects.get()
    assert row.phone == "13900000001" and "登录一直转圈" in text_of(client.get(sent["Location"]))
    other = Client()
    assert other.get(sent["Location"]).status_code == 302
    find = reverse("citizen:trouble_find")
    other.post(find, {"act": "code", "phone": row.phone})
    code = Notification.objects.filter(template="stuck_code").latest("at").values["code"]
    wrong = other.post(find, {"act": "find", "phone": row.phone, "number": "B260101ABCDE", "code": code})
    assert wrong.status_code == 422
    other.post(find, {"act": "code", "phone": row.phone})
    code = Notification.objects.filter(template="stuck_code").latest("at").values["code"]
    found = other.post(find, {"act": "find", "phone": row.phone, "number": row.number, "code": code})
    assert found["Location"] == sent["Location"] and other.get(found["Location"]).status_code == 200


def test_the_person_closes_it_with_a_rating_and_nobody_else(
    filed: Case, lin: Account, stranger: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    client.post(
        reverse("citizen:trouble"),
        {"act": "send", "reason": "too_long", "text": "两周没有消息了", "case": str(filed.pk)},
    )
    row = StuckCase.objects.get()
    close = reverse("citizen:trouble_close", args=[row.pk])
    assert client.post(close, {"solved": "yes"}).status_code == 409
    row.state, row.answer, row.answered_at = "answered", "已办好", timezone.now()
    row.save()
    assert as_person(stranger).post(close, {"solved": "yes"}).status_code == 404
    assert client.post(close, {"solved": "yes", "level": "4"}).status_code == 302
    row = StuckCase.objects.get()
    assert (row.state, row.rating, row.is_solved) == ("closed", 4, True)


def test_an_english_page_names_the_fields_of_a_result_in_english(
    concluded: Case, lin: Account, as_person: SignIn
) -> None:
    born = Result.objects.get(sub__case=concluded, licence_code="BIRTH_CERT")
    client, page = as_person(lin), reverse("citizen:certificate", args=[concluded.pk, born.pk])
    shown = text_of(client.get(page, headers={"Accept-Language": "en"}))
    labels = re.findall(r"<dt>([^<]*)</dt>", shown)
    assert "Birth certificate no." in labels
    assert not [label for label in labels if re.search(r"[\u3400-\u9fff]", label)]
    assert "<dt>出生证编号</dt>" in text_of(client.get(page))


def test_a_document_says_that_it_keeps_the_characters_it_was_issued_in(
    concluded: Case, lin: Account, as_person: SignIn
) -> None:
    issued = Document.objects.filter(case=concluded)[0]
    client, page = as_person(lin), reverse("citizen:document", args=[concluded.pk, issued.pk])
    assert "文書用簽發時的簡體中文" in text_of(client.get(page, headers={"Accept-Language": "zh-TW"}))
    assert "签发时的简体中文" not in text_of(client.get(page))
