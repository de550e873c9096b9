"""An administrator publishes a new version: new applications follow it, running cases keep theirs."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from bundles.kept import CHECK_EVERY_S
from tests.journeys.bankruptcy import Filed
from tests.journeys.conftest import DESKTOP, SignedIn
from tests.journeys.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
TITLE = "企业破产信息核查一件事"
OLD, NEW = "管理人身份与案件核验", "管理人与案件核验（新版）"


def test_a_new_version_is_for_new_applications_and_running_cases_keep_theirs(
    portal_stack: Stack, signed_in: SignedIn
) -> None:
    before = Filed(portal_stack)
    assert before.item("ADMIN_VERIFY")["title"] == OLD
    admin = signed_in("admin", DESKTOP)
    _open_published(admin)
    _new_draft(admin)
    _change_text(admin, OLD, NEW)
    _publish(admin)
    _new_applications_say(portal_stack, NEW)
    assert before.item("ADMIN_VERIFY")["title"] == OLD
    before.until(lambda one: one.item("ADMIN_VERIFY")["state"] == "dispatched")
    court = signed_in("staff-fy", DESKTOP)
    court.goto(f"/desk/?q={before.item('ADMIN_VERIFY')['number']}")
    expect(court.locator("h1")).to_have_text(OLD)
    _roll_back(admin)
    _new_applications_say(portal_stack, OLD)


def _new_applications_say(stack: Stack, title: str) -> None:
    """Another web process sees what was published a few seconds later."""
    end = time.monotonic() + 2 * CHECK_EVERY_S
    while Filed(stack).item("ADMIN_VERIFY")["title"] != title:
        assert time.monotonic() < end, f"new applications do not say {title}"


def _open_published(admin: Page) -> None:
    admin.goto("/admin/bundles/bundle/?q=QYPC")
    admin.get_by_role("link", name=TITLE).first.click()
    admin.locator(".bundle-table tr", has_text="已发布").get_by_role("link").first.click()
    expect(admin.locator("body")).to_contain_text(TITLE)


def _new_draft(admin: Page) -> None:
    admin.get_by_role("link", name="以此为底新建草稿").click()
    admin.get_by_role("button", name="确定").click()
    expect(admin.locator("body")).to_contain_text("：草稿")


def _change_text(admin: Page, old: str, new: str) -> None:
    admin.get_by_text("定义文本", exact=True).first.click()
    text = admin.locator("textarea[name=text]")
    written = text.input_value()
    assert written.count(old) == 1
    text.fill(written.replace(old, new))
    admin.get_by_role("button", name="保存并继续编辑").click()
    expect(admin.locator("textarea[name=text]")).to_have_value(re.compile(re.escape(new)))


def _publish(admin: Page) -> None:
    admin.get_by_role("link", name="发布", exact=True).click()
    expect(admin.locator("body")).to_contain_text("在办的不变")
    admin.get_by_role("button", name="确定").click()
    expect(admin.locator("body")).to_contain_text("：已发布")


def _roll_back(admin: Page) -> None:
    admin.goto("/admin/bundles/bundle/?q=QYPC")
    admin.get_by_role("link", name=TITLE).first.click()
    admin.locator(".bundle-table").get_by_role("link", name="第 1 版", exact=True).click()
    admin.get_by_role("link", name="回退到此版").click()
    admin.get_by_role("button", name="确定").click()
    expect(admin.locator("body")).to_contain_text("第 3 版：已发布")
