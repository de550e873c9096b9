"""The kept address beside a question for one, pressed where scripts run: in place, saved by itself, focus kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.models import Case
from portal.accounts import profile
from portal.accounts.models import Account
from tests.factories.looking import opened, violations
from tests.portal.citizen.conftest import SignIn

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doubles"),
    pytest.mark.timeout(300),
]
FIRST, SECOND = "示例市思明区湖滨南路100号602室", "示例市集美区杏林北路8号"
PATIENCE_MS = 30_000


@pytest.fixture
def complaints() -> list[str]:
    """What the console of the browser said."""
    return []


@pytest.fixture
def phone(
    draft: Case, lin: Account, as_person: SignIn, browser: Browser, live_server: LiveServer, complaints: list[str]
) -> Iterator[Page]:
    """林晓岚's phone at the section about herself, with two kept addresses."""
    for place in (FIRST, SECOND):
        profile.keep_address(lin, name=lin.name, phone="13800000001", place=place, first=False)
    context = opened(browser, 390, base_url=live_server.url, has_touch=True)
    session = as_person(lin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: _heard(said, complaints))
    page.goto(f"/apply/{draft.pk}/sections/s_mother/", wait_until="networkidle")  # scripts hang on what they serve
    yield page
    context.close()


def _heard(said: ConsoleMessage, complaints: list[str]) -> None:
    if said.type == "error":
        complaints.append(said.text)


def saved_address(case: Case) -> object:
    return Case.objects.get(pk=case.pk).answers["fields"].get("mother_live")


def test_a_press_puts_it_in_saves_it_and_keeps_the_place(phone: Page, draft: Case, complaints: list[str]) -> None:
    here, field = phone.url, phone.locator("[data-field='mother_live']")
    field.locator("details.offers summary").click()
    assert not violations(phone), "the opened offers too are for everybody"
    with phone.expect_response(lambda answer: answer.request.method == "POST") as saving:
        field.locator(f"button[data-offer='{SECOND}']").click()
    answer = saving.value
    assert answer.ok and answer.request.headers["x-autosave"] == "1"
    control = phone.locator("[name='mother_live']")
    expect(control).to_have_value(SECOND, timeout=PATIENCE_MS)
    expect(control).to_be_focused()
    expect(field.locator("details.offers")).not_to_have_attribute("open", "")
    expect(phone.locator("[data-saved-word]").first).to_contain_text("已自动保存", timeout=PATIENCE_MS)
    assert (phone.url, saved_address(draft), complaints) == (here, SECOND, [])


def test_by_keyboard_the_other_address_is_taken_afterwards(phone: Page, draft: Case, complaints: list[str]) -> None:
    field = phone.locator("[data-field='mother_live']")
    for place in (FIRST, SECOND):
        field.locator("details.offers summary").focus()
        phone.keyboard.press("Enter")
        field.locator(f"button[data-offer='{place}']").focus()
        with phone.expect_response(lambda answer: answer.request.method == "POST") as saving:
            phone.keyboard.press("Enter")
        assert saving.value.ok
        expect(phone.locator("[name='mother_live']")).to_be_focused()
    phone.reload()
    expect(phone.locator("[name='mother_live']")).to_have_value(SECOND, timeout=PATIENCE_MS)
    assert (saved_address(draft), complaints) == (SECOND, [])
