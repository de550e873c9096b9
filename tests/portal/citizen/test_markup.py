"""House rules of the pages: nothing inline, no third-party host, one heading, English where English is chosen."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from cases.actions.delivery import dispatch
from cases.models import Case
from portal.accounts.models import Account
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doubles")]
PUBLIC_PAGES = ("home", "catalogue", "search", "verify", "help", "trouble", "accessibility", "privacy")
OF_BUNDLE = ("guide", "start", "list")
OF_DRAFT = ("tasks", "situations", "materials", "parties", "check")
OF_CASE = ("case", "receipt", "results")
OWN = ("cases", "licences", "me", "readings", "authorisations")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
FOREIGN = re.compile(r'(?:src|href|action)="(?:https?:)?//(?!testserver)')


@pytest.fixture
def pages(draft: Case, filed: Case, lin: Account, as_person: SignIn) -> dict[str, str]:
    """Every page as 林晓岚 sees it."""
    dispatch.pump()
    client = as_person(lin)
    names = {name: reverse(f"citizen:{name}") for name in (*PUBLIC_PAGES, *OWN)}
    names |= {name: reverse(f"citizen:{name}", args=["XSECS"]) for name in (*OF_BUNDLE, "begin")}
    names |= {name: reverse(f"citizen:{name}", args=[draft.pk]) for name in OF_DRAFT}
    names |= {name: reverse(f"citizen:{name}", args=[filed.pk]) for name in OF_CASE}
    names |= {s: reverse("citizen:section", args=[draft.pk, s]) for s in ("s_mother", "s_child", "s_maternity")}
    names["sign_in"] = reverse("accounts:sign_in")
    answers = {name: client.get(address) for name, address in names.items()}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    return {name: text_of(answer) for name, answer in answers.items()}


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, str]) -> None:
    assert {name: INLINE.findall(page) for name, page in pages.items() if INLINE.search(page)} == {}
    assert {name: FOREIGN.findall(page) for name, page in pages.items() if FOREIGN.search(page)} == {}


def test_every_page_has_one_main_heading_and_at_most_one_primary_action(pages: dict[str, str]) -> None:
    assert {name: page.count("<h1") for name, page in pages.items() if page.count("<h1") != 1} == {}
    primary = {name: page.count("btn--primary") for name, page in pages.items()}
    assert {name: count for name, count in primary.items() if count > 2} == {}


def test_every_form_that_posts_carries_its_token(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL):
            assert "csrfmiddlewaretoken" in form, name
