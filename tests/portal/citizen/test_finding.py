"""Finding what one wants to do: home, catalogues, search, the page of a matter."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bundles import queries
from bundles.models import Bundle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()
    queries.forget()


def page(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "found", "not_found"),
    [
        ("mode=proactive", "高龄津贴一件事", "退休一件事"),
        ("local=1", "高龄津贴一件事", "新生儿出生一件事"),
        ("instant=1", "渣土运输备案", "退休一件事"),
        ("reach=national", "人才引进入户一件事", "退休一件事"),
        ("scene=1", "开办餐饮店一件事", "不存在的"),
        ("class=企业&stage=准入准营", "开办餐饮店一件事", "退休一件事"),
        ("letter=T", "退休一件事", "开办餐饮店一件事"),
        ("letter=T&instant=1", "没有符合的", "退休一件事"),
    ],
)
def test_the_catalogue_is_narrowed_by_its_address(client: Client, query: str, found: str, not_found: str) -> None:
    text = page(client, f"/bundles/?{query}")
    assert found in text
    assert not_found not in text


def test_only_the_found_part_is_sent_where_the_page_stands_already(client: Client) -> None:
    part = page(client, "/bundles/?letter=T", HX_Request="true")
    assert "<html" not in part
    assert "退休一件事" in part


def test_a_matter_leads_to_the_bundles_it_can_be_done_in(client: Client) -> None:
    text = page(client, "/matters/hukou_birth/")
    assert "户口登记（申报出生登记）" in text
    assert 'href="/bundles/XSECS/"' in text
    assert "市公安局" in text
    assert client.get("/matters/nothing/").status_code == 404


def test_a_bundle_that_is_switched_off_is_not_offered_with_a_matter(client: Client) -> None:
    Bundle.objects.filter(code="XSECS").update(enabled=False)
    queries.forget()
    assert 'href="/bundles/XSECS/"' not in page(client, "/matters/hukou_birth/")


def test_matters_are_paged_and_the_pages_can_be_shared(client: Client) -> None:
    first = page(client, "/matters/?class=个人")
    assert 'rel="next"' in first
    assert "page=2" in first
    assert 'rel="prev"' in page(client, "/matters/?class=个人&page=2")
    assert "没有符合的" in page(client, "/matters/?class=个人&page=9999")


@pytest.mark.parametrize("page_number", ["-1", "x", "0", "²", "9" * 40])
def test_a_page_that_is_none_is_the_first_or_empty(client: Client, page_number: str) -> None:
    page(client, f"/matters/?page={page_number}")


def test_search_shows_the_life_event_before_its_matters(client: Client) -> None:
    text = page(client, "/search/?q=户口登记")
    assert text.index("新生儿出生一件事") < text.index("户口登记（申报出生登记）")
    assert "/matters/?q=" in text


def test_a_search_without_an_answer_offers_what_others_search_for(client: Client) -> None:
    assert "?q=%E5%8A%9E%E9%80%80%E4%BC%91" in page(client, "/search/?q=qqqqqq")


def test_suggestions_come_while_one_types(client: Client) -> None:
    assert "退休一件事" in page(client, "/search/suggestions/?q=tuix")
    assert page(client, "/search/suggestions/?q=").strip().count("<li") == 0


def test_the_home_page_has_its_modules_and_figures(client: Client) -> None:
    text = page(client, "/")
    for word in ("秒批", "免申即享", "跨省通办", "场景服务", "特色创新", "收到的办件", "已经办结", "单个事项"):
        assert word in text


def test_pages_take_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    call_command("load_matters", synthesize=200, verbosity=0)
    for address in ("/", "/bundles/", "/matters/", "/search/?q=退休", "/matters/hukou_birth/"):
        client.get(address)
    for address, most in (
        ("/", 2),
        ("/bundles/", 2),
        ("/matters/", 4),
        ("/search/?q=退休", 14),
        ("/matters/hukou_birth/", 5),
    ):
        with django_assert_max_num_queries(most):
            client.get(address)


@pytest.mark.parametrize(
    ("asked", "part"),
    [("退休要什么材料", "#mat"), ("退休要多久", "#items"), ("退休在哪里办", "#pic"), ("退休", "")],
)
def test_a_question_leads_to_the_part_of_the_guide_that_answers_it(client: Client, asked: str, part: str) -> None:
    found = page(client, f"/search/?q={asked}")
    assert f'href="{reverse("citizen:guide", args=["TXYJS"])}{part}"' in found


def test_a_bundle_that_shares_a_word_only_is_called_a_guess(client: Client) -> None:
    found = page(client, "/search/?q=办护照多少钱")
    assert "也许是这些" in found and "一件事，一次办完" not in found
    assert "也许是这些" not in page(client, "/search/?q=退休")
