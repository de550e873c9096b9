"""The look in a real browser: nobody is shut out, nothing spills over, every behaviour works, also without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import looking
from tests.portal.ui import browser_pages

pytestmark = [pytest.mark.journey]
MODES = {"plain": {}, "dark": {"theme": "dark"}, "elder": {"elder": "1"}, "english": {"django_language": "en"}}


@pytest.fixture(autouse=True)
def nothing_left_open(browser: Browser) -> Iterator[None]:
    """A page that nobody looks at any more would go on asking for news."""
    yield
    for context in browser.contexts:
        context.close()


def open_with(browser: Browser, address: str, choices: dict[str, str], width: int) -> Page:
    context = looking.opened(browser, width)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in choices.items()])
    return context.new_page()


@pytest.mark.parametrize(("mode", "width"), [("plain", 390), ("dark", 390), ("elder", 1440), ("dark", 1440)])
def test_every_component_is_open_to_everybody(browser: Browser, address: str, mode: str, width: int) -> None:
    page = open_with(browser, address, MODES[mode], width)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/ui/components/")
    result = looking.found_by_axe(page)
    assert len(result["passes"]) > 20
    assert [(one["id"], one["nodes"][0]["html"]) for one in result["violations"]] == []
    assert refused == []


@pytest.mark.parametrize("mode", ["plain", "elder", "english"])
def test_nothing_needs_scrolling_sideways(browser: Browser, address: str, mode: str) -> None:
    page = open_with(browser, address, MODES[mode], 320)
    page.goto(f"{address}/ui/components/")
    for width in (320, 390, 768, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


@pytest.mark.parametrize("choices", [{}, {"django_language": "en"}], ids=["zh", "en"])
def test_a_card_of_the_map_holds_its_words(browser: Browser, address: str, choices: dict) -> None:
    page = open_with(browser, address, choices, 1440)
    page.goto(f"{address}/ui/components/")
    cards = page.locator(".node")
    assert cards.count() > 40
    spilling = page.evaluate(
        """[...document.querySelectorAll('.node')].filter((card) => {
             const span = Number(card.className.match(/\\bt(\\d)/)[1]);
             return card.offsetHeight > span * 40 || card.scrollWidth > card.offsetWidth;
           }).map((card) => card.textContent)"""
    )
    assert spilling == []


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = open_with(browser, address, {}, 1200)
    opened.goto(f"{address}/behaviours/")
    opened.wait_for_selector("[role=tablist]")
    yield opened
    opened.context.close()


def test_tabs_show_one_part_at_a_time(page: Page) -> None:
    expect(page.locator("#org")).to_be_hidden()
    page.get_by_role("tab", name="企业").click()
    expect(page.locator("#org")).to_be_visible()
    expect(page.locator("#person")).to_be_hidden()


def test_a_live_part_brings_the_news_and_says_it_once(page: Page) -> None:
    expect(page.locator("#live")).to_contain_text("条", timeout=5000)
    expect(page.locator("#say")).to_have_text("户口登记办好了")


def test_what_is_typed_is_saved_and_checked_when_the_field_is_left(page: Page) -> None:
    page.fill("#name", "林")
    page.press("#name", "Tab")
    expect(page.locator("[data-saved-word]")).to_have_text("已自动保存 14:32")
    expect(page.locator("[data-field=name] .error")).to_have_text("姓名至少两个字")
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")
    page.fill("#name", "林晓岚")
    page.press("#name", "Tab")
    expect(page.locator("[data-field=name] .error")).to_have_count(0)


def test_a_repeated_part_grows_and_shrinks_and_keeps_the_focus(page: Page) -> None:
    page.get_by_role("button", name="再加一个宝宝").click()
    names = "[...document.querySelectorAll('[data-group] input')].map((input) => input.name)"
    assert page.evaluate(names) == ["child.0.name", "child.1.name"]
    assert page.evaluate("document.activeElement.name") == "child.1.name"
    page.get_by_role("button", name="移除").first.click()
    assert page.evaluate(names) == ["child.1.name"]


def test_a_double_tap_sends_once(page: Page) -> None:
    browser_pages.received["sent"].clear()
    page.fill("#name", "林晓岚")
    with page.expect_navigation():
        page.evaluate("(() => { const b = document.getElementById('send'); b.click(); b.click(); })()")
    assert browser_pages.received["sent"] == ["林晓岚"]


def test_files_are_sent_one_by_one(page: Page) -> None:
    browser_pages.received["files"].clear()
    photo = {"name": "户主页.png", "mimeType": "image/png", "buffer": b"1" * 2000}
    with page.expect_navigation():
        page.set_input_files("input[type=file]", files=[photo, {**photo, "name": "首页.png"}])
    assert browser_pages.received["files"] == ["户主页.png", "首页.png"]


def test_the_desk_is_worked_by_keys(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "二"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("j")
    assert page.input_value("#q") == "j"


def test_elder_mode_and_theme_change_at_once_and_stay(page: Page, address: str) -> None:
    with page.expect_response("**/prefer/"):
        page.get_by_role("button", name="大字版").click()
    with page.expect_response("**/prefer/"):
        page.get_by_role("button", name="夜间模式").click()
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.get_attribute("html", "data-elder") == ""


def test_the_language_changes_and_what_was_typed_stays(page: Page) -> None:
    page.fill("#name", "林晓岚")
    page.locator("header [data-langs] summary").click()
    with page.expect_navigation():
        page.locator("header button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#name")).to_have_value("林晓岚")


def test_a_list_of_languages_closes_by_itself(page: Page) -> None:
    languages = page.locator("header [data-langs]")
    languages.locator("summary").click()
    expect(languages).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(languages).not_to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_without_a_network_one_page_says_that_nothing_is_lost_and_it_alone_is_kept(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{address}/behaviours/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto(f"{address}/ui/components/")
    expect(page.locator("h1")).to_have_text("现在没有网络")
    kept = page.evaluate(
        """async () => { const caught = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const all = await Promise.all(caught.map((cache) => cache.keys()));
          return all.flat().map((request) => new URL(request.url).pathname); }"""
    )
    assert {path.split("/")[1] for path in kept} == {"offline", "ui", "static"}
    context.close()


def test_choices_work_without_scripts(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    page.goto(f"{address}/behaviours/")
    with page.expect_navigation():
        page.locator("button[name=elder]").click()
    assert page.get_attribute("html", "data-elder") == ""
    assert page.url == f"{address}/behaviours/"
    expect(page.locator("#org")).to_be_visible()
