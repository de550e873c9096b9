"""What is left on one page, on a phone where scripts run: saved by itself, taken over in place, sent, mended."""

from __future__ import annotations

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
NARROWEST = 320


@pytest.fixture
def begun(lin: Account, known_family: None) -> Case:
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    return drafting.refresh_prefill(case.pk)


@pytest.fixture
def phone(begun: Case, lin: Account, as_person: SignIn, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """林晓岚's phone at the page of what is left."""
    context = opened(browser, 390, base_url=live_server.url, has_touch=True)
    session = as_person(lin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"/apply/{begun.pk}/rest/", wait_until="networkidle")  # scripts hang on what they serve
    yield page
    context.close()


def test_an_address_is_taken_over_in_place_and_kept_by_itself(phone: Page, begun: Case) -> None:
    field = phone.locator("[data-field=mother_live]")
    with phone.expect_response(re.compile("/rest/autosave/")) as answer:
        field.locator("button[data-offer]").click()
    assert answer.value.ok
    expect(field.locator("textarea")).to_be_focused(timeout=PATIENCE_MS)
    answers = Case.objects.get(pk=begun.pk).answers["fields"]
    assert answers["mother_live"] == answers["mother_hukou"] == field.locator("textarea").input_value()
    assert violations(phone) == []


def test_what_is_lacking_is_led_to_and_nothing_runs_over_the_edge(phone: Page) -> None:
    phone.locator("[name=native_place]").fill("350203")
    phone.locator(".dock button[type=submit]").click()
    expect(phone.locator(".fix")).to_be_focused(timeout=PATIENCE_MS)
    expect(phone.locator("[name=native_place]")).to_have_value("350203")
    phone.locator(".fix a").first.click()
    expect(phone.locator("[name=mother_live]")).to_be_focused(timeout=PATIENCE_MS)
    assert violations(phone) == []
    phone.set_viewport_size({"width": NARROWEST, "height": 700})
    assert phone.evaluate("document.documentElement.scrollWidth") <= NARROWEST
