"""What comes after handing in, and between two sittings: resumed, asked for more, taken back, rated. In every way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.demo.api_client import ApiClient
from portal.demo.walk import authorise, scenario
from tests.journeys.conftest import Begins, Sits
from tests.journeys.given import DRIVER, handed_in
from tests.journeys.stack import Stack
from tests.journeys.stories import RENAMING, ways
from tests.journeys.taking_back import takes_back
from tests.journeys.walker import photo_of

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
SLOW = {"bundle": "ZTYS", "accept_s": 0, "decide_s": 3600}
ASKS = {"bundle": "ZTYS", "item": "MUCK_FILE", "decide": "supplement", "accept_s": 0, "decide_s": 0, "times": 1}
BLURRED = {"about": "M_HUKOU_BOOK", "text": "户口簿户主页照片反光，户主姓名看不清"}
UNREACHED = {"about": "mother_phone", "text": "电话打不通"}
FAMILY_ASKED = {"bundle": "XSECS", "item": "HUKOU", "decide": "supplement", "accept_s": 0, "decide_s": 0, "times": 1}
LESS = {"code": "S01", "about": "volume_m3", "text": "剩余方量不足"}


@pytest.mark.parametrize("way", ways("phone"))
def test_what_was_begun_goes_on_elsewhere_at_the_same_question(begins: Begins, way: str) -> None:
    here = begins(RENAMING, way)
    here.answer_questions()
    here.begin()
    left_at, asked = here.fill_one()
    here.page.context.close()
    there = begins(RENAMING, "desktop" if way == "phone" else way)
    there.page.goto("/cases/")
    there.look()
    there.press(there.page.locator(f"main a[href*='{here.case_id}']").first)
    there.went_on_with()
    assert there.page.url.split("#")[0] == left_at.split("#")[0]
    assert there.asked() < asked, "what was filled in is not asked again"
    there.fill()
    there.hand_in()
    expect(there.page).to_have_url(re.compile("/receipt/(#main)?$"))


@pytest.mark.parametrize("way", ways("phone"))
def test_a_notice_is_answered_once_and_the_case_goes_on(sits: Sits, portal_stack: Stack, way: str) -> None:
    portal_stack.control("behaviour", {**ASKS, "reasons": [LESS]})
    case, person = handed_in(portal_stack), sits(DRIVER, way)
    page = person.page
    notice = person.found(f"/cases/{case}/", "main a[href$='/correct/']")
    person.look()
    person.press(notice)
    person.look()
    person.hands.type(page.locator("main [name=volume_m3]"), "2000")
    person.press(page.get_by_role("button", name="一次交齐"))
    expect(page).to_have_url(re.compile(f"/cases/{case}/(#main)?$"))
    expect(page.locator("main a[href$='/correct/']")).to_have_count(0)


@pytest.mark.parametrize("way", ways("keys"))
def test_a_family_brings_a_paper_and_an_answer_at_once(sits: Sits, portal_stack: Stack, way: str) -> None:
    portal_stack.control("behaviour", {**FAMILY_ASKED, "reasons": [BLURRED, UNREACHED]})
    plan = scenario("XSECS")
    case = handed_in(portal_stack, "XSECS")
    for username in plan["authorises"]:
        authorise(ApiClient(portal_stack.base_url, username), case)
    person = sits(plan["applicant"], way)
    page = person.page
    person.press(person.found(f"/cases/{case}/", "main a[href$='/correct/']"))
    person.look()
    person.hands.bring(page.locator("main li.slot input[type=file]").first, [photo_of("户口簿")])
    if page.locator("main li.slot [data-upload-send]").first.is_visible():
        person.press(page.locator("main li.slot [data-upload-send]").first)
    expect(page.locator("main li.slot .thumb")).to_have_count(1)
    person.keeps_the_place()
    person.hands.type(page.locator("main [name=mother_phone]"), "13800000088")
    person.press(page.get_by_role("button", name="一次交齐"))
    expect(page).to_have_url(re.compile(f"/cases/{case}/(#main)?$"))
    expect(page.locator("main a[href$='/correct/']")).to_have_count(0)


@pytest.mark.parametrize("way", ways("desktop"))
def test_what_nobody_has_decided_is_taken_back(sits: Sits, portal_stack: Stack, way: str) -> None:
    portal_stack.control("behaviour", SLOW)
    case, person = handed_in(portal_stack), sits(DRIVER, way)
    takes_back(person, case)
    person.look()


@pytest.mark.parametrize("way", ways())
def test_what_is_done_is_rated_with_one_tap_and_a_word(sits: Sits, portal_stack: Stack, way: str) -> None:
    case, person = handed_in(portal_stack), sits(DRIVER, way)
    page = person.page
    stars = person.found(f"/cases/{case}/results/", "#rate .stars button[value='4']")
    person.press(stars)
    expect(page).to_have_url(re.compile("/rate/[0-9a-f-]{36}/(#main)?$"))
    person.look()
    person.hands.tick(page.locator(".tagpicks input").first)
    person.press(page.get_by_role("button", name="说完了"))
    expect(page.locator("#rate .rated__level")).to_have_text("满意")
