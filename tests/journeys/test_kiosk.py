"""Somebody at a terminal: card, form, a photograph by phone, a walk away; nothing of it is left on the device."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import SignedIn
from tests.journeys.newborn_pages import SITUATION, no_grave_findings, photo, press_answer

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]
TALL = {"width": 1080, "height": 1920}
SMALLEST = 64
LEFT = """() => JSON.stringify({local: localStorage.length, session: sessionStorage.length})"""
TARGETS = """(least) => [...document.querySelectorAll('main a[href], button, select, main input:not([type=hidden])')]
  .filter((one) => one.offsetParent && !one.closest('.vh, .skip') && !one.classList.contains('vh'))
  .map((one) => one.closest('label') ?? one)
  .filter((one) => one.tagName !== 'A' || getComputedStyle(one).display !== 'inline')
  .map((one) => [one.textContent.trim().slice(0, 20), Math.round(one.getBoundingClientRect().height)])
  .filter(([, height]) => height && height < least)"""


def test_a_terminal_is_used_and_forgets(signed_in: SignedIn) -> None:
    page = signed_in("", TALL)
    page.goto("/kiosk/")
    page.get_by_role("button", name="当演示终端用").click()
    expect(page.locator("h1")).to_contain_text("要办什么")
    checked(page)
    page.get_by_role("link", name=re.compile("^办事")).click()
    checked(page)
    page.get_by_role("link", name=re.compile("新生儿")).first.click()
    for answer in SITUATION:
        press_answer(page, answer)
    page.goto("/bundles/XSECS/apply/")
    _card_of_lin(page)
    page.locator("label.pick", has_text="我单独同意").click()
    page.get_by_role("button", name="同意并开始填").click()
    expect(page).to_have_url(re.compile("/apply/[0-9a-f-]{36}/rest/"))
    checked(page)
    tasks = page.url.partition("rest/")[0]
    page.goto(tasks)
    checked(page)
    _phone_takes_the_photo(page, tasks)
    _typed_with_the_keys_on_the_screen(page, tasks)
    _walks_away(page)
    _nothing_is_left(page, page.context, tasks)


def checked(page: Page) -> None:
    """Open to everybody, and nothing smaller than a finger of somebody who shakes."""
    no_grave_findings(page)
    assert page.evaluate(TARGETS, SMALLEST) == [], page.url


def _card_of_lin(page: Page) -> None:
    expect(page.locator("h1")).to_contain_text("身份证")
    checked(page)
    page.locator("summary").click()
    page.get_by_role("button", name="林晓岚").click()
    expect(page).to_have_url(re.compile("/apply/$"))


def _phone_takes_the_photo(page: Page, tasks: str) -> None:
    page.goto(f"{tasks}materials/")
    page.locator("#m-M_DISCHARGE").get_by_role("button", name=re.compile("用手机拍")).click()
    checked(page)
    address = str(page.locator("[data-photo-address]").get_attribute("data-photo-address"))
    phone = page.context.browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")  # type: ignore[union-attr]
    held = phone.new_page()
    held.goto(page.url.partition("/apply/")[0] + address[address.index("/photo/") :])
    no_grave_findings(held)
    held.locator("input[type=file]").set_input_files(
        {"name": "出院小结.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    held.get_by_role("button", name="传到屏幕那边").click()
    expect(held.locator("main")).to_contain_text("传到了")
    phone.close()
    expect(page.locator("main")).to_contain_text("收到 1 张")
    page.get_by_role("link", name="拍好了").click()
    expect(page.locator("#m-M_DISCHARGE .tag").first).to_contain_text("已上传")


def _typed_with_the_keys_on_the_screen(page: Page, tasks: str) -> None:
    page.clock.install()
    page.goto(f"{tasks}sections/s_father/")
    field = page.locator("[name=father_phone]")
    field.fill("")
    for digit in "13800000002":
        page.locator(".kpad:visible").get_by_role("button", name=digit, exact=True).click()
    expect(field).to_have_value("13800000002")


def _walks_away(page: Page) -> None:
    ask = page.get_by_role("alertdialog")
    page.clock.fast_forward(61_000)
    expect(ask).to_be_visible()
    ask.get_by_role("button", name="我还在").click()
    expect(ask).to_be_hidden()
    page.clock.fast_forward(61_000)
    expect(ask).to_be_visible()
    page.evaluate("localStorage.setItem('a', '1'); sessionStorage.setItem('b', '2')")
    page.clock.fast_forward(21_000)
    page.clock.resume()
    expect(page).to_have_url(re.compile("/kiosk/$"))
    expect(page.locator("h1")).to_have_text("您好，要办什么？")


def _nothing_is_left(page: Page, device: BrowserContext, tasks: str) -> None:
    names = {cookie["name"]: cookie for cookie in device.cookies()}
    assert names.keys() <= {"kiosk", "csrftoken"}, names.keys()
    assert page.evaluate(LEFT) == '{"local":0,"session":0}'
    page.go_back()
    page.wait_for_load_state()
    shown = page.content()
    assert "/sections/" not in page.url and "father_phone" not in shown and "13800000002" not in shown
    page.goto(tasks)
    expect(page.locator("h1")).to_contain_text("身份证")
    page.locator("summary").click()
    page.get_by_role("button", name="林晓岚").click()
    gone: Any = page.goto("/cases/")
    assert gone.status == 200
    assert tasks.rstrip("/").rpartition("/")[2] not in page.content()
