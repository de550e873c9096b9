"""Papers: a pile of files put where they belong, a photograph turned, a paper used a second time. In every way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.conftest import Sits
from tests.journeys.given import drafted
from tests.journeys.stack import Stack
from tests.journeys.stories import ways
from tests.journeys.visitor import Visitor
from tests.journeys.walker import photo_of

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
SLOT = "#m-M_DISCHARGE"
SIZE = "one => [one.naturalWidth, one.naturalHeight]"


@pytest.mark.parametrize("way", ways("phone"))
def test_a_pile_is_sorted_a_photograph_turned_a_paper_used_again(sits: Sits, portal_stack: Stack, way: str) -> None:
    first, second = drafted(portal_stack, "XSECS"), drafted(portal_stack, "XSECS")
    lin = sits("lin", way)
    page = lin.page
    page.goto(f"/apply/{first}/materials/")
    _piled(lin, [photo_of("出院小结"), photo_of("别的")])
    lin.look()
    _sorted(lin)
    _turned(lin)
    page.goto(f"/apply/{second}/materials/")
    lin.hands.press(page.locator(f"{SLOT} summary", has_text="用以前交过的"))
    lin.press(page.locator(f"{SLOT} .earlier button").first)
    expect(page.locator(f"{SLOT} .tag").first).to_contain_text("已上传")


def _piled(lin: Visitor, papers: list[FilePayload]) -> None:
    """All at once, no matter which is which."""
    lin.hands.bring(lin.page.locator("#pile input[type=file]"), papers)
    send = lin.page.locator("#pile [data-upload-send]")
    if send.is_visible():
        lin.press(send)
    expect(lin.page.locator("[data-loose]")).to_have_count(len(papers))
    lin.keeps_the_place()


def _sorted(lin: Visitor) -> None:
    """One is the paper that is wanted, the other is not wanted at all."""
    page = lin.page
    chosen = page.locator("[data-loose]", has=page.locator(".loose__name", has_text="出院小结"))
    lin.hands.choose(chosen.locator("select"), SLOT.removeprefix("#m-"))
    lin.press(page.get_by_role("button", name="就这样放"))
    expect(page.locator(f"{SLOT} .thumb")).to_have_count(1)
    left = page.locator("[data-loose]", has=page.locator(".loose__name", has_text="别的"))
    expect(left).to_have_count(1)
    lin.press(left.get_by_role("button", name=re.compile("不要了")))
    expect(page.locator("[data-loose]")).to_have_count(0)


def _turned(lin: Visitor) -> None:
    page = lin.page
    lin.press(page.locator(f"{SLOT} .thumb").first)
    lin.look()
    picture = page.locator("img.file__pic")
    before = picture.evaluate(SIZE)
    lin.press(page.get_by_role("button", name="向右转"))
    assert picture.evaluate(SIZE) == before[::-1]
