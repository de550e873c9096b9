"""An allowance that looks for its people: one message, one tap in large letters, nothing else. In every way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Sits
from tests.journeys.stack import Stack
from tests.journeys.stories import ways
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
# One of those without a social security card for each way; the registers know them.
ELDERS = {"phone": "苏阿伯", "desktop": "许阿嬷", "keys": "洪老伯", "plain": "叶阿婆"}
LARGE = 20.0  # pixels of plain text


@pytest.fixture(scope="package")
def search(portal_stack: Stack) -> str:
    """The monthly search has run."""
    return portal_stack.manage("find_entitled", "GLJT")


@pytest.mark.parametrize("way", ways("phone"))
def test_an_old_man_gets_his_allowance_with_one_tap(sits: Sits, portal_stack: Stack, search: str, way: str) -> None:
    elder = sits("", way)
    page = elder.page
    page.goto(portal_stack.link_to(ELDERS[way], "entitled_asked"))
    elder.look()
    _in_large_letters(elder)
    for secret in (ELDERS[way], portal_stack.person(ELDERS[way])["id_no"]):
        assert secret not in page.content()
    elder.press(page.get_by_role("button", name="我要领"))
    expect(page.locator("main [role=status]").first).to_contain_text("已为您自动办理")
    elder.look()
    assert elder.inputs == 0


def _in_large_letters(elder: Visitor) -> None:
    """By the button in the head of the page, which stays where it is."""
    button = elder.page.locator(".prefer button[name=elder]")
    if elder.scripts:
        elder.hands.press(button)
    else:
        elder.press(button)
    expect(elder.page.locator("html")).to_have_attribute("data-elder", "")
    size = elder.page.locator("main p").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= LARGE
