"""Slow registers seen on a phone: what comes later stands in its field, and nothing moves under the finger."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.actions.applying import drafting
from cases.actions.registers import late
from cases.models import Case
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeRegister
from tests.factories.looking import opened, violations
from tests.portal.citizen.conftest import SignIn

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("doubles"),
    pytest.mark.timeout(300),
]
PATIENCE_MS = 30_000
MOST_SHIFT = 0.05
HUKOU = "示例市思明区示例路1号"
# Every shift counts, those right after a press too: nothing is to move at all.
WATCH = """window.__shift = 0; new PerformanceObserver(list => { for (const one of list.getEntries())
 window.__shift += one.value; }).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def waiting(lin: Account, known_family: None, register: FakeRegister) -> Case:
    register.silent.update({"HUKOU_INFO", "DELIVERY_INFO"})
    case = drafting.start_draft("XSECS", applicant=lin, channel="mobile", guidance=newborn.GUIDANCE)
    return drafting.refresh_prefill(case.pk)


@pytest.fixture
def phone(waiting: Case, lin: Account, as_person: SignIn, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """林晓岚's phone at the page of what is left, while two registers have not answered."""
    context = opened(browser, 390, base_url=live_server.url, has_touch=True)
    session = as_person(lin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(WATCH)
    page.goto(f"/apply/{waiting.pk}/rest/", wait_until="load")
    yield page
    _saved(page)
    context.close()


def _saved(page: Page) -> None:
    """Wait till the page has nothing on its way to the server: one save may be under way, the next one is the last."""
    for _ in range(2):
        with page.expect_response(re.compile("/rest/autosave/")):
            page.evaluate("document.getElementById('form').dispatchEvent(new Event('input'))")


def seen(page: Page, name: str) -> None:
    """A picture where somebody wants to look at it."""
    if os.environ.get("LOOK_AT"):
        page.screenshot(path=f"{os.environ['LOOK_AT']}/{name}.png", full_page=True)


def spoken(register: FakeRegister) -> None:
    register.silent.clear()
    assert late.carry_on() == 1


def test_values_come_by_themselves_while_somebody_types_and_nothing_moves(
    phone: Page, waiting: Case, register: FakeRegister
) -> None:
    note = phone.locator("[data-live]")
    expect(note).to_contain_text("查到会自己补上", timeout=PATIENCE_MS)
    expect(note.locator("button")).to_be_hidden()
    seen(phone, "late-waiting")
    typed = phone.locator("[name=mother_live]")
    typed.press_sequentially("示例市思明")
    where = typed.bounding_box()
    before = phone.evaluate("window.__shift")
    spoken(register)
    expect(phone.locator("[name=mother_hukou]")).to_have_value(HUKOU, timeout=PATIENCE_MS)
    typed.press_sequentially("区示例路9号")
    expect(note).to_contain_text(re.compile(r"查到 \d+ 项，已替您填上"))
    expect(phone.locator("#say")).to_contain_text("已替您填上")
    assert typed.bounding_box() == where, "the field stays under the finger"
    assert phone.evaluate("window.__shift") - before <= MOST_SHIFT
    expect(typed).to_have_value("示例市思明区示例路9号")
    expect(typed).to_be_focused()
    assert violations(phone) == []
    seen(phone, "late-came")


def test_a_locked_answer_takes_no_letters_and_a_locked_choice_no_other(phone: Page, register: FakeRegister) -> None:
    time = phone.locator("[name='s_child.0.birth_time']")
    expect(time).to_be_editable()
    spoken(register)
    expect(time).not_to_have_value("", timeout=PATIENCE_MS)
    expect(time).not_to_be_editable(timeout=PATIENCE_MS)
    gender = phone.locator("[name='s_child.0.gender']")
    expect(gender.and_(phone.locator("[value='2']"))).to_be_checked()
    expect(gender.and_(phone.locator("[value='1']"))).to_be_disabled()
    field = phone.locator("[data-field='s_child.0.birth_time']")
    expect(field.locator(".from--came")).to_contain_text("刚刚取来")


def test_where_somebody_is_just_about_to_type_the_value_waits_till_they_leave(
    phone: Page, register: FakeRegister
) -> None:
    field = phone.locator("[name=mother_hukou]")
    field.focus()
    spoken(register)
    expect(phone.locator("[data-live]")).to_contain_text("已替您填上", timeout=PATIENCE_MS)
    expect(field).to_have_value("")
    phone.locator("[name=mother_live]").focus()
    expect(field).to_have_value(HUKOU, timeout=PATIENCE_MS)


def test_one_press_leaves_only_what_is_still_lacking(phone: Page, waiting: Case, register: FakeRegister) -> None:
    phone.locator("[name=native_place]").fill("350203")
    spoken(register)
    more = phone.locator("[data-live] button")
    expect(more).to_contain_text("只看还差的", timeout=PATIENCE_MS)
    count = phone.locator("[data-field]").count()
    more.click()
    expect(phone.locator("[data-field=mother_hukou]")).to_have_count(0, timeout=PATIENCE_MS)
    assert phone.locator("[data-field]").count() < count
    assert Case.objects.get(pk=waiting.pk).answers["fields"]["native_place"] == "350203"
    expect(phone.locator(".fix")).to_have_count(0)
    seen(phone, "late-after")
