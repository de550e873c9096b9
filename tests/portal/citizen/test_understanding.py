"""Understand before applying: the guide, a list that can be shared by its address, papers to print."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from bundles.spec import Duration
from cases.actions.deciding import documents
from cases.models import Case
from cases.queries import duration_words, observed
from portal.accounts.models import Account
from portal.citizen.shown.guides import length_of
from tests.factories import newborn
from tests.integrations.documents.test_typeset import text_of as words_of
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
GIVEN = "born_at=hospital&marital=married&hukou_with=mother&hukou_kind=family&maternity=employee&has_reg=yes&extra="
START, LIST = reverse("citizen:start", args=["XSECS"]), reverse("citizen:list", args=["XSECS"])


@pytest.fixture(autouse=True)
def nothing_measured() -> None:
    cache.clear()


def test_the_guide_says_what_is_promised_and_answers_questions(client: Client) -> None:
    page = text_of(client.get(reverse("citizen:guide", args=["XSECS"])))
    for words in (
        "一次填报，9 件事，",
        "免提交",
        "要跑窗口吗？",
        "60 日内申请行政复议",
        "notice.pdf",
    ):
        assert words in page
    assert "近一年办结" not in page


def test_what_was_observed_is_told_from_ten_concluded_cases_on(
    client: Client, lin: Account, known_family: None
) -> None:
    case = newborn.draft(lin)
    for days in range(1, 10):
        concluded(case, days)
    assert observed.observed_time("XSECS") is None
    cache.clear()
    concluded(case, 10)
    found = observed.observed_time("XSECS")
    assert found is not None
    assert (found.count, found.median) == (10, timedelta(days=5, hours=12))
    page = text_of(client.get(reverse("citizen:guide", args=["XSECS"])))
    assert "近一年办结 10 件：一半在 6 天内办好，九成在 10 天内办好。" in page
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("citizen:guide", args=["XSECS"]))
    assert not [query for query in asked if "percentile_cont" in query["sql"]]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (Duration(n=1, unit="workday"), "1 working day"),
        (Duration(n=5, unit="workday"), "5 working days"),
        (Duration(n=1, unit="day"), "1 day"),
        (Duration(n=0.5, unit="workday"), "0.5 working days"),
        (Duration(n=1, unit="hour"), "1 hour"),
        (Duration(n=3, unit="month"), "3 months"),
    ],
)
def test_one_day_is_no_days_in_english(limit: Duration, said: str) -> None:
    with override("en"):
        assert duration_words(limit) == said


def test_a_length_of_time_is_counted_in_english() -> None:
    with override("en"):
        assert [length_of(one) for one in (timedelta(seconds=9), timedelta(hours=1), timedelta(days=4))] == [
            "1 minute", "1 hour", "4 days",
        ]  # fmt: skip


def concluded(like: Case, days: int) -> None:
    """A case of the same bundle that took so many days."""
    ended = timezone.now()
    row = Case(
        bundle_version=like.bundle_version, bundle_code=like.bundle_code, applicant=like.applicant,
        applicant_kind="person", applicant_name="甲", applicant_id_no="1", applicant_index=str(days), region="350200",
        state="concluded", outcome="all", number=f"N{days}", saved_at=ended,
        submitted_at=ended - timedelta(days=days), closed_at=ended,
    )  # fmt: skip
    Case.objects.bulk_create([row])


def test_an_address_opens_the_same_list_on_another_phone(client: Client) -> None:
    page = text_of(client.get(f"{LIST}?{GIVEN}"))
    assert "这份清单是照链接里的情况列的" in page
    assert "职工医保（生育保险）" in page
    assert "还有题没回答" not in page
    assert "situations" not in client.session


def test_the_answers_of_an_address_are_taken_over_by_a_press(client: Client, lin: Account) -> None:
    taken = client.post(f"{LIST}?{GIVEN}")
    assert taken["Location"] == reverse("citizen:begin", args=["XSECS"])
    assert client.session["situations"]["XSECS"]["maternity"] == "employee"
    assert "这份清单是照链接里的情况列的" not in text_of(client.get(LIST))
    assert client.post(f"{LIST}?{GIVEN}", {"change": "1"})["Location"] == START


def test_what_a_definition_does_not_know_is_left_out_of_an_address(client: Client) -> None:
    page = text_of(client.get(f"{LIST}?born_at=<script>&marital=married&name=林晓岚"))
    assert "还有题没回答" in page
    assert "<script>&" not in page
    assert "name=" not in page.split("清单的链接")[0].rpartition("<a")[2]


def test_the_list_of_a_visit_carries_its_address_and_nothing_personal(client: Client) -> None:
    for question, answer in (("born_at", "hospital"), ("marital", "married")):
        client.post(START, {"question": question, "answer": answer})
    page = text_of(client.get(LIST))
    assert "?born_at=hospital&amp;marital=married" in page


def test_the_personal_notice_is_a_paper_with_everything_the_page_says(client: Client) -> None:
    answer = client.get(f"{reverse('citizen:list_paper', args=['XSECS'])}?{GIVEN}")
    assert answer["Content-Type"] == "application/pdf"
    text = words_of(answer.content)
    for words in ("办这6件事", "出院小结", "职工医保（生育保险）", "承诺5个工作日", "免费", "行政复议", "户口登记条例"):
        assert words in text


def test_the_notice_for_everybody_names_what_depends_on_the_situation(client: Client) -> None:
    answer = client.get(reverse("citizen:guide_paper", args=["XSECS"]))
    text = words_of(answer.content)
    assert "必办5件，按情况最多9件" in text
    assert "（按情况）" in text
    english = client.get(reverse("citizen:guide_paper", args=["XSECS"]), headers={"Accept-Language": "en"})
    assert "HavingaBaby" in words_of(english.content)


def test_who_reads_traditional_characters_prints_them(client: Client) -> None:
    guide = reverse("citizen:guide_paper", args=["XSECS"])
    made = client.get(guide, headers={"Accept-Language": "zh-TW"})
    text = words_of(made.content)
    assert "戶口簿" in text and "户口" not in text
    assert b"zh-TW" in made.content
    assert "新生兒" in unquote(made["Content-Disposition"])


def test_a_bundle_that_is_not_there_has_no_papers(client: Client) -> None:
    assert client.get(reverse("citizen:guide_paper", args=["NONE"])).status_code == 404
    assert client.get(reverse("citizen:list_paper", args=["NONE"])).status_code == 404


def test_a_receipt_shows_number_days_and_proof(filed: Case, lin: Account, as_person: SignIn) -> None:
    client, address = as_person(lin), reverse("citizen:receipt", args=[filed.pk])
    page = text_of(client.get(address))
    for words in ("交好了", filed.number or "", "马上开始", "自动接着办", "预计", "验真码", "SHA-256", "calendar.ics"):
        assert words in page
    part = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in text_of(part)
    again = client.get(address, headers={"HX-Request": "true", "If-None-Match": part["ETag"]})
    assert again.status_code == 304


def test_a_receipt_can_be_kept_with_what_was_submitted(filed: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    file = client.get(reverse("citizen:submitted", args=[filed.pk]))
    paper = words_of(client.get(reverse("citizen:receipt_paper", args=[filed.pk])).content)
    assert sha256(file.content).hexdigest() in paper
    assert "林晓岚" in paper


def test_a_sign_without_a_glyph_leads_back_to_the_page_that_prints(
    filed: Case, lin: Account, as_person: SignIn
) -> None:
    case = Case.objects.get(pk=filed.pk)
    case.applicant_name = "林\U00020000"
    case.save(update_fields=["applicant_name"])
    client = as_person(lin)
    answer = client.get(reverse("citizen:receipt_paper", args=[filed.pk]), follow=True)
    assert "PDF 的字库里没有" in text_of(answer)
    assert "验真码" in text_of(answer)


def test_nobody_else_gets_a_receipt(filed: Case, stranger: Account, as_person: SignIn) -> None:
    for name in ("receipt", "receipt_paper", "submitted"):
        assert as_person(stranger).get(reverse(f"citizen:{name}", args=[filed.pk])).status_code == 404
        assert as_person(None).get(reverse(f"citizen:{name}", args=[filed.pk])).status_code in (302, 403)


def test_documents_of_the_law_are_files_as_well(filed: Case, lin: Account, as_person: SignIn) -> None:
    document = documents.issue(filed, "acceptance", sub=filed.sub_applications.get(item_id="HUKOU"))
    answer = as_person(lin).get(reverse("citizen:document_paper", args=[filed.pk, document.pk]))
    text = words_of(answer.content)
    assert "行政许可法》第三十二条第一款第五项" in text
    assert document.mark in text
