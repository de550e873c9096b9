"""A department without a system: its people find the task at the desk, decide it, and the next ones go on from it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.bankruptcy import Filed
from tests.journeys.conftest import DESKTOP, PHONE, SignedIn
from tests.journeys.newborn_pages import no_grave_findings
from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def on_the_list(filed: Filed, item_id: str) -> str:
    """The number of an item once it waits at its department's desk."""
    filed.until(lambda one: one.item(item_id)["state"] == "dispatched")
    return str(filed.item(item_id)["number"])


def settled(page: Page) -> None:
    """The scripts of the page are there: keys pressed now are heard."""
    page.wait_for_load_state("networkidle")


def opened_by_keyboard(page: Page, number: str) -> None:
    """j until the row is reached, Enter to open it."""
    page.goto("/desk/")
    settled(page)
    row = page.locator("tr", has_text=number)
    for _ in range(page.locator(".led tbody tr:has(a)").count()):
        page.keyboard.press("j")
        if row.get_attribute("aria-selected") == "true":
            break
    expect(row).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(number)


def test_the_court_decides_at_the_desk_and_the_bank_goes_on_from_it(portal_stack: Stack, signed_in: SignedIn) -> None:
    filed = Filed(portal_stack)
    number = on_the_list(filed, "ADMIN_VERIFY")
    court = signed_in("staff-fy", DESKTOP)
    expect(court).to_have_url(re.compile(r"/desk/$"))
    no_grave_findings(court)
    opened_by_keyboard(court, number)
    no_grave_findings(court)
    _take_and_accept(court)
    _numbers_for_a_reason(court)
    _an_empty_answer_is_named(court)
    court.get_by_label("程序状态").fill("在审")
    court.get_by_role("button", name="同意并送出").click()
    expect(court.locator("[role=status]").first).to_contain_text(f"{number}：已同意")
    assert filed.item("ADMIN_VERIFY")["state"] == "approved"
    _bank_sees_what_the_court_found(filed, signed_in("staff-rh", DESKTOP))
    _the_applicant_sees_who_read(signed_in("cloud", PHONE))


def _take_and_accept(court: Page) -> None:
    settled(court)
    court.keyboard.press("t")
    expect(court.get_by_role("heading", name="受理", exact=True)).to_be_visible()
    settled(court)
    court.keyboard.press("a")
    expect(court.locator("main")).to_contain_text("时限从现在起算")
    expect(court.locator(".strip-num")).to_contain_text("办理中")


def _numbers_for_a_reason(court: Page) -> None:
    shown = court.locator("main")
    expect(shown).to_contain_text("350221********5157")
    court.get_by_text("填原因后看完整号码").click()
    court.get_by_label("为什么要看").fill("核对经办人")
    court.get_by_role("button", name="记录并显示").click()
    expect(shown).to_contain_text("350221197506305157")
    expect(shown).to_contain_text("申请人看得到")
    no_grave_findings(court)


def _an_empty_answer_is_named(court: Page) -> None:
    """What lacks is named at its field; what was chosen stays chosen."""
    court.locator("label", has=court.locator("input[name='result.case_ok'][value='true']")).click()
    court.get_by_role("button", name="同意并送出").click()
    summary = court.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("请填写程序状态")
    expect(court.locator("input[name='result.case_ok'][value='true']")).to_be_checked()
    no_grave_findings(court)


def _bank_sees_what_the_court_found(filed: Filed, bank: Page) -> None:
    number = on_the_list(filed, "ACCT_LIST")
    bank.goto(f"/desk/?q={number}")
    upstream = bank.locator("section", has=bank.get_by_role("heading", name="前面部门给的结果"))
    expect(upstream).to_contain_text("管理人身份与案件核验")
    expect(upstream).to_contain_text("核验一致")
    expect(bank.locator("main")).not_to_contain_text("350221197506305157")


def _the_applicant_sees_who_read(person: Page) -> None:
    person.goto("/me/data/")
    expect(person.locator("main")).to_contain_text("核对经办人")
    expect(person.locator("main")).to_contain_text("法院")


def test_two_windows_on_one_task_and_a_supplement_for_the_applicant(portal_stack: Stack, signed_in: SignedIn) -> None:
    filed = Filed(portal_stack)
    number = on_the_list(filed, "ADMIN_VERIFY")
    here, there = signed_in("staff-fy", DESKTOP), signed_in("staff-fy", DESKTOP)
    here.goto(f"/desk/?q={number}")
    here.get_by_role("button", name="接件").click()
    there.goto(f"/desk/?q={number}")
    there.get_by_role("button", name="受理").click()
    expect(there.locator("main")).to_contain_text("时限从现在起算")
    here.get_by_label("程序状态").fill("在审，写到一半")
    here.get_by_role("button", name="同意并送出").click()
    expect(here.get_by_role("alert")).to_contain_text("同事刚刚改动了这件事")
    expect(here.get_by_label("程序状态")).to_have_value("在审，写到一半")
    here.locator("summary", has_text="请申请人补正").click()
    here.locator("select[name='supplement.about.0']").select_option(label="指定管理人决定书案号")
    here.locator("textarea[name='supplement.free.0']").fill("案号与决定书不符，请核对")
    no_grave_findings(here)
    here.get_by_role("button", name="发出补正通知").click()
    expect(here.locator(".strip-num")).to_contain_text("停表")
    assert filed.case()["state"] == "awaiting_applicant"
    person = signed_in("cloud", PHONE)
    person.goto(f"/cases/{filed.id}/")
    expect(person.locator("main")).to_contain_text("案号与决定书不符，请核对")


def test_the_window_reads_the_whole_case_and_nobody_elses_desk(portal_stack: Stack, signed_in: SignedIn) -> None:
    filed = Filed(portal_stack)
    on_the_list(filed, "ADMIN_VERIFY")
    clerk = signed_in("clerk", DESKTOP)
    expect(clerk).to_have_url(re.compile(r"/desk/cases/$"))
    no_grave_findings(clerk)
    settled(clerk)
    clerk.keyboard.press("/")
    clerk.keyboard.type(str(filed.case()["number"]))
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".led tbody tr")).to_have_count(len(filed.case()["items"]))
    no_grave_findings(clerk)
    clerk.goto("/desk/attention/")
    no_grave_findings(clerk)
    assert clerk.goto(f"/desk/tasks/{filed.item('ADMIN_VERIFY')['sub_id']}/").status == 404  # type: ignore[union-attr]
