"""Options seen on a phone with scripts: what an answer rules out goes, and comes back when it is changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.actions.applying import drafting
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.looking import opened, violations
from tests.portal.citizen.conftest import SignIn

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doubles"),
    pytest.mark.timeout(300),
]
PATIENCE_MS = 30_000


@pytest.fixture
def begun(lin: Account, known_family: None) -> Case:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    return drafting.refresh_prefill(case.pk)


@pytest.fixture
def phone(begun: Case, lin: Account, as_person: SignIn, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = opened(browser, 390, base_url=live_server.url, has_touch=True)
    session = as_person(lin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"/apply/{begun.pk}/rest/", wait_until="networkidle")
    yield page
    context.close()


def test_what_an_answer_rules_out_goes_and_comes_back(phone: Page) -> None:
    child = phone.locator("[data-field='s_child.0.child_ethnic']")
    usable = child.locator("option[value]:not([value='']):not(:disabled)")
    everything = usable.count()
    for chosen, left in (("03", {"01", "03"}), ("05", {"01", "05"})):
        with phone.expect_response(re.compile("/rest/autosave/")):
            phone.locator("[name=father_ethnic]").select_option(chosen)
        expect(usable).to_have_count(2, timeout=PATIENCE_MS)
        assert {one.get_attribute("value") for one in usable.all()} == left
        expect(child.locator("[data-closed-word]")).to_have_text("只列出能选的：民族须随父或随母")
    if os.environ.get("LOOK_AT"):
        child.screenshot(path=f"{os.environ['LOOK_AT']}/closed.png")
    assert violations(phone) == []
    with phone.expect_response(re.compile("/rest/autosave/")):
        phone.locator("[name=father_ethnic]").select_option("")
    expect(usable).to_have_count(everything, timeout=PATIENCE_MS)
    expect(child.locator("[data-closed-word]")).to_be_empty()


@pytest.mark.parametrize("width", [320, 390])
def test_a_question_shows_what_is_ruled_out_and_why(width: int, browser: Browser, live_server: LiveServer) -> None:
    """Without scripts: the page as it is sent."""
    context = opened(browser, width, base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/bundles/CYKB/start/?q=smoke")
    page.locator("button[name=answer][value=yes]").click()
    page.goto("/bundles/CYKB/start/?q=building")
    expect(page.locator("button[name=answer]:disabled")).to_have_count(2)
    expect(page.locator("main form")).to_contain_text("现在选不了")
    if os.environ.get("LOOK_AT"):
        page.screenshot(path=f"{os.environ['LOOK_AT']}/situation-{width}.png")
    page.locator("button[name=answer][value=flue]").click()
    expect(page).not_to_have_url(re.compile("q=building"), timeout=PATIENCE_MS)
    context.close()
