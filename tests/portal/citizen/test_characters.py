"""Words of ours that are sealed with somebody's answers are turned over; names and addresses are not."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from cases import notices
from cases.models import Case
from portal.accounts.models import Account
from portal.ui.vocabulary import without_ours
from tests.portal.citizen.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]


def test_texts_of_definitions_registries_and_pages_are_nobodys_own(draft: Case) -> None:
    ours = {"新生儿出生一件事", "母亲姓名", "结婚证", "户籍信息查询", "卫健", "实名账户", "自动计算"}
    own = {"林晓岚", "示例市思明区后里路1号"}
    assert without_ours(ours | own) == own
    assert without_ours(set()) == set()


def test_a_name_of_ours_with_whom_it_is_about_keeps_only_the_name(draft: Case) -> None:
    assert without_ours({"出生医学证明签发（首次）（陈一诺）", "1个工作日", "闽DA0001"}) == {"陈一诺", "闽DA0001"}


def test_a_section_in_traditional_characters_names_its_sources_in_them(
    draft: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hant"
    page = client.get(reverse("citizen:section", args=[draft.pk, "s_mother"])).content.decode()
    assert "母親姓名" in page and "母亲姓名" not in page
    assert "戶籍信息查詢" in page and "户籍信息查询" not in page
    assert "林晓岚" in page and "林曉嵐" not in page


def test_answers_in_our_words_are_turned_and_what_was_typed_stays(draft: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hant"
    page = client.get(reverse("citizen:check", args=[draft.pk])).content.decode()
    assert '<b translate="no">林晓岚</b>' in page
    assert "<b>漢族</b>" in page and "汉族" not in page


def test_messages_are_turned_but_for_the_names_in_them(filed: Case, lin: Account, as_person: SignIn) -> None:
    notices.tell_account(lin.pk, str(lin.phone), "mandate_accepted", agent="陈屿")
    client = as_person(lin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hant"
    page = client.get(reverse("citizen:messages")).content.decode()
    assert "陈屿 接受了您的委託" in page and "陳嶼" not in page
    assert "“新生兒出生一件事”已提交" in page
